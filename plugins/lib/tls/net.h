/*
 * Names to addresses, without waiting for them.
 *
 * net_resolve_start() gives the addresses at once where the host is one, else starts a child that
 * asks the resolver and gives the descriptor to poll() for reading. When that is readable call
 * net_resolve_read() until it no longer says NET_AGAIN. net_resolve_end() in any case: it ends the
 * child (which resolving in C can keep busy for a minute) and closes the descriptor.
 */
#ifndef TFHOOK_LIB_NET_H
#define TFHOOK_LIB_NET_H

#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

enum { NET_ADDRESSES = 8 };

struct net_address {
    struct sockaddr_storage at;
    socklen_t size;
};

struct net_addresses {
    struct net_address list[NET_ADDRESSES];
    size_t count;
    int error; /* of getaddrinfo() when count is 0 */
};

struct net_resolve {
    pid_t child; /* 0: none */
    int fd;      /* -1: none */
    size_t have; /* bytes of `found` that have come */
    struct net_addresses found;
};

enum net_state { NET_DONE = 0, NET_AGAIN, NET_FAILED };

/* NET_FAILED: errno tells why no child could be started. */
enum net_state net_resolve_start(struct net_resolve *r, const char *host, unsigned port)
    __attribute__((warn_unused_result));
/* NET_DONE: r->found holds addresses, or none and the reason in `error`. */
enum net_state net_resolve_read(struct net_resolve *r) __attribute__((warn_unused_result));
void net_resolve_end(struct net_resolve *r);

/* A non-blocking, close-on-exec socket that is connecting to `address`; -1 and errno. */
int net_connect(const struct net_address *address) __attribute__((warn_unused_result));
/* 0 when it is connected, else the errno value of why not. */
int net_connected(int fd) __attribute__((warn_unused_result));
/* "10.0.0.1" */
void net_address_text(const struct net_address *address, char *ret, size_t size);

#endif
