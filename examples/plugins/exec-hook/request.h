/*
 * What the executable is told: one JSON object. Pure.
 *
 *     request_new   the call; NULL: no memory, or text that is no UTF-8
 *     request_add   a change that this run has staged so far; -1 as above
 *     request_text  the text, to be freed; NULL as above
 *     request_free
 */
#ifndef EXEC_HOOK_REQUEST_H
#define EXEC_HOOK_REQUEST_H

#include <stddef.h>
#include <tfhook/plugin.h>

enum { REQUEST_CONTENT_MAX = 64 * 1024 };

struct request;

/* `data` are words of the form KEY=VALUE: the members of "keys". */
struct request *request_new(const char *call, const struct tfhook_host *host,
                            const struct tfhook_names *data);
/* The content is told when it is there, not secret, small enough and UTF-8. */
int request_add(struct request *request, const struct tfhook_staged *staged,
                const struct tfhook_data *content);
char *request_text(const struct request *request);
void request_free(struct request *request);

#endif
