/*
 * tfhook/testhost.h: the services of plugin.h in memory, so that a plugin's calls are unit-tested
 * with no tfhook, no files and no commands. Link libtfhook-testhost.a, which needs libcrypto.
 *
 * CALL ORDER
 *
 *     struct testhost *t = testhost_new(&tfhook_plugin_v1);
 *     testhost_set(t, "file", "/etc/motd");             the step's keys
 *     testhost_file(t, "/etc/motd", "old\n");           the world
 *     assert_int_equal(testhost_plan(t), TFHOOK_OK);    check, plan or verify, in any order
 *     assert_string_equal(testhost_content(t, "/etc/motd"), "new\n");
 *     testhost_commit(t);                               the disk is as it was proposed
 *     assert_int_equal(testhost_verify(t), TFHOOK_OK);
 *     testhost_free(t);
 *
 * A call starts with the results of the last one forgotten, and what that had staged with them. It
 * ends as tfhook ends it: a misuse of the interface is TFHOOK_FAILED, and what a call has staged
 * counts only when it is TFHOOK_OK.
 *
 * OWNERSHIP. The test host copies what it is given; what it returns is its own, and is valid until
 * testhost_free().
 *
 * ERRORS. A host function gives the plugin the error that tfhook would give. A mistake in the test
 * itself (a file below a file) is told on stderr and ends the program by abort(). When memory is
 * out, that is told too, and the program ends.
 *
 * DIFFERENCES. Calls run in the test's own process: a crash is the test's, there is no deadline,
 * and what a call leaves in memory stays. Nothing is denied by permission bits: testhost_error()
 * says what cannot be read.
 */
#ifndef TFHOOK_TESTHOST_H
#define TFHOOK_TESTHOST_H

#include <tfhook/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

struct testhost;

struct testhost *testhost_new(const struct tfhook_plugin *plugin);
void testhost_free(struct testhost *t); /* NULL is fine */

/* --- the step and its surroundings --- */

/* A key's value as the file has it: a list is parted by commas, or by "\n". NULL takes the key
 * away. What tfhook would reject makes the calls TFHOOK_REJECTED, with the reason as message. */
void testhost_set(struct testhost *t, const char *key, const char *value);
void testhost_step(struct testhost *t, const char *name);     /* "test" */
void testhost_hook(struct testhost *t, const char *hook);     /* NULL: outside hooks */
void testhost_hostname(struct testhost *t, const char *name); /* "app1.example.com" */
void testhost_now(struct testhost *t, int64_t now);           /* 1700000000 */
void testhost_root(struct testhost *t, const char *root);     /* "", of os_path() and host->root */

/* --- files. Directories above are made; a path may begin with TFHOOK_NOTES --- */
void testhost_file(struct testhost *t, const char *path, const char *text);
void testhost_bytes(struct testhost *t, const char *path, const void *data, size_t size);
void testhost_directory(struct testhost *t, const char *path);
void testhost_link(struct testhost *t, const char *path, const char *target);
void testhost_special(struct testhost *t, const char *path); /* a device, a socket */
/* Of what is there: 0644 or 0755, owned by 0:0. */
void testhost_mode(struct testhost *t, const char *path, unsigned mode);
void testhost_owner(struct testhost *t, const char *path, unsigned uid, unsigned gid);
/* Reading or listing it gives this errno value, e.g. EACCES. */
void testhost_error(struct testhost *t, const char *path, int error);
void testhost_forget(struct testhost *t, const char *path); /* it is no longer there */
/* What an earlier step of the same run has staged, for plan to see: the whole file. */
void testhost_earlier(struct testhost *t, const char *step, const char *path, const char *text,
                      unsigned flags);

/* --- commands and processes --- */

/* What a probe with just these arguments gives; argv ends with NULL. TESTHOST_TIMEOUT as status: it
 * is killed at its deadline. One that nobody answers gives -ENOENT. */
#define TESTHOST_TIMEOUT (-1)
void testhost_answer(struct testhost *t, const char *const *argv, int status, const char *out,
                     const char *err);
/* The input of the last probe with that program: "" for one without, NULL for no probe. */
const char *testhost_input(const struct testhost *t, const char *program);
/* What host->process() gives. */
void testhost_process(struct testhost *t, long pid, const char *name, const char *text);

/* --- calls: a TFHOOK_ result. A call that the plugin does not have is TFHOOK_OK --- */
int testhost_check(struct testhost *t);
int testhost_plan(struct testhost *t);
int testhost_verify(struct testhost *t);
/* The files become what was staged, as after an apply. */
void testhost_commit(struct testhost *t);

/* --- what the last call did --- */
const char *testhost_message(const struct testhost *t); /* "" when there is none */
const char *testhost_misuse(const struct testhost *t);  /* the first one; NULL */
struct tfhook_names testhost_log(const struct testhost *t);
struct tfhook_names testhost_next_steps(const struct testhost *t);

/* How many changes are staged: earlier steps', notes and directories that had to be made included.
 */
size_t testhost_changes(const struct testhost *t);
/* The content that is staged for a path: NULL when nothing is, or a removal or a directory. */
const char *testhost_content(const struct testhost *t, const char *path);
size_t testhost_content_size(const struct testhost *t, const char *path);
int testhost_removed(const struct testhost *t, const char *path);
int testhost_made(const struct testhost *t, const char *path);        /* as a directory */
int testhost_secret(const struct testhost *t, const char *path);      /* staged as such */
int testhost_staged_mode(const struct testhost *t, const char *path); /* -1: as it is */
struct tfhook_names testhost_summary(const struct testhost *t, const char *path);
const char *testhost_published(const struct testhost *t, const char *path); /* NULL: nothing */

struct testhost_finding {
    const char *check, *id, *subject, *message;
    const char *hint; /* NULL: none */
    enum tfhook_verdict verdict;
};
size_t testhost_findings(const struct testhost *t);
const struct testhost_finding *testhost_finding(const struct testhost *t, size_t index);
/* The first with that id, and with that subject unless it is NULL; NULL when there is none. */
const struct testhost_finding *testhost_find(const struct testhost *t, const char *id,
                                             const char *subject);

#ifdef __cplusplus
}
#endif

#endif
