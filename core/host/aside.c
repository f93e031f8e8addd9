#include "aside.h"

#include "file.h"
#include "mem.h"
#include "probe_command.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MESSAGE_MAX = 2 * FILE_LIMIT };

/* --- the call's process --- */

static int ask(int fd, struct mem *mem, const struct record *request, struct record *ret)
{
    int rc = record_send(fd, request, NULL);
    if (rc == 0)
        rc = record_receive(fd, mem, MESSAGE_MAX, NULL, ret);
    if (rc <= 0)
        return rc < 0 ? rc : -EPIPE;
    if (ret->type != RECORD_ANSWER || !record_is_valid(ret))
        return -EBADMSG;
    return (int)record_number(ret, 0);
}

static struct blob join(struct mem *mem, const char *const *argv)
{
    size_t size = 0;
    for (size_t i = 0; argv[i] != NULL; i++)
        size += strlen(argv[i]) + 1;
    char *data = mem_alloc(mem, size);
    char *end = data;
    for (size_t i = 0; argv[i] != NULL; i++)
        end = stpcpy(end, argv[i]) + 1;
    return (struct blob){(const unsigned char *)data, size};
}

int aside_probe(int fd, struct mem *mem, const struct probe *probe, struct tfhook_output *ret)
{
    struct record request = {.type = RECORD_ASK_PROBE};
    struct record answer;
    struct blob argv = join(mem, probe->argv);
    record_add(&request, argv.data, argv.size);
    record_add_text(&request, probe->home);
    record_add(&request, probe->input.data, probe->input.size);
    record_add_number(&request, mem, probe->seconds);
    record_add_number(&request, mem, (long)probe->limit);
    int rc = ask(fd, mem, &request, &answer);
    if (rc == 0)
        *ret = (struct tfhook_output){.exit_status = (int)record_number(&answer, 1),
                                      .timed_out = (int)record_number(&answer, 2),
                                      .truncated = (int)record_number(&answer, 3),
                                      .out = {answer.fields[4].data, answer.fields[4].size},
                                      .err = {answer.fields[5].data, answer.fields[5].size}};
    return rc;
}

int aside_process(int fd, struct mem *mem, long pid, const char *name, size_t limit,
                  struct blob *ret)
{
    struct record request = {.type = RECORD_ASK_PROCESS};
    struct record answer;
    record_add_number(&request, mem, pid);
    record_add_text(&request, name);
    record_add_number(&request, mem, (long)limit);
    int rc = ask(fd, mem, &request, &answer);
    if (rc == 0)
        *ret = answer.fields[4];
    return rc;
}

int aside_programs(int fd, struct mem *mem, struct programs *ret)
{
    const struct record request = {.type = RECORD_ASK_PROGRAMS};
    struct record answer;
    int rc = ask(fd, mem, &request, &answer);
    if (rc < 0)
        return rc;
    *ret = (struct programs){0};
    const struct blob *all = &answer.fields[4];
    for (const char *at = (const char *)all->data; at < (const char *)all->data + all->size;
         at += strlen(at) + 1) {
        struct program *program = mem_push(mem, ret->items, ret->count);
        char *end = NULL;
        program->pid = strtol(at, &end, 10);
        program->error = (int)strtol(end, &end, 10);
        program->path = program->error == 0 ? end + 1 : NULL;
    }
    return 0;
}

/* --- its parent --- */

static void wipe(const void *data, size_t size)
{
    if (size > 0)
        explicit_bzero((void *)(uintptr_t)data, size);
}

static int split(struct mem *mem, const struct blob *joined, const char *const **ret)
{
    const char **argv = NULL;
    size_t count = 0;
    const char *end = (const char *)joined->data + joined->size;
    if (joined->size == 0 || end[-1] != '\0' || joined->data[0] != '/')
        return -EBADMSG;
    for (const char *at = (const char *)joined->data; at < end; at += strlen(at) + 1)
        *mem_push(mem, argv, count) = at;
    *mem_push(mem, argv, count) = NULL;
    *ret = argv;
    return 0;
}

/* These return -EBADMSG for what is no request, else 0; how it went goes to *ret_rc. */
static int do_probe(const struct aside *aside, struct mem *mem, const struct record *request,
                    struct tfhook_output *ret, int *ret_rc)
{
    struct probe probe = {.home = record_text(request, 1),
                          .input = request->fields[2],
                          .seconds = record_number(request, 3),
                          .limit = (size_t)record_number(request, 4),
                          .deadline = aside->deadline,
                          .group = aside->group,
                          .cpu_seconds = aside->seconds};
    if (probe.seconds <= 0 || probe.seconds > INT_MAX || probe.limit == 0 ||
        probe.limit > FILE_LIMIT)
        return -EBADMSG;
    int rc = split(mem, &request->fields[0], &probe.argv);
    if (rc == 0)
        *ret_rc = probe_run(mem, &probe, ret);
    return rc;
}

