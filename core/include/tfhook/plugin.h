/*
 * tfhook/plugin.h: the interface between tfhook and its plugins. This file is all that a plugin
 * needs; it is C99 and can be used from C++.
 *
 * A plugin is a shared object NAME.so that exports one symbol, `tfhook_plugin_v1`, a constant
 * struct tfhook_plugin. It reads the world and proposes changes; it never makes one. tfhook
 * collects the proposals of all steps, shows them, and only then writes, all or nothing.
 *
 * CALL ORDER. Every call runs in a process of its own, so nothing that one call leaves in memory is
 * there for the next:
 *
 *     (load)  the descriptor is read; the keys of the step are checked against `keys`
 *     check   are the values usable? Look, do not measure: nothing has been collected yet
 *     plan    read what is there, stage what should be there; must stage nothing when all is well
 *     verify  look at what is there now and report findings; must stage nothing
 *
 * A call ends by returning TFHOOK_OK, TFHOOK_SKIPPED, TFHOOK_FAILED or TFHOOK_REJECTED; the last
 * three are best returned through host->skip(), host->fail() and host->reject(), which carry the
 * reason. Any other value, exit(), a crash or a passed deadline is the failure of this step; what
 * it had staged is forgotten. A plugin cannot tell whether what it stages will be written or only
 * shown.
 *
 * FILES. All that steps share is files. A path is absolute and is taken below `--root`, symbolic
 * links included, so a plugin never sees the difference; a path that begins with TFHOOK_NOTES is
 * taken below the plugin's own folder in the state directory, for what it must remember: one name,
 * without a slash, in a folder that all steps of the plugin share. A read
 * gives what earlier steps of the same run have staged as if it were on the disk already. A file
 * that exists may be staged only by a step that has read it.
 *
 * OWNERSHIP. What host functions return belongs to the host and is valid until the call returns.
 * What a plugin passes is copied before the function returns. Text is UTF-8 without control
 * characters; tfhook escapes what is not before it shows it.
 *
 * ERRORS. Functions that return int give 0, or a negated errno value (-ENOENT, -EACCES,
 * -ELOOP, -EFBIG, -EISDIR; -EINVAL for a misuse of this interface, which also fails the step).
 *
 * THREADS. Host functions may be called from the thread that called the plugin, and no other.
 *
 * GROWTH. The major version is part of the symbol's name. Within a major version structures grow at
 * their end only; each carries its size, and members beyond it do not exist. `minor` says which
 * additions a plugin needs; a host that is older refuses it.
 *
 * Interface changelog
 *   1.0  first release
 *   1.1  probe_input, process, staged: a plugin that calls one of them says minor = 1
 */
#ifndef TFHOOK_PLUGIN_H
#define TFHOOK_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TFHOOK_API_MAJOR 1
#define TFHOOK_API_MINOR 1

/* First characters of a path below the plugin's own notes, e.g. TFHOOK_NOTES "added". */
#define TFHOOK_NOTES "@notes/"

#if defined(__GNUC__)
#define TFHOOK_EXPORT __attribute__((visibility("default")))
#define TFHOOK_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define TFHOOK_EXPORT
#define TFHOOK_PRINTF(fmt, args)
#endif

struct tfhook_host;

/* What check, plan and verify return. */
enum tfhook_result {
    TFHOOK_OK = 0,
    TFHOOK_SKIPPED = 1,  /* nothing to do here; what was staged is dropped, findings stand */
    TFHOOK_FAILED = 2,   /* the world is not as it must be: exit status 1 */
    TFHOOK_REJECTED = 3, /* the configuration is wrong: exit status 3 */
};

/* The type of a key's value; the core checks it before the plugin is called. */
enum tfhook_type {
    TFHOOK_STRING = 0,
    TFHOOK_PATH = 1,   /* one absolute path */
    TFHOOK_LIST = 2,   /* strings, on indented lines or separated by commas */
    TFHOOK_PATHS = 3,  /* absolute paths, written like a list */
    TFHOOK_NUMBER = 4, /* a whole number from `min` to `max` */
    TFHOOK_FLAG = 5,   /* yes or no */
    TFHOOK_ENUM = 6,   /* one of `choices`, which are separated by spaces */
    TFHOOK_ENUMS = 7   /* a list of some of `choices` */
};

/* One key that a step with this plugin may have. */
struct tfhook_key {
    const char *name; /* lower case, words joined by '-' */
    enum tfhook_type type;
    int required;         /* non-zero: a step without it is rejected */
    const char *fallback; /* default, written as in the file; NULL: none, the value is absent */
    const char *choices;  /* TFHOOK_ENUM and TFHOOK_ENUMS only, else NULL */
    long min, max;        /* TFHOOK_NUMBER only */
    const char *help;     /* a sentence or two, for `tfhook plugins NAME` */
};

