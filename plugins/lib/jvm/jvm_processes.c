/* The JVMs that run, by what /proc says of them. */
#include <dirent.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "jvm_internal.h"
#include "memory.h"

enum { MOST_ARGUMENTS = 4 << 20 };

/* A link of /proc/PID; NULL when it cannot be read. */
static const char *link_of(const struct tfhook_host *host, long pid, const char *name)
{
    struct tfhook_data target;
    return host->process(host, pid, name, 0, &target) == 0 ? (const char *)target.data : NULL;
}

/* The host's copy; data is NULL when there is nothing. */
static struct tfhook_data read_file(const struct tfhook_host *host, long pid, const char *name)
{
    struct tfhook_data file = {0};
    if (host->process(host, pid, name, MOST_ARGUMENTS, &file) < 0 || file.size == 0)
        return (struct tfhook_data){0};
    return file;
}

/* Arguments and environments may hold a password. Nobody else reads the host's copy. */
static void wipe_file(const struct tfhook_data *file)
{
    if (file->data != NULL)
        OPENSSL_cleanse((void *)(uintptr_t)file->data, file->size);
}

/* A path of the kernel's as one below --root; NULL when it lies elsewhere. */
static const char *below_root(const struct tfhook_host *host, const char *path)
{
    size_t length = strlen(host->root);
    if (strncmp(path, host->root, length) != 0 || path[length] != '/')
        return NULL;
    return path + length;
}

/* A path that the process uses, as one below --root; NULL when it lies elsewhere. It begins at the
 * process's working directory, or at its root, which may be another than ours. */
static const char *path_of_process(const struct tfhook_host *host, long pid, const char *path)
{
    if (*path != '/') {
        const char *directory = link_of(host, pid, "cwd");
        const char *base = directory == NULL ? NULL : below_root(host, directory);
        return base == NULL ? NULL : memory_printf("%s/%s", base, path);
    }
    const char *root = link_of(host, pid, "root");
    if (root != NULL && strcmp(root, "/") != 0)
        path = memory_printf("%s%s", root, path);
    return below_root(host, path);
}

static void take_variable(struct jvm_said *said, const struct tfhook_data *environment,
                          const char *name)
{
    const char *value = jvm_variable((const char *)environment->data, environment->size, name);
    if (value != NULL)
        jvm_said_by_words(said, value);
}

static void take_files(const struct tfhook_host *host, struct jvm_said *said, long pid,
                       const struct tfhook_data *line)
{
    const char *data = (const char *)line->data, *name = NULL;
    for (size_t i = 0; (name = jvm_argument_file(data, line->size, i)) != NULL; i++) {
        const char *path = path_of_process(host, pid, name);
        struct tfhook_data file;
        if (path != NULL && host->read(host, path, MOST_ARGUMENTS, &file) == 0) {
            char *words = jvm_words_of_file((const char *)file.data);
            jvm_said_by_words(said, words);
            OPENSSL_cleanse(words, strlen(words));
        } else {
            host->log(host, TFHOOK_WARNING,
                      "process %ld: its arguments in @%s cannot be read; whether they name a trust "
                      "store is not known",
                      pid, name);
        }
    }
}

/* In the order in which Java takes them: of several the last one counts. JAVA_TOOL_OPTIONS comes
 * first, then JDK_JAVA_OPTIONS and the command line, and _JAVA_OPTIONS, HotSpot's own, at the end.
 * A file of arguments is taken as if it stood before the command line, wherever it does. */
static struct jvm_said said_by_process(const struct tfhook_host *host, long pid,
                                       const struct tfhook_data *line)
{
    struct jvm_said said = {0};
    struct tfhook_data environment = read_file(host, pid, "environ");
    take_variable(&said, &environment, "JAVA_TOOL_OPTIONS");
    take_variable(&said, &environment, "JDK_JAVA_OPTIONS");
    take_files(host, &said, pid, line);
    jvm_said_by_arguments(&said, (const char *)line->data, line->size);
    take_variable(&said, &environment, "_JAVA_OPTIONS");
    wipe_file(&environment);
    return said;
}

/* The store that is said, as a path here; NULL when it says none that is a file. */
static const char *store_of_process(const struct tfhook_host *host, long pid, const char *store)
{
    if (store == NULL || strcmp(store, "NONE") == 0 || *store == '\0')
        return store;
    const char *path = path_of_process(host, pid, store);
    if (path == NULL || !jvm_is_file(host, path))
        host->log(host, TFHOOK_WARNING,
                  "process %ld: its -Djavax.net.ssl.trustStore=%s is no file here, so that the JVM "
                  "takes its default store",
                  pid, store);
    return path;
}

static const char *home_above(const struct tfhook_host *host, const char *program)
{
    const char *home = jvm_home_of_program(program);
    return home == NULL ? NULL : jvm_home(host, home);
}

