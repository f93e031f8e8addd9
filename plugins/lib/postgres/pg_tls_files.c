#include "pg_tls_files.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

#include "cert.h"
#include "memory.h"
#include "pg_startup_check.h"
#include "pgkey.h"

enum { FILE_LIMIT = 1024 * 1024 };

static const char database_user[] = "postgres";

__attribute__((format(printf, 3, 4))) static void
add(struct pg_tls_files *found, enum pg_tls_files_weight weight, const char *format, ...)
{
    if (found->count == PG_TLS_FILES_MAX)
        return;
    struct pg_tls_problem *problem = &found->problems[found->count++];
    va_list args;
    va_start(args, format);
    problem->weight = weight;
    vsnprintf(problem->text, sizeof problem->text, format, args);
    va_end(args);
}

struct subject {
    const struct tfhook_host *host;
    struct pg_tls_files *found;
    struct pg_user user;
    bool user_known;
};

/* The account by the system's own files, which under --root are the ones below it. */
static void find_user(struct subject *s)
{
    struct tfhook_data passwd, group;
    s->user.name = database_user;
    s->user_known =
        s->host->read(s->host, "/etc/passwd", 0, &passwd) == 0 &&
        pg_user_find(passwd.data, passwd.size, database_user, &s->user.uid, &s->user.gid);
    if (!s->user_known) {
        add(s->found, PG_TLS_FILES_NOTE,
            "/etc/passwd has no user %s, as which PostgreSQL runs: whether it may read its key is "
            "not known. Is PostgreSQL installed here?",
            database_user);
        return;
    }
    if (s->host->read(s->host, "/etc/group", 0, &group) == 0) {
        s->user.group = (const char *)group.data;
        s->user.group_size = group.size;
    }
}

static void report_unreadable(struct subject *s, const char *path, const char *what, int result)
{
    add(s->found, PG_TLS_FILES_UNKNOWN,
        "%s: the %s cannot be read: %s. Run as root, or correct the path", path, what,
        result == -EFBIG ? "it is over 1 MiB" : strerror(-result));
}

static bool look_at(struct subject *s, const char *path, const char *what, struct pg_file *ret)
{
    struct tfhook_stat stat = {.struct_size = sizeof stat};
    int result = s->host->stat(s->host, path, &stat);
    if (result == -ENOENT || result == -ENOTDIR) {
        add(s->found, PG_TLS_FILES_FATAL,
            "%s: the %s does not exist, and this host (%s) runs the database: PostgreSQL would not "
            "start. Put it there, or correct the path",
            path, what, s->host->short_name);
        return false;
    }
    if (result < 0) {
        report_unreadable(s, path, what, result);
        return false;
    }
    if (stat.kind != TFHOOK_FILE) {
        add(s->found, PG_TLS_FILES_FATAL,
            "%s: the %s is not a regular file: PostgreSQL would not start. Name the file itself",
            path, what);
        return false;
    }
    *ret = (struct pg_file){stat.uid, stat.gid, stat.mode};
    return true;
}

static bool read_file(struct subject *s, const char *path, const char *what,
                      struct tfhook_data *ret)
{
    int result = s->host->read(s->host, path, FILE_LIMIT, ret);
    if (result < 0)
        report_unreadable(s, path, what, result);
    return result == 0;
}

/* An access list may allow what the mode does not: that is noted, and not judged. */
static bool has_access_list(struct subject *s, const char *path)
{
    const char *real = NULL;
    if (s->host->os_path(s->host, path, &real) < 0 ||
        getxattr(real, "system.posix_acl_access", NULL, 0) <= 0)
        return false;
    add(s->found, PG_TLS_FILES_NOTE,
        "%s: whether the user %s may use it is for its access list to say, which is not looked at. "
        "See: getfacl %s",
        path, database_user, path);
    return true;
}

/* A directory on the way that the user may not enter makes the file unreadable, whatever its own
 * mode. */
static void check_directories(struct subject *s, const char *path)
{
    const char *real = NULL;
    if (!s->user_known || s->host->real_path(s->host, path, &real) < 0)
        return;
    char *directory = memory_str(real);
    for (char *slash = directory; slash != NULL; slash = strchr(slash + 1, '/')) {
        struct tfhook_stat stat = {.struct_size = sizeof stat};
        *slash = '\0';
        bool stopped = slash != directory && s->host->stat(s->host, directory, &stat) == 0 &&
                       !pg_user_may(&s->user, &(struct pg_file){stat.uid, stat.gid, stat.mode}, 1);
        if (stopped && !has_access_list(s, directory)) {
            add(s->found, PG_TLS_FILES_FATAL,
                "%s: by its mode %04o the user %s may not enter it, and so not read %s: PostgreSQL "
                "would not start. Mend with: chmod o+x %s",
                directory, stat.mode, database_user, path, directory);
            break;
        }
        *slash = '/';
    }
}