/* The descriptor: the one symbol that a plugin exports. */
struct tfhook_plugin {
    size_t size;         /* sizeof(struct tfhook_plugin) */
    unsigned minor;      /* the TFHOOK_API_MINOR that it needs */
    const char *name;    /* as the file's name without ".so" */
    const char *version; /* the plugin's own */
    const char *summary; /* one line */
    const char *manual;  /* paragraphs, for `tfhook plugins NAME` */
    const struct tfhook_key *keys;
    size_t key_count;
    size_t key_size; /* sizeof(struct tfhook_key) */
    /* Each may be NULL. A plugin without plan is verify-only: it runs at its hook and in
     * `tfhook verify`. */
    int (*check)(const struct tfhook_host *host);
    int (*plan)(const struct tfhook_host *host);
    int (*verify)(const struct tfhook_host *host);
};

extern TFHOOK_EXPORT const struct tfhook_plugin tfhook_plugin_v1;

/* The content of a file; data[size] is a NUL that does not count. */
struct tfhook_data {
    const unsigned char *data;
    size_t size;
};

/* Words: the items of a list, the names in a directory (sorted by byte). names[count] is NULL. */
struct tfhook_names {
    const char *const *names;
    size_t count;
};

enum tfhook_kind { TFHOOK_FILE = 0, TFHOOK_DIRECTORY = 1, TFHOOK_OTHER = 2 };

/* What a path leads to, symbolic links followed. The caller sets struct_size. */
struct tfhook_stat {
    size_t struct_size;
    enum tfhook_kind kind;
    unsigned mode; /* permission bits, 07777 */
    unsigned uid, gid;
    uint64_t size;     /* bytes */
    int64_t mtime_sec; /* seconds since the epoch */
    uint64_t links;    /* hard links to it */
    int64_t ctime_sec; /* when content or metadata last changed here, whatever mtime claims */
};

/* What a probe gave. The caller sets struct_size. */
struct tfhook_output {
    size_t struct_size;
    int exit_status; /* of the command; 128 + signal when one ended it */
    int timed_out;   /* it was killed at its deadline */
    int truncated;   /* it wrote more than the limit and was killed */
    struct tfhook_data out;
    struct tfhook_data err; /* at most 8 KiB of it */
};

enum tfhook_level { TFHOOK_DEBUG = 0, TFHOOK_INFO = 1, TFHOOK_WARNING = 2 };

/* A finding of verify, from good to bad. `fail` makes the run fail. */
enum tfhook_verdict { TFHOOK_PASS = 0, TFHOOK_SKIP = 1, TFHOOK_WARN = 2, TFHOOK_FAIL = 3 };

/* For the flags of host->write(). */
#define TFHOOK_SECRET 1u /* the content is secret: shown nowhere, new files and backups 0600 */

/* What a staged change does to its path. */
enum tfhook_action {
    TFHOOK_CHANGE_WRITE = 0, /* the whole file */
    TFHOOK_CHANGE_EDIT = 1,  /* lines of it */
    TFHOOK_CHANGE_REMOVE = 2,
    TFHOOK_CHANGE_DIRECTORY = 3
};

/* A change that this run has staged. The caller sets struct_size. Since 1.1. */
struct tfhook_staged {
    size_t struct_size;
    enum tfhook_action action;
    int secret;             /* the content is shown nowhere */
    const char *path;       /* host->read() gives the content that it will have */
    const char *step;       /* of the step that staged it */
    const char *old_sha256; /* lower-case hex; NULL: there is no such file yet, or a directory */
    const char *new_sha256; /* NULL: it is removed, or a directory */
};

/* The services of the host. `host` is always the pointer that the call was given. */
struct tfhook_host {
    size_t size; /* of this structure, in the running tfhook */
    unsigned minor;
    void *core; /* the host's own */

    const char *step;       /* the step's name */
    const char *hook;       /* where this call runs, e.g. "pre-provision"; NULL outside hooks */
    const char *hostname;   /* this machine's name as `hostname` prints it */
    const char *short_name; /* that, up to the first dot, in lower case */
    int64_t now;      /* seconds since the epoch: the run's one clock. SOURCE_DATE_EPOCH sets it */
    const char *root; /* the --root directory without a slash at its end; "" without --root */

    /* --- configuration: values are checked and have their defaults --- */
    const char *(*value)(const struct tfhook_host *host, const char *key); /* NULL: absent */
    struct tfhook_names (*items)(const struct tfhook_host *host, const char *key);
    long (*number)(const struct tfhook_host *host, const char *key); /* 0: absent */
    int (*flag)(const struct tfhook_host *host, const char *key);    /* 0: no, or absent */

    /* --- looking at files --- */
    /* At most `limit` bytes (0: 64 MiB), else -EFBIG. Regular files only. */
    int (*read)(const struct tfhook_host *host, const char *path, size_t limit,
                struct tfhook_data *ret);
    int (*list)(const struct tfhook_host *host, const char *path, struct tfhook_names *ret);
    int (*stat)(const struct tfhook_host *host, const char *path, struct tfhook_stat *ret);
    /* The path with all symbolic links followed, below --root as `path` is. */
    int (*real_path)(const struct tfhook_host *host, const char *path, const char **ret);
    /* The same as the kernel knows it, --root included: for a probe's argv and for /proc. */
    int (*os_path)(const struct tfhook_host *host, const char *path, const char **ret);
    /* Run a command that changes nothing. argv[0] is absolute, argv ends with NULL. Its environment
     * is PATH, HOME and LANG=C; it is killed after `seconds` or when it has written more than
     * `limit` bytes; neither may be 0. 0 when it ran, whatever its exit status. It is the real
     * user's, root's as a rule, and not bound by --root: that it changes nothing is the plugin's
     * promise. */
    int (*probe)(const struct tfhook_host *host, const char *const *argv, int seconds, size_t limit,
                 struct tfhook_output *ret);

