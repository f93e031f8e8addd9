/*
 * The functions of the host table, by what they are for; each of these puts in those of one file.
 * Called by host.c only.
 */
#ifndef TFHOOK_HOST_FUNCTIONS_H
#define TFHOOK_HOST_FUNCTIONS_H

#include "host_context.h"

void host_add_files(struct tfhook_host *ret);
void host_add_report(struct tfhook_host *ret);
void host_add_changes(struct tfhook_host *ret);
void host_add_probe_command(struct tfhook_host *ret);
void host_add_procfs(struct tfhook_host *ret);

#endif
