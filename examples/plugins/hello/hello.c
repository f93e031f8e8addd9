/* hello: the smallest plugin that does something. It keeps a file that says hello to this host. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <tfhook/plugin.h>

enum { SIZE = 512 };

/* The text, and whether the file has it; a negated errno when it cannot be read. */
static int read_file(const struct tfhook_host *host, char text[SIZE])
{
    struct tfhook_data now;
    (void)snprintf(text, SIZE, "hello, %s\n", host->short_name);
    int rc = host->read(host, host->value(host, "file"), 0, &now);
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    return now.size == strlen(text) && memcmp(now.data, text, now.size) == 0;
}

static int plan(const struct tfhook_host *host)
{
    char text[SIZE];
    const char *file = host->value(host, "file");
    int there = read_file(host, text);
    if (there > 0)
        return TFHOOK_OK;
    int rc = there < 0 ? there : host->write(host, file, text, strlen(text), -1, 0);
    if (rc < 0)
        return host->fail(host, "%s: cannot be read or staged: %s", file, strerror(-rc));
    host->summary(host, file, "+ hello, %s", host->short_name);
    return TFHOOK_OK;
}

static int verify(const struct tfhook_host *host)
{
    char text[SIZE];
    int there = read_file(host, text) > 0;
    host->finding(host, "hello", "hello.said", host->value(host, "file"),
                  there ? TFHOOK_PASS : TFHOOK_FAIL, there ? "says hello" : "does not say hello",
                  there ? NULL : "run: tfhook apply");
    return TFHOOK_OK;
}

static const struct tfhook_key keys[] = {
    {"file", TFHOOK_PATH, 0, "/etc/hello", NULL, 0, 0, "The file that says hello."}};

TFHOOK_EXPORT const struct tfhook_plugin tfhook_plugin_v1 = {
    .size = sizeof(struct tfhook_plugin),
    .name = "hello",
    .version = "1.0",
    .summary = "says hello to this host",
    .manual = "Keeps a file that says hello.",
    .keys = keys,
    .key_count = sizeof keys / sizeof *keys,
    .key_size = sizeof *keys,
    .plan = plan,
    .verify = verify};
