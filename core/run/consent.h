/*
 * Consent: on a terminal the administrator is shown the plan and asked; off a terminal the verb is
 * the consent.
 */
#ifndef TFHOOK_CONSENT_H
#define TFHOOK_CONSENT_H

#include "session.h"

bool consent_has_terminal(void);

/* On a terminal and without --yes. */
bool consent_is_asked(const struct session *session);

/* What is shown from here on is for the question: when one is asked, also with --json, on stderr.
 */
void consent_begin(struct session *session);
/* True to go on. With --yes or off a terminal no question is asked. */
bool consent_ask(struct session *session, const char *question);

#endif
