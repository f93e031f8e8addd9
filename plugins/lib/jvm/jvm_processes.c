/* The JVMs that run, by what /proc says of them. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "jvm_internal.h"
#include "jvm_truststore_rules.h"

enum { MOST_ARGUMENTS = 4 << 20 };

/* A link of /proc/PID. 0 or a negated errno. */
static int read_link(const struct tfhook_host *host, long pid, const char *name, char ret[PATH_MAX])
{
    struct tfhook_data target;
    int rc = host->process(host, pid, name, PATH_MAX, &target);
    if (rc == 0)
        (void)snprintf(ret, PATH_MAX, "%s", (const char *)target.data);
    return rc;
}

static struct bytes read_file(const struct tfhook_host *host, long pid, const char *name)
{
    struct tfhook_data file;
    struct bytes b = {0};
    if (host->process(host, pid, name, MOST_ARGUMENTS, &file) < 0 || file.size == 0)
        return b;
    bytes_add(&b, file.data, file.size);
    OPENSSL_cleanse((void *)(uintptr_t)file.data, file.size); /* an environment may hold secrets */
    if (b.failed)
        bytes_free(&b);
    return b;
}

static void wipe_bytes(struct bytes *b)
{
    if (b->data != NULL)
        OPENSSL_cleanse(b->data, b->size);
    bytes_free(b);
}

/* A path of the kernel's as one below --root; NULL when it lies elsewhere. */
static const char *below_root(const struct tfhook_host *host, const char *path)
{
    size_t length = strlen(host->root);
    if (strncmp(path, host->root, length) != 0 || path[length] != '/')
        return NULL;
    return path + length;
}

/* A path that the process itself uses: it may see another root, or have been given ours in it. */
static char *path_of_process(const struct tfhook_host *host, long pid, const char *path)
{
    char root[PATH_MAX], directory[PATH_MAX];
    if (*path != '/') {
        const char *base =
            read_link(host, pid, "cwd", directory) == 0 ? below_root(host, directory) : NULL;
        return base == NULL ? NULL : jvm_text("%s/%s", base, path);
    }
    if (read_link(host, pid, "root", root) < 0)
        (void)snprintf(root, sizeof root, "/");
    if (strcmp(root, "/") != 0) {
        char *whole = jvm_text("%s%s", root, path);
        const char *inside = whole == NULL ? NULL : below_root(host, whole);
        char *copy = inside == NULL ? NULL : strdup(inside);
        free(whole);
        return copy;
    }
    const char *inside = below_root(host, path);
    return inside == NULL ? NULL : strdup(inside);
}

/* What a process says of its store. What is taken first counts. */
struct said {
    char *store;
    enum jvm_password password;
};

static void take_words(struct said *said, const char *words)
{
    if (said->store == NULL)
        said->store = jvm_option_of_words(words);
    if (said->password == JVM_PASSWORD_UNSAID)
        said->password = jvm_password_of_words(words);
}

static void take_variable(struct said *said, const struct bytes *environment, const char *name)
{
    const char *value = NULL;
    if (environment->data != NULL)
        value = jvm_variable((const char *)environment->data, environment->size, name);
    if (value != NULL)
        take_words(said, value);
}

static void take_arguments(struct said *said, const struct bytes *line)
{
    const char *data = (const char *)line->data;
    if (said->store == NULL)
        said->store = jvm_option_of_arguments(data, line->size);
    if (said->password == JVM_PASSWORD_UNSAID)
        said->password = jvm_password_of_arguments(data, line->size);
}

/* An option in a file of arguments counts after one on the command line here, wherever it stands.
 */
static void take_files(const struct tfhook_host *host, struct said *said, long pid,
                       const struct bytes *line)
{
    const char *data = (const char *)line->data, *name = NULL;
    for (size_t i = 0; (name = jvm_argument_file(data, line->size, i)) != NULL; i++) {
        char *path = path_of_process(host, pid, name);
        struct tfhook_data file;
        if (path != NULL && host->read(host, path, MOST_ARGUMENTS, &file) == 0) {
            char *words = jvm_words_of_file((const char *)file.data);
            if (words != NULL) {
                take_words(said, words);
                OPENSSL_cleanse(words, strlen(words));
            }
            free(words);
        } else {
            host->log(host, TFHOOK_WARNING,
                      "process %ld: its arguments in @%s cannot be read; whether they name a trust "
                      "store is not known",
                      pid, name);
        }
        free(path);
    }
}

/* _JAVA_OPTIONS is HotSpot's own, and comes after all; JDK_JAVA_OPTIONS before the command line,
 * and JAVA_TOOL_OPTIONS before all. Of several the last one counts. */
static struct said said_by_process(const struct tfhook_host *host, long pid,
                                   const struct bytes *line)
{
    struct said said = {.password = JVM_PASSWORD_UNSAID};
    struct bytes environment = read_file(host, pid, "environ");
    take_variable(&said, &environment, "_JAVA_OPTIONS");
    take_arguments(&said, line);
    take_files(host, &said, pid, line);
    take_variable(&said, &environment, "JDK_JAVA_OPTIONS");
    take_variable(&said, &environment, "JAVA_TOOL_OPTIONS");
    wipe_bytes(&environment);
    return said;
}

/* The store that is said, as a path here; NULL when it says none that is a file. Takes `store`. */
static char *store_of_process(const struct tfhook_host *host, long pid, char *store)
{
    if (store == NULL || strcmp(store, "NONE") == 0 || *store == '\0')
        return store;
    char *path = path_of_process(host, pid, store);
    if (path == NULL || !jvm_is_file(host, path))
        host->log(host, TFHOOK_WARNING,
                  "process %ld: its -Djavax.net.ssl.trustStore=%s is no file here, so that the JVM "
                  "takes its default store",
                  pid, store);
    free(store);
    return path;
}

