/* exec-hook: a step in any language. Runs an executable in each call, tells it what is, and takes
 * from it what should be. Glue; request.c and answer.c know the JSON. */
#include "answer.h"
#include "request.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <tfhook/plugin.h>
#include <unistd.h>

enum { OUTPUT_MAX = 1024 * 1024, WORDS_MAX = 256 };

/* Whoever can write it decides what this run does. */
static int check_trust(const struct tfhook_host *host, const char *path, enum tfhook_kind kind)
{
    struct tfhook_stat st = {.struct_size = sizeof st};
    int rc = host->stat(host, path, &st);
    if (rc < 0)
        return host->fail(host, "%s cannot be looked at: %s", path, strerror(-rc));
    if (st.kind != kind)
        return host->fail(host, "%s is no %s", path, kind == TFHOOK_FILE ? "file" : "directory");
    if (st.uid != 0 && st.uid != getuid())
        return host->fail(host, "%s belongs to user %u: chown it to root", path, st.uid);
    bool sticky = kind == TFHOOK_DIRECTORY && (st.mode & 01000) != 0; /* as /tmp */
    if ((st.mode & 022) != 0 && !sticky)
        return host->fail(host, "%s can be written by others: chmod go-w it", path);
    if (kind == TFHOOK_FILE && (st.mode & 0111) == 0)
        return host->fail(host, "%s cannot be executed: chmod 755 it", path);
    return TFHOOK_OK;
}

/* The file and every directory above it, so that nobody else can put another in its place. *ret is
 * the path behind all links: what is looked at is what is run. */
static int trust_command(const struct tfhook_host *host, const char *command, const char **ret)
{
    int rc = host->real_path(host, command, ret);
    if (rc < 0)
        return host->fail(host, "%s cannot be looked at: %s", command, strerror(-rc));
    char *path = strdup(*ret);
    if (path == NULL)
        return host->fail(host, "%s: no memory", command);
    int result = check_trust(host, path, TFHOOK_FILE);
    while (result == TFHOOK_OK && strcmp(path, "/") != 0) {
        char *slash = strrchr(path, '/');
        slash[slash == path] = '\0';
        result = check_trust(host, path, TFHOOK_DIRECTORY);
    }
    free(path);
    return result;
}

static struct request *make_request(const struct tfhook_host *host, const char *call)
{
    struct tfhook_names data = host->items(host, "data");
    struct request *request = request_new(call, host, &data);
    struct tfhook_staged staged = {.struct_size = sizeof staged};
    for (size_t i = 0; request != NULL && host->staged(host, i, &staged) == 0; i++) {
        struct tfhook_data content;
        bool told = !staged.secret && staged.new_sha256 != NULL &&
                    host->read(host, staged.path, REQUEST_CONTENT_MAX, &content) == 0;
        if (request_add(request, &staged, told ? &content : NULL) < 0) {
            request_free(request);
            request = NULL;
        }
    }
    return request;
}

/* Runs it; what went wrong is the result. */
static int run_command(const struct tfhook_host *host, const char *call, const char *command,
                       struct tfhook_output *ret)
{
    struct tfhook_names arguments = host->items(host, "arguments");
    const char *argv[WORDS_MAX + 2] = {NULL};
    int seconds = (int)host->number(host, "seconds");
    int rc = host->os_path(host, command, &argv[0]);
    if (rc < 0)
        return host->fail(host, "%s cannot be looked at: %s", command, strerror(-rc));
    for (size_t i = 0; i < arguments.count && i < WORDS_MAX; i++)
        argv[i + 1] = arguments.names[i];
    struct request *request = make_request(host, call);
    char *text = request == NULL ? NULL : request_text(request);
    if (request != NULL)
        request_free(request);
    if (text == NULL)
        return host->fail(host,
                          "%s cannot be told of this run: no memory, or a text that is not "
                          "UTF-8",
                          command);
    rc = host->probe_input(host, argv, text, strlen(text), seconds, OUTPUT_MAX, ret);
    free(text);
    if (rc < 0)
        return host->fail(host, "%s cannot be run: %s", command, strerror(-rc));
    if (ret->timed_out)
        return host->fail(host, "%s did not end within %d seconds (key seconds)", command, seconds);
    if (ret->truncated)
        return host->fail(host, "%s wrote more than 1 MiB", command);
    if (ret->exit_status != 0) {
        const char *said = (const char *)ret->err.data;
        int size = (int)strcspn(said, "\n");
        return host->fail(host, "%s ended with status %d%s%.*s", command, ret->exit_status,
                          size > 0 ? ": " : "", size > 200 ? 200 : size, said);
    }
    return TFHOOK_OK;
}