    /* --- proposing changes: in plan only --- */
    /* The whole file. `mode` -1: as it is, or 0644 when it is new (a secret: 0600). A file that
     * exists keeps owner, ACL and extended attributes. Directories above it are made as needed
     * (0755). */
    int (*write)(const struct tfhook_host *host, const char *path, const void *data, size_t size,
                 int mode, unsigned flags);
    /* One line of a text file; lines are given without their "\n" (a "\r" counts as text).
     *   old_line and new_line: replace.   old_line NULL: insert new_line.   new_line NULL: delete.
     * `anchor` is the line before it, NULL when there is none: it decides which of several equal
     * lines is meant, and is not looked at when there is only one; for an insert it is the one line
     * of its text to insert after, NULL for the end of the file.
     * Edits are applied to the file as it is when it is written, and undone in the file as it is
     * then: lines that others write in between are kept. */
    int (*edit)(const struct tfhook_host *host, const char *path, const char *old_line,
                const char *new_line, const char *anchor);
    int (*remove)(const struct tfhook_host *host, const char *path);
    int (*directory)(const struct tfhook_host *host, const char *path, int mode);
    /* A line that explains the change of `path` in the plan, e.g. "+ scm1  CN=scm1  2027-03-01".
     * Line edits are shown as their lines, and need none. */
    void (*summary)(const struct tfhook_host *host, const char *path, const char *format, ...)
        TFHOOK_PRINTF(3, 4);

    /* --- reporting --- */
    /* In verify only. `check` is the group ("postgres"), `id` the stable name
     * ("postgres.served-certificate"), `subject` what it is about ("db1:5432"), `hint` what to do
     * next or NULL. */
    void (*finding)(const struct tfhook_host *host, const char *check, const char *id,
                    const char *subject, enum tfhook_verdict verdict, const char *message,
                    const char *hint);
    /* Something that a person must do after this run. The same text counts once. */
    void (*next_step)(const struct tfhook_host *host, const char *format, ...) TFHOOK_PRINTF(2, 3);
    void (*log)(const struct tfhook_host *host, enum tfhook_level level, const char *format, ...)
        TFHOOK_PRINTF(3, 4);
    void (*progress)(const struct tfhook_host *host, size_t done, size_t total, const char *what);
    /* The step's one-line message, for a call that goes well. */
    void (*message)(const struct tfhook_host *host, const char *format, ...) TFHOOK_PRINTF(2, 3);
    /* Each sets the step's message and returns what the plugin then returns: TFHOOK_SKIPPED,
     * TFHOOK_FAILED, TFHOOK_REJECTED. A failure says what, where, why and what to do next.
     * reject() puts the file and line of `key` before the message. */
    int (*skip)(const struct tfhook_host *host, const char *format, ...) TFHOOK_PRINTF(2, 3);
    int (*fail)(const struct tfhook_host *host, const char *format, ...) TFHOOK_PRINTF(2, 3);
    int (*reject)(const struct tfhook_host *host, const char *key, const char *format, ...)
        TFHOOK_PRINTF(3, 4);
    /* A report that is derived from what verify saw (a metrics file): written whole by rename when
     * the call has ended well, in no transaction, never rolled back. In verify only. */
    int (*publish)(const struct tfhook_host *host, const char *path, const void *data, size_t size);
    /* The least level of log() that this run shows: text for a lower one need not be made. */
    enum tfhook_level log_level;

    /* --- since 1.1 --- */
    /* As probe(), with `size` bytes of `input` on the command's stdin. */
    int (*probe_input)(const struct tfhook_host *host, const char *const *argv, const void *input,
                       size_t size, int seconds, size_t limit, struct tfhook_output *ret);
    /* What the kernel says of a process: `name` is one below /proc/PID, such as "cmdline" or
     * "ns/mnt"; of a link, where it leads, else the content. PID 0: this process. At most `limit`
     * bytes (0: 4 MiB). An environment may hold secrets: wipe what is returned. */
    int (*process)(const struct tfhook_host *host, long pid, const char *name, size_t limit,
                   struct tfhook_data *ret);
    /* The changes that this run has staged so far, this step's included, by index from 0; -ENOENT
     * past the last. In check and verify there are none: those look at the disk. Files below
     * TFHOOK_NOTES are not among them. */
    int (*staged)(const struct tfhook_host *host, size_t index, struct tfhook_staged *ret);
};

#ifdef __cplusplus
}
#endif

#endif
