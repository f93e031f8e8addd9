/*
 * Consent: on a terminal the administrator is shown the plan and asked; off a terminal the verb is
 * the consent.
 */
#ifndef TFHOOK_ASK_H
#define TFHOOK_ASK_H

#include "session.h"

bool ask_is_terminal(void);

/* True to go on. With --yes or off a terminal no question is asked. */
bool ask_consent(const struct session *session, const char *question);

#endif