/* The java.home of the program, or, when its file is gone since an update of the JDK, of the path
 * that it was started by and will be started by again. */
static const char *home_of_process(const struct tfhook_host *host, long pid, const char *program,
                                   const struct tfhook_data *line)
{
    const char *found = home_above(host, program), *real = NULL;
    if (found != NULL || line->data[0] != '/')
        return found;
    const char *started = path_of_process(host, pid, (const char *)line->data);
    if (started == NULL || host->real_path(host, started, &real) != 0)
        return NULL;
    host->log(host, TFHOOK_INFO, "process %ld runs a java that was replaced since, %s", pid,
              program);
    return home_above(host, real);
}

/* In a container of its own a path means another file. */
static bool in_our_namespace(const struct tfhook_host *host, long pid)
{
    const char *ours = link_of(host, 0, "ns/mnt"), *theirs = link_of(host, pid, "ns/mnt");
    return ours == NULL || theirs == NULL || strcmp(ours, theirs) == 0;
}

/* The program's path below the root, without the mark of a file that is gone; NULL when the process
 * is no JVM or lies elsewhere. What may not be looked at is told by its first argument. */
static const char *program_of_process(const struct tfhook_host *host, long pid)
{
    static const char gone[] = " (deleted)";
    struct tfhook_data program;
    int rc = host->process(host, pid, "exe", 0, &program);
    if (rc == -EACCES || rc == -EPERM)
        program = read_file(host, pid, "cmdline");
    else if (rc < 0)
        return NULL;
    if (program.data == NULL || program.data[0] != '/')
        return NULL;
    char *path = memory_str((const char *)program.data);
    if (rc < 0)
        wipe_file(&program);
    size_t length = strlen(path);
    if (length > sizeof gone && strcmp(path + length - (sizeof gone - 1), gone) == 0)
        path[length - (sizeof gone - 1)] = '\0';
    if (strcmp(strrchr(path, '/'), "/java") != 0 || !in_our_namespace(host, pid))
        return NULL;
    return below_root(host, path);
}

/* What is foreign is shown where it shares a store, and asked for nothing. */
static void judge_user(const struct tfhook_host *host, struct jvm *jvm, const char *program)
{
    unsigned user = 0;
    jvm->foreign = !jvm_user_is_believed(host, jvm->pid, &user);
    if (!jvm->foreign || !jvm->teamforge)
        return;
    jvm->teamforge = false;
    host->log(host, TFHOOK_WARNING,
              "process %ld (%s of user %u) looks like TeamForge's, but nothing in " JVM_TEAMFORGE
              " nor in its runtime, var or log belongs to its user, so that what it says does not "
              "count; if it is, name its store with keystore",
              jvm->pid, program, user);
}

static void add_process_jvm(const struct tfhook_host *host, struct jvm_stores *stores, long pid,
                            const char *program, const struct tfhook_data *line)
{
    const char *data = (const char *)line->data;
    struct jvm_said said = said_by_process(host, pid, line);
    const char *option = store_of_process(host, pid, said.store);
    struct jvm jvm = {
        .pid = pid,
        .runs = jvm_runs(data, line->size),
        .teamforge = jvm_is_teamforge(program, data, line->size),
        .home = home_of_process(host, pid, program, line),
        .password = said.password,
    };
    judge_user(host, &jvm, program);
    if (jvm.home == NULL) {
        host->log(host, TFHOOK_WARNING, "process %ld: no Java home for its program %s", pid,
                  program);
        return;
    }
    if (option != NULL && strcmp(option, "NONE") == 0) {
        host->log(host, TFHOOK_WARNING,
                  "process %ld (%s) trusts nothing: -Djavax.net.ssl.trustStore=NONE", pid,
                  jvm.runs);
        jvm.teamforge = false; /* there is no store of it to work on */
    }
    jvm_add(host, stores, jvm, option);
}

static void add_process(const struct tfhook_host *host, struct jvm_stores *stores, long pid)
{
    const char *program = program_of_process(host, pid);
    if (program == NULL)
        return;
    struct tfhook_data line = read_file(host, pid, "cmdline");
    if (line.data != NULL) /* else it has ended */
        add_process_jvm(host, stores, pid, program, &line);
    wipe_file(&line);
}

static int by_number(const void *a, const void *b)
{
    const long *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

void jvm_add_processes(const struct tfhook_host *host, struct jvm_stores *stores)
{
    DIR *directory = opendir("/proc");
    if (directory == NULL)
        return;
    long *pids = NULL;
    size_t count = 0;
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        char *end = NULL;
        long pid = strtol(entry->d_name, &end, 10);
        if (*end == '\0' && pid > 0)
            *memory_push(pids, count) = pid;
    }
    (void)closedir(directory);
    if (count > 0)
        qsort(pids, count, sizeof *pids, by_number);
    for (size_t i = 0; i < count; i++)
        add_process(host, stores, pids[i]);
}
