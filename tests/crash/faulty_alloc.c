/*
 * Allocations that fail when told to. Linked, with --wrap, into a tfhook and into plugins of their
 * own (tests/CMakeLists.txt), so that what is counted is our code's calls and no library's. Each of
 * them, the program and each plugin, counts for itself and is one PART, "core" or "plugin".
 *
 *     TFHOOK_FAULTY=PART:N    the Nth allocation of each process of that part fails
 *     TFHOOK_FAULTY=PART:N+   from there on, all do
 *     TFHOOK_FAULTY_LOG=FILE  a line for each process that ends: PART COUNT
 *
 * A forked child goes on with its parent's count. Leaks are looked for at each end. What is found
 * is written to files, so there is no Landlock here.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t size);
_Noreturn void __real__exit(int status);

static struct {
    bool read;
    bool ever;
    unsigned long fail, count;
    char log[256];
} faulty;

/* The program clears its environment; what it was started with is still told. */
static const char *setting(const char *text, size_t size, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = text; at < text + size; at += strlen(at) + 1)
        if (strncmp(at, name, length) == 0 && at[length] == '=')
            return at + length + 1;
    return NULL;
}

static void read_settings(void)
{
    static char text[64 * 1024];
    faulty.read = true;
    int fd = open("/proc/self/environ", O_RDONLY | O_CLOEXEC);
    ssize_t size = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        (void)close(fd);
    const char *log = setting(text, size > 0 ? (size_t)size : 0, "TFHOOK_FAULTY_LOG");
    const char *what = setting(text, size > 0 ? (size_t)size : 0, "TFHOOK_FAULTY");
    (void)snprintf(faulty.log, sizeof faulty.log, "%s", log != NULL ? log : "");
    if (what == NULL || strncmp(what, FAULTY_PART ":", sizeof FAULTY_PART) != 0)
        return;
    char *end = NULL;
    faulty.fail = strtoul(what + sizeof FAULTY_PART, &end, 10);
    faulty.ever = *end == '+';
}

static bool fails(void)
{
    if (!faulty.read)
        read_settings();
    faulty.count++;
    return faulty.fail > 0 &&
           (faulty.count == faulty.fail || (faulty.ever && faulty.count > faulty.fail));
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t size)
{
    return fails() ? NULL : __real_strndup(text, size);
}

__attribute__((destructor)) static void log_count(void)
{
    char line[64];
    if (faulty.log[0] == '\0')
        return;
    int fd = open(faulty.log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    int size = snprintf(line, sizeof line, "%s %lu\n", FAULTY_PART, faulty.count);
    if (fd >= 0 && write(fd, line, (size_t)size) < 0)
        perror(faulty.log);
    if (fd >= 0)
        (void)close(fd);
}

/* An end by exit(), so that destructors run, those of a plugin too, and leaks are looked for. */
_Noreturn void __wrap__exit(int status);
_Noreturn void __wrap__exit(int status)
{
    static bool ending;
    if (ending)
        __real__exit(status);
    ending = true;
    exit(status);
}

