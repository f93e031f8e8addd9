#include "handshake.h"

#include "tls_connection.h"

#include <errno.h>
#include <openssl/err.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whatever the library can do: the certificate is wanted, and a server with an old protocol is the
 * one that most needs a look. */
static SSL_CTX *make_context(void)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    if (ctx == NULL)
        return NULL;
    SSL_CTX_set_security_level(ctx, 0);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
    unsigned long options = SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION;
    options |= SSL_OP_LEGACY_SERVER_CONNECT;
    SSL_CTX_set_options(ctx, options);
    if (SSL_CTX_set_min_proto_version(ctx, 0) != 1 ||
        SSL_CTX_set_cipher_list(ctx, "ALL:!aNULL:!eNULL:@SECLEVEL=0") != 1) {
        SSL_CTX_free(ctx);
        return NULL;
    }
    return ctx;
}

struct run {
    const struct tls_target *targets;
    struct tls_result *results;
    size_t count, begun, done;
    int seconds;
    SSL_CTX *ctx;
    struct tls_conn *conns; /* those with a target are in flight */
    struct pollfd *polls;
    size_t slots;
    tls_progress *progress;
    void *arg;
};

static void fill_slots(struct run *run)
{
    for (size_t i = 0; i < run->slots && run->begun < run->count; i++) {
        if (run->conns[i].target != NULL)
            continue;
        tls_conn_start(&run->conns[i], run->ctx, &run->targets[run->begun], run->seconds,
                       &run->results[run->begun]);
        run->begun++;
    }
}

static void wait_ready(struct run *run)
{
    int64_t now = tls_now(), first = now + 1000;
    for (size_t i = 0; i < run->slots; i++) {
        const struct tls_conn *c = &run->conns[i];
        run->polls[i] = (struct pollfd){.fd = -1};
        if (c->target == NULL)
            continue;
        run->polls[i].fd = c->poll_fd;
        run->polls[i].events = c->events;
        int64_t due = c->step == TLS_STEP_DONE ? now : c->deadline;
        first = due < first ? due : first;
    }
    int left = first > now ? (int)(first - now) : 0;
    if (poll(run->polls, (nfds_t)run->slots, left) < 0)
        for (size_t i = 0; i < run->slots; i++)
            run->polls[i].revents = 0;
}

static void step_all(struct run *run)
{
    for (size_t i = 0; i < run->slots; i++) {
        struct tls_conn *c = &run->conns[i];
        if (c->target == NULL)
            continue;
        ERR_clear_error();
        errno = 0;
        if (c->step != TLS_STEP_DONE && run->polls[i].revents != 0)
            tls_conn_go(c);
        if (c->step != TLS_STEP_DONE && tls_now() >= c->deadline)
            tls_conn_expired(c);
        if (c->step != TLS_STEP_DONE)
            continue;
        const struct tls_target *target = c->target;
        tls_conn_end(c);
        *c = (struct tls_conn){0};
        run->done++;
        if (run->progress != NULL)
            run->progress(run->arg, run->done, run->count, target);
    }
}

static bool make_run(struct run *run, unsigned parallel)
{
    run->slots = parallel < 1 ? 1 : parallel;
    if (run->slots > run->count)
        run->slots = run->count;
    run->ctx = make_context();
    run->conns = calloc(run->slots, sizeof(*run->conns));
    run->polls = calloc(run->slots, sizeof(*run->polls));
    return run->ctx != NULL && run->conns != NULL && run->polls != NULL;
}

void tls_run(const struct tls_target *targets, size_t count, unsigned parallel, int seconds,
             tls_progress *progress, void *arg, struct tls_result *ret)
{
    struct run run = {.targets = targets,
                      .results = ret,
                      .count = count,
                      .seconds = seconds,
                      .progress = progress,
                      .arg = arg};
    for (size_t i = 0; i < count; i++)
        ret[i] = (struct tls_result){0};
    if (count == 0)
        return;
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    (void)sigaction(SIGPIPE, &ignore, &before);
    if (make_run(&run, parallel)) {
        while (run.done < count) {
            fill_slots(&run);
            wait_ready(&run);
            step_all(&run);
        }
    } else
        for (size_t i = 0; i < count; i++) {
            ret[i].status = TLS_LOCAL;
            ret[i].error = strdup("TLS cannot be set up: out of memory, or OpenSSL's own "
                                  "configuration is broken");
        }
    (void)sigaction(SIGPIPE, &before, NULL);
    SSL_CTX_free(run.ctx);
    free(run.conns);
    free(run.polls);
    ERR_clear_error();
}

void tls_result_free(struct tls_result *result)
{
    free(result->error);
    cert_list_free(&result->chain);
    *result = (struct tls_result){0};
}
