/*
 * Sources on other hosts, read by the installed ssh client over its stdout: no name that the server
 * sends is ever used (what scp clients trusted in CVE-2019-6111).
 */
#include "collect.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { SSH_ERROR = 255, PATIENCE = 5, LINE_SIZE = 512 };

/* The last line of `text` that is not blank. */
static void last_line(const struct tfhook_data *text, char ret[LINE_SIZE])
{
    size_t end = text->size;
    while (end > 0 && strchr("\r\n \t", text->data[end - 1]) != NULL)
        end--;
    size_t start = end;
    while (start > 0 && text->data[start - 1] != '\n')
        start--;
    size_t length = end - start < LINE_SIZE - 1 ? end - start : LINE_SIZE - 1;
    if (length > 0)
        memcpy(ret, text->data + start, length);
    ret[length] = '\0';
}

static bool output_mentions(const struct tfhook_data *text, const char *what)
{
    return text->size > 0 && memmem(text->data, text->size, what, strlen(what)) != NULL;
}

static void judge_output(struct collect *c, const struct source *source,
                         const struct tfhook_output *out)
{
    char line[LINE_SIZE];
    last_line(&out->err, line);
    if (out->timed_out)
        collect_missing(c, source, NULL, "%s: timed out after %d s%s%s", source->host,
                        2 * c->timeout + PATIENCE, line[0] != '\0' ? ": " : "", line);
    else if (out->truncated)
        collect_error(c, source->text, "is larger than %d bytes: no certificate is",
                      CERT_FILE_LIMIT);
    else if (out->exit_status == SSH_ERROR &&
             output_mentions(&out->err, "ost key verification failed"))
        collect_error(
            c, source->text,
            "%s: ssh does not know its host key, or another one than it presents; check it "
            "and add it to known_hosts of this user",
            source->host);
    else if (out->exit_status == SSH_ERROR)
        collect_missing(c, source, NULL, "%s: ssh cannot log in: %s", source->host,
                        line[0] != '\0' ? line : "no reason given");
    else if (out->exit_status != 0)
        collect_missing(c, source, NULL, "%s: cannot read %s: %s", source->host, source->path,
                        line[0] != '\0' ? line : "no reason given");
    else
        collect_bytes(c, source, NULL, &out->out, true);
}

void collect_ssh(struct collect *c, const struct source *source)
{
    char connect_timeout[48], port[16], command[4200];
    const char *argv[48];
    size_t count = 0;
    static const char *const fixed[] = {"/usr/bin/ssh",
                                        "-T",
                                        "-a",
                                        "-x",
                                        "-oBatchMode=yes",
                                        "-oStrictHostKeyChecking=yes",
                                        "-oClearAllForwardings=yes",
                                        "-oPermitLocalCommand=no",
                                        "-oControlMaster=no",
                                        "-oConnectionAttempts=1",
                                        "-oLogLevel=ERROR"};
    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
        argv[count++] = fixed[i];
    (void)snprintf(connect_timeout, sizeof(connect_timeout), "-oConnectTimeout=%d", c->timeout);
    argv[count++] = connect_timeout;
    if (source->port != 0) {
        (void)snprintf(port, sizeof(port), "-p%u", source->port);
        argv[count++] = port;
    }
    if (source->user != NULL) {
        argv[count++] = "-l";
        argv[count++] = source->user;
    }
    /* source.c lets no quote and nothing else through that a shell would read. */
    (void)snprintf(command, sizeof(command), "cat -- '%s'", source->path);
    argv[count++] = "--";
    argv[count++] = source->host;
    argv[count++] = command;
    argv[count] = NULL;
    struct tfhook_output out = {.struct_size = sizeof(out)};
    int rc = c->host->probe(c->host, argv, 2 * c->timeout + PATIENCE, CERT_FILE_LIMIT, &out);
    if (rc < 0)
        collect_error(c, source->text, "%s cannot be run: %s", fixed[0],
                      rc == -ENOENT ? "no ssh client is installed" : strerror(-rc));
    else
        judge_output(c, source, &out);
}