static void check_dates(struct subject *s, const char *path, const struct cert *leaf)
{
    struct cert_facts facts;
    if (cert_facts_of(leaf->der, leaf->size, &facts) < 0)
        return;
    memcpy(s->found->not_after_day, facts.not_after_day, sizeof s->found->not_after_day);
    if (facts.not_after < s->host->now)
        add(s->found, PG_TLS_FILES_STALE,
            "%s: the certificate (%s) expired on %s: clients that check it would refuse the "
            "database. Get a new one before you deploy",
            path, facts.subject, facts.not_after_day);
    else if (facts.not_before > s->host->now)
        add(s->found, PG_TLS_FILES_STALE,
            "%s: the certificate (%s) is not valid yet. Is the clock of this host right?", path,
            facts.subject);
    cert_facts_free(&facts);
}

static void check_policy(struct subject *s, const char *path, const struct tfhook_data *data)
{
    const char *why = pg_startup_check_certificates(data->data, data->size);
    if (why != NULL)
        add(s->found, PG_TLS_FILES_FATAL,
            "%s: OpenSSL of this host does not take it: %s. PostgreSQL would not start. Get a "
            "certificate whose whole chain has keys and signatures that the system's policy allows",
            path, why);
}

/* The certificates of the file; PostgreSQL serves the first as its own. */
static bool check_cert(struct subject *s, const char *path, struct cert_list *ret)
{
    struct pg_file file;
    struct tfhook_data data;
    if (!look_at(s, path, "certificate", &file) || !read_file(s, path, "certificate", &data))
        return false;
    enum cert_status status = cert_read(data.data, data.size, ret);
    if (status == CERT_PRIVATE_KEY) {
        add(s->found, PG_TLS_FILES_FATAL,
            "%s: holds a private key too. PostgreSQL takes that; it is refused here, for others "
            "read a certificate's file. Put the certificate into a file of its own",
            path);
        return false;
    }
    if (status != CERT_OK) {
        add(s->found, PG_TLS_FILES_FATAL,
            "%s: %s: PostgreSQL needs the server's certificate here. Correct the path", path,
            cert_status_text(status));
        return false;
    }
    if (memmem(data.data, data.size, "-----BEGIN ", 11) == NULL)
        add(s->found, PG_TLS_FILES_FATAL,
            "%s: the certificate is in DER form, and PostgreSQL reads PEM only. Mend with: openssl "
            "x509 -inform DER -in %s -out NEW",
            path, path);
    else
        check_policy(s, path, &data);
    if (s->user_known && !pg_user_may(&s->user, &file, 4) && !has_access_list(s, path))
        add(s->found, PG_TLS_FILES_FATAL,
            "%s: by its mode %04o the user %s may not read the certificate: PostgreSQL would not "
            "start. Mend with: chmod 644 %s",
            path, file.mode, database_user, path);
    check_dates(s, path, &ret->certs[0]);
    check_directories(s, path);
    return true;
}

static void check_access(struct subject *s, const char *path, const struct pg_file *file)
{
    struct pg_user user = s->user;
    if (!s->user_known) { /* then only the mode can be judged: take the owner's word */
        user.uid = file->uid != 0 ? file->uid : ~0u;
        user.gid = file->gid;
        if (file->uid == 0 && (file->mode & 037) == 0)
            return;
    }
    enum pgkey_verdict verdict = pgkey_access(file, &user);
    if (verdict == PGKEY_OK)
        return;
    if (verdict == PGKEY_UNREADABLE && has_access_list(s, path))
        return;
    bool roots = file->uid == 0;
    add(s->found, PG_TLS_FILES_FATAL,
        "%s: owner %u, group %u, mode %04o: %s. PostgreSQL would not start. Mend with: chown "
        "%s:%s %s; chmod %s %s",
        path, file->uid, file->gid, file->mode, pgkey_text(verdict), roots ? "root" : database_user,
        database_user, path, roots ? "640" : "600", path);
}

static void check_key(struct subject *s, const char *path, const char *cert_path,
                      const struct cert *leaf)
{
    struct pg_file file;
    struct tfhook_data data;
    if (!look_at(s, path, "private key", &file))
        return;
    check_access(s, path, &file);
    check_directories(s, path);
    if (!read_file(s, path, "private key", &data))
        return;
    if (leaf != NULL) {
        enum pgkey_verdict verdict = pgkey_check(leaf->der, leaf->size, data.data, data.size);
        if (verdict == PGKEY_MISMATCH)
            add(s->found, PG_TLS_FILES_FATAL,
                "%s: the key does not belong to the certificate %s: PostgreSQL would not start. "
                "Name the pair that was made together",
                path, cert_path);
        else if (verdict != PGKEY_OK)
            add(s->found, PG_TLS_FILES_FATAL, "%s: %s: PostgreSQL would not start.%s%s", path,
                pgkey_text(verdict),
                verdict == PGKEY_ENCRYPTED ? " Mend with: openssl pkey -out NEW -in " : "",
                verdict == PGKEY_ENCRYPTED ? path : "");
    }
    /* The host's copy, which nobody else will read in this process. */
    OPENSSL_cleanse((void *)(uintptr_t)data.data, data.size);
}

void pg_tls_files_check(const struct tfhook_host *host, const char *cert, const char *key,
                        struct pg_tls_files *ret)
{
    struct subject s = {.host = host, .found = ret};
    struct cert_list list = {0};
    *ret = (struct pg_tls_files){0};
    find_user(&s);
    bool have = check_cert(&s, cert, &list);
    check_key(&s, key, cert, have ? &list.certs[0] : NULL);
    cert_list_free(&list);
}