/* The java.home of the program, or, when its file is gone since an update of the JDK, of the path
 * that it was started by and will be started by again. */
static char *home_of_process(const struct tfhook_host *host, long pid, const char *program,
                             const struct bytes *line)
{
    char *home = jvm_home_of_program(program);
    char *found = home == NULL ? NULL : jvm_home(host, home);
    free(home);
    if (found != NULL || line->data == NULL || line->data[0] != '/')
        return found;
    char *started = path_of_process(host, pid, (const char *)line->data);
    const char *real = NULL;
    if (started != NULL && host->real_path(host, started, &real) == 0) {
        home = jvm_home_of_program(real);
        found = home == NULL ? NULL : jvm_home(host, home);
        free(home);
        host->log(host, TFHOOK_INFO, "process %ld runs a java that was replaced since, %s", pid,
                  program);
    }
    free(started);
    return found;
}

/* In a container of its own a path means another file. */
static bool in_our_namespace(const struct tfhook_host *host, long pid)
{
    char ours[PATH_MAX], theirs[PATH_MAX];
    return read_link(host, 0, "ns/mnt", ours) < 0 || read_link(host, pid, "ns/mnt", theirs) < 0 ||
           strcmp(ours, theirs) == 0;
}

/* The program's path below the root, without the mark of a file that is gone; NULL when the process
 * is no JVM or lies elsewhere. What may not be looked at is told by its first argument. */
static const char *program_of_process(const struct tfhook_host *host, long pid,
                                      char program[PATH_MAX])
{
    static const char gone[] = " (deleted)";
    int rc = read_link(host, pid, "exe", program);
    if (rc < 0) {
        if (rc != -EACCES && rc != -EPERM)
            return NULL;
        struct bytes line = read_file(host, pid, "cmdline");
        bool named = line.data != NULL && line.data[0] == '/';
        if (named)
            (void)snprintf(program, PATH_MAX, "%s", (const char *)line.data);
        wipe_bytes(&line);
        if (!named)
            return NULL;
    }
    size_t length = strlen(program);
    if (length > sizeof gone && strcmp(program + length - (sizeof gone - 1), gone) == 0)
        program[length - (sizeof gone - 1)] = '\0';
    const char *slash = strrchr(program, '/');
    if (slash == NULL || strcmp(slash, "/java") != 0 || !in_our_namespace(host, pid))
        return NULL;
    return below_root(host, program);
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

static bool add_process_jvm(const struct tfhook_host *host, struct jvm_stores *stores, long pid,
                            const char *program, const struct bytes *line)
{
    struct said said = said_by_process(host, pid, line);
    char *option = store_of_process(host, pid, said.store);
    struct jvm jvm = {
        .pid = pid,
        .runs = jvm_runs((const char *)line->data, line->size),
        .teamforge = jvm_is_teamforge(program, (const char *)line->data, line->size),
        .home = home_of_process(host, pid, program, line),
        .password = said.password == JVM_PASSWORD_SET,
    };
    bool done = jvm.runs != NULL;
    judge_user(host, &jvm, program);
    if (jvm.home == NULL) {
        host->log(host, TFHOOK_WARNING, "process %ld: no Java home for its program %s", pid,
                  program);
        free(jvm.runs);
    } else if (done) {
        if (option != NULL && strcmp(option, "NONE") == 0) {
            host->log(host, TFHOOK_WARNING,
                      "process %ld (%s) trusts nothing: -Djavax.net.ssl.trustStore=NONE", pid,
                      jvm.runs);
            jvm.teamforge = false; /* there is no store of it to work on */
        }
        done = jvm_fill_store(host, &jvm, option);
        done = jvm_add(stores, &jvm) && done;
    } else {
        free(jvm.home);
    }
    free(option);
    return done;
}

static bool add_process(const struct tfhook_host *host, struct jvm_stores *stores, long pid)
{
    char buffer[PATH_MAX];
    const char *program = program_of_process(host, pid, buffer);
    struct bytes line = {0};
    if (program != NULL)
        line = read_file(host, pid, "cmdline");
    bool done =
        line.data == NULL /* it has ended */ || add_process_jvm(host, stores, pid, program, &line);
    wipe_bytes(&line); /* it may hold a password */
    return done;
}

static int by_number(const void *a, const void *b)
{
    const long *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

bool jvm_add_processes(const struct tfhook_host *host, struct jvm_stores *stores)
{
    DIR *directory = opendir("/proc");
    if (directory == NULL)
        return true;
    long *pids = NULL;
    size_t count = 0, room = 0;
    bool done = true;
    for (const struct dirent *entry; done && (entry = readdir(directory)) != NULL;) {
        char *end = NULL;
        long pid = strtol(entry->d_name, &end, 10);
        if (*end != '\0' || pid <= 0)
            continue;
        if (count == room) {
            room = room == 0 ? 256 : room * 2;
            long *grown = realloc(pids, room * sizeof *pids);
            done = grown != NULL;
            pids = done ? grown : pids;
        }
        if (done)
            pids[count++] = pid;
    }
    (void)closedir(directory);
    if (count > 0)
        qsort(pids, count, sizeof *pids, by_number);
    for (size_t i = 0; done && i < count; i++)
        done = add_process(host, stores, pids[i]);
    free(pids);
    return done;
}
