/*
 * `host[:port]`, taken apart and written. Pure.
 *
 * host_port_split(), then judge the parts: which hosts are fine is the caller's to decide.
 */
#ifndef TFHOOK_LIB_HOST_PORT_H
#define TFHOOK_LIB_HOST_PORT_H

#include <stdbool.h>

struct host_port {
    const char *host; /* without its brackets */
    bool bracketed;
    bool several; /* colons without brackets: `host` is the whole text, if anything an IPv6 address
                   */
    const char *rest; /* behind the host: "", ":443", or what should not be there */
};

/* False when a bracket is not closed. */
bool host_port_split(const char *text, struct host_port *ret) __attribute__((warn_unused_result));
/* A number from 1 to 65535, of at most five digits. */
bool port_parse(const char *text, unsigned *ret) __attribute__((warn_unused_result));
/* "scm1:443", "[::1]:443" */
const char *host_port_text(const char *host, unsigned port);

#endif
