/*
 * The functions of the host table, by what they are for; each of these puts in those of one file.
 * Called by host.c only.
 */
#ifndef TFHOOK_HOST_FUNCTIONS_H
#define TFHOOK_HOST_FUNCTIONS_H

#include <tfhook/plugin.h>

void host_add_config(struct tfhook_host *ret);
void host_add_files(struct tfhook_host *ret);
void host_add_report(struct tfhook_host *ret);
void host_add_stage(struct tfhook_host *ret);
void host_add_probe(struct tfhook_host *ret);
void host_add_process(struct tfhook_host *ret);

#endif