static int stage_edit(const struct tfhook_host *host, const struct answer_edit *edit)
{
    const char *command = host->value(host, "command"), *why = NULL;
    struct tfhook_data content;
    int rc = host->read(host, edit->path, 0, &content);
    if (rc == 0 && !answer_can_edit(edit, &content, &why))
        return host->fail(host, "%s wants to edit %s: its line \"%s\" %s", command, edit->path,
                          edit->old_line == NULL ? edit->anchor : edit->old_line, why);
    if (rc == 0)
        rc = host->edit(host, edit->path, edit->old_line, edit->new_line, edit->anchor);
    if (rc < 0)
        return host->fail(host, "%s wants to edit %s: %s", command, edit->path, strerror(-rc));
    return TFHOOK_OK;
}

/* The group of a finding is what stands before the first dot of its id. */
static void report_finding(const struct tfhook_host *host, const struct answer_finding *finding)
{
    char group[64] = "exec-hook";
    size_t size = strcspn(finding->id, ".");
    if (finding->id[size] == '.' && size > 0 && size < sizeof group) {
        memcpy(group, finding->id, size);
        group[size] = '\0';
    }
    host->finding(host, group, finding->id, finding->subject, finding->verdict, finding->message,
                  finding->hint);
}

static int follow_answer(const struct tfhook_host *host, const struct answer *answer)
{
    const char *command = host->value(host, "command"), *text = NULL;
    struct answer_finding finding;
    struct answer_edit edit;
    int result = TFHOOK_OK;
    for (size_t i = 0; (text = answer_log(answer, i)) != NULL; i++)
        host->log(host, TFHOOK_INFO, "%s", text);
    for (size_t i = 0; answer_finding(answer, i, &finding); i++)
        report_finding(host, &finding);
    if (answer->result == TFHOOK_SKIPPED)
        return host->skip(host, "%s", answer->message);
    if (answer->result == TFHOOK_FAILED)
        return host->fail(host, "%s: %s", command, answer->message);
    if (answer->result == TFHOOK_REJECTED)
        return host->reject(host, "command", "%s: %s", command, answer->message);
    for (size_t i = 0; result == TFHOOK_OK && answer_edit(answer, i, &edit); i++)
        result = stage_edit(host, &edit);
    for (size_t i = 0; result == TFHOOK_OK && (text = answer_next_step(answer, i)) != NULL; i++)
        host->next_step(host, "%s", text);
    if (result == TFHOOK_OK && answer->message != NULL)
        host->message(host, "%s", answer->message);
    return result;
}

static int run_call(const struct tfhook_host *host, const char *call)
{
    const char *command = host->value(host, "command");
    char why[ANSWER_WHY];
    struct tfhook_output output = {.struct_size = sizeof output};
    struct answer answer;
    const char *real = NULL;
    int result = trust_command(host, command, &real);
    if (result == TFHOOK_OK)
        result = run_command(host, call, real, &output);
    if (result != TFHOOK_OK)
        return result;
    if (answer_parse(output.out.data, output.out.size, call, &answer, why) < 0)
        return host->fail(host, "%s gave an answer that is not understood: %s", command, why);
    result = follow_answer(host, &answer);
    answer_free(&answer);
    return result;
}

static int check(const struct tfhook_host *host)
{
    struct tfhook_names data = host->items(host, "data");
    for (size_t i = 0; i < data.count; i++)
        if (data.names[i][0] == '=' || strchr(data.names[i], '=') == NULL ||
            strcspn(data.names[i], "=") > 200)
            return host->reject(host, "data", "\"%s\" is not of the form KEY=VALUE", data.names[i]);
    if (host->items(host, "arguments").count > WORDS_MAX)
        return host->reject(host, "arguments", "more than %d", WORDS_MAX);
    return run_call(host, "check");
}

static int plan(const struct tfhook_host *host)
{
    return run_call(host, "plan");
}

static int verify(const struct tfhook_host *host)
{
    return run_call(host, "verify");
}

static const struct tfhook_key keys[] = {
    {"command", TFHOOK_PATH, 1, NULL, NULL, 0, 0,
     "The executable. It and the directories above it belong to root and nobody else can write "
     "them."},
    {"arguments", TFHOOK_LIST, 0, NULL, NULL, 0, 0, "Its arguments."},
    {"seconds", TFHOOK_NUMBER, 0, "30", NULL, 1, 3600,
     "How long it may take; the step's own timeout holds as well."},
    {"data", TFHOOK_LIST, 0, NULL, NULL, 0, 0, "KEY=VALUE, handed on as members of \"keys\"."},
};

TFHOOK_EXPORT const struct tfhook_plugin tfhook_plugin_v1 = {
    .size = sizeof(struct tfhook_plugin),
    .minor = 1,
    .name = "exec-hook",
    .version = "1.0",
    .summary = "a step in any language: runs an executable of the site",
    .manual =
        "In check, plan and verify the executable gets one JSON object on its stdin and may answer "
        "with one on its stdout. It must change nothing itself: it proposes line edits in plan and "
        "reports findings in verify. An answer that is not understood fails the step.",
    .keys = keys,
    .key_count = sizeof keys / sizeof *keys,
    .key_size = sizeof *keys,
    .check = check,
    .plan = plan,
    .verify = verify};
