#include "net.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void look_up(const char *host, unsigned port, int flags, struct net_addresses *ret)
{
    char service[16];
    (void)snprintf(service, sizeof(service), "%u", port);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV | flags};
    struct addrinfo *list = NULL;
    memset(ret, 0, sizeof(*ret));
    ret->error = getaddrinfo(host, service, &hints, &list);
    if (ret->error != 0)
        return;
    for (struct addrinfo *at = list; at != NULL && ret->count < NET_ADDRESSES; at = at->ai_next) {
        if (at->ai_addrlen > sizeof(ret->list[0].at))
            continue;
        memcpy(&ret->list[ret->count].at, at->ai_addr, at->ai_addrlen);
        ret->list[ret->count++].size = at->ai_addrlen;
    }
    freeaddrinfo(list);
    if (ret->count == 0)
        ret->error = EAI_NONAME;
}

/* The child: only this, then away. The pipe holds the whole answer, so write() is one piece. */
static void answer_parent(int fd, pid_t parent, const char *host, unsigned port)
{
    struct net_addresses found;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    look_up(host, port, 0, &found);
    ssize_t written = write(fd, &found, sizeof(found));
    _exit(written == (ssize_t)sizeof(found) ? 0 : 1);
}

enum net_state net_resolve_start(struct net_resolve *r, const char *host, unsigned port)
{
    *r = (struct net_resolve){.fd = -1};
    look_up(host, port, AI_NUMERICHOST, &r->found);
    if (r->found.count > 0)
        return NET_DONE;
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) != 0)
        return NET_FAILED;
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) {
        (void)close(fds[0]);
        answer_parent(fds[1], parent, host, port);
    }
    int error = errno;
    (void)close(fds[1]);
    if (child < 0) {
        (void)close(fds[0]);
        errno = error;
        return NET_FAILED;
    }
    r->child = child;
    r->fd = fds[0];
    return fcntl(r->fd, F_SETFL, O_NONBLOCK) == 0 ? NET_AGAIN : NET_FAILED;
}

enum net_state net_resolve_read(struct net_resolve *r)
{
    for (;;) {
        size_t left = sizeof(r->found) - r->have;
        ssize_t got = read(r->fd, (char *)&r->found + r->have, left);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errno == EAGAIN ? NET_AGAIN : NET_FAILED;
        if (got == 0)
            break;
        r->have += (size_t)got;
        if (r->have == sizeof(r->found))
            return NET_DONE;
    }
    memset(&r->found, 0, sizeof(r->found));
    r->found.error = EAI_FAIL;
    return NET_DONE;
}

void net_resolve_end(struct net_resolve *r)
{
    if (r->child > 0) {
        (void)kill(r->child, SIGKILL);
        while (waitpid(r->child, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    if (r->fd >= 0)
        (void)close(r->fd);
    r->child = 0;
    r->fd = -1;
}

int net_connect(const struct net_address *address)
{
    int fd = socket(address->at.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (connect(fd, (const struct sockaddr *)&address->at, address->size) != 0 &&
        errno != EINPROGRESS && errno != EINTR) {
        int error = errno;
        (void)close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

int net_connected(int fd)
{
    int error = 0;
    socklen_t size = sizeof(error);
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
        return errno;
    return error;
}

void net_address_text(const struct net_address *address, char *ret, size_t size)
{
    if (size > 0 && getnameinfo((const struct sockaddr *)&address->at, address->size, ret,
                                (socklen_t)size, NULL, 0, NI_NUMERICHOST) != 0)
        ret[0] = '\0';
}
