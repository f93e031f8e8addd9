/*
 * The commands `wrap` and `deploy`: TeamForge's phases with steps hooked around them.
 *
 *     all hooks checked and planned -> for each phase: pre-PHASE steps | command | post-PHASE steps
 *                                                                      what fails: post-failure
 * steps
 *
 * The lock is held throughout. Steps of a hook are one transaction. Once a phase command has
 * started, nothing that was committed before it is undone by itself: the site may use it already;
 * the message names the rollback of each.
 */
#ifndef TFHOOK_DEPLOY_H
#define TFHOOK_DEPLOY_H

#include "pipeline.h"

int deploy_wrap(struct pipeline *pipeline, struct err *err) __attribute__((warn_unused_result));
int deploy_command(struct pipeline *pipeline, struct err *err) __attribute__((warn_unused_result));

#endif