struct look {
    long pid;
    const char *name;
    size_t limit;
};

static int look_inside(void *context)
{
    const struct look *look = context;
    struct mem mem = {0};
    struct blob found = {0};
    int rc = process_read(&mem, look->pid, look->name, look->limit, &found);
    for (size_t done = 0; rc == 0 && done < found.size;) {
        ssize_t put = write(STDOUT_FILENO, found.data + done, found.size - done);
        done += put > 0 ? (size_t)put : 0;
        rc = put < 0 && errno != EINTR ? -errno : 0;
    }
    return -rc;
}

/* In a process of its own, for it may not come back. */
static int look(const struct aside *aside, struct mem *mem, struct look *what,
                struct tfhook_output *ret)
{
    enum { LONG_S = 24 * 3600 }; /* the call's deadline comes before */
    const struct probe probe = {.look = look_inside,
                                .context = what,
                                .home = "/",
                                .seconds = LONG_S,
                                .limit = PROCESS_LIMIT,
                                .deadline = aside->deadline,
                                .group = aside->group,
                                .cpu_seconds = aside->seconds};
    struct tfhook_output output = {0};
    int rc = probe_run(mem, &probe, &output);
    if (rc == 0)
        rc = output.timed_out ? -ETIMEDOUT : output.exit_status >= 127 ? -EIO : -output.exit_status;
    if (rc == 0)
        ret->out = output.out;
    else
        wipe(output.out.data, output.out.size);
    return rc;
}

static int do_process(const struct aside *aside, struct mem *mem, const struct record *request,
                      struct tfhook_output *ret, int *ret_rc)
{
    struct blob found = {0};
    struct look what = {record_number(request, 0), record_text(request, 1),
                        (size_t)record_number(request, 2)};
    if (what.pid <= 0 || record_number(request, 2) < 0 || !process_name_is_valid(what.name))
        return -EBADMSG;
    if (!process_name_is_link(what.name)) {
        *ret_rc = look(aside, mem, &what, ret);
        return 0;
    }
    *ret_rc = process_read(mem, what.pid, what.name, what.limit, &found);
    if (*ret_rc == 0)
        ret->out = (struct tfhook_data){found.data, found.size};
    return 0;
}

static void do_programs(struct mem *mem, struct tfhook_output *ret)
{
    struct programs programs;
    process_programs(mem, &programs);
    size_t room = 1, size = 0;
    for (size_t i = 0; i < programs.count; i++)
        room += 64 + (programs.items[i].path == NULL ? 0 : strlen(programs.items[i].path));
    char *all = mem_alloc(mem, room);
    for (size_t i = 0; i < programs.count; i++) {
        const struct program *program = &programs.items[i];
        size += 1 + (size_t)snprintf(all + size, room - size, "%ld %d %s", program->pid,
                                     program->error, program->path == NULL ? "" : program->path);
    }
    ret->out = (struct tfhook_data){(const unsigned char *)all, size};
}

static int answer_to(const struct aside *aside, struct mem *mem, const struct record *request)
{
    struct tfhook_output output = {.out = {(const unsigned char *)"", 0},
                                   .err = {(const unsigned char *)"", 0}};
    int rc = record_is_valid(request) ? 0 : -EBADMSG;
    int result = 0;
    if (rc == 0 && request->type == RECORD_ASK_PROBE)
        rc = do_probe(aside, mem, request, &output, &result);
    else if (rc == 0 && request->type == RECORD_ASK_PROCESS)
        rc = do_process(aside, mem, request, &output, &result);
    else if (rc == 0 && request->type == RECORD_ASK_PROGRAMS)
        do_programs(mem, &output);
    else
        rc = -EBADMSG;
    if (rc < 0)
        return rc;
    struct record answer = {.type = RECORD_ANSWER};
    record_add_number(&answer, mem, result);
    record_add_number(&answer, mem, output.exit_status);
    record_add_number(&answer, mem, output.timed_out);
    record_add_number(&answer, mem, output.truncated);
    record_add(&answer, output.out.data, output.out.size);
    record_add(&answer, output.err.data, output.err.size);
    rc = record_send(aside->fd, &answer, aside->deadline);
    /* It may be an environment, or what a command said of keys. */
    wipe(output.out.data, output.out.size);
    wipe(output.err.data, output.err.size);
    return rc < 0 ? rc : 1;
}

int aside_serve(const struct aside *aside)
{
    struct mem mem = {0};
    struct record request = {0};
    int rc = record_receive(aside->fd, &mem, MESSAGE_MAX, aside->deadline, &request);
    if (rc > 0)
        rc = answer_to(aside, &mem, &request);
    /* What a command is given may be a password, and this process lives longer than the call. */
    for (size_t i = 0; i < request.count; i++)
        wipe(request.fields[i].data, request.fields[i].size);
    mem_free(&mem);
    return rc;
}
