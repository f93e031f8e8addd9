#include "source.h"

#include "bytes.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOST_LIMIT = 253, TEXT_LIMIT = 4096 };

struct error {
    char *text;
    size_t size;
};

static bool set_error(const struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static bool set_error(const struct error *error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(error->text, error->size, format, args);
    va_end(args);
    return false;
}

struct scheme {
    const char *prefix;
    enum source_kind kind;
    unsigned port; /* when none is given; 0: none */
};

static const struct scheme schemes[] = {
    {"ssh://", SOURCE_SSH, 0},
    {"https://", SOURCE_HTTPS, 443},
    {"tls://", SOURCE_TLS, 0},
    {"postgres://", SOURCE_POSTGRES, 5432},
};

static const char alias_chars[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
static const char name_chars[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
/* What no remote shell, csh's included, reads as anything else inside single quotes. */
static const char path_chars[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/+@%=:,~";

static void lower_text(char *text)
{
    for (; *text != '\0'; text++)
        *text = (char)tolower((unsigned char)*text);
}

bool alias_is_valid(const char *alias)
{
    size_t length = strlen(alias);
    return length > 0 && length <= ALIAS_LIMIT && strspn(alias, alias_chars) == length &&
           strchr("._-", alias[0]) == NULL;
}

static bool take_alias(struct source *s, const char *word, const struct error *error)
{
    if (s->alias != NULL)
        return set_error(error, "\"as\" is given twice");
    s->alias = strdup(word);
    if (s->alias == NULL)
        return set_error(error, "out of memory");
    lower_text(s->alias);
    if (!alias_is_valid(s->alias))
        return set_error(error,
                         "the alias \"%.200s\" must begin with a letter or digit and hold only "
                         "letters, digits, '.', '_' and '-', at most %d",
                         word, ALIAS_LIMIT);
    return true;
}

static bool take_pin(struct source *s, const char *word, const struct error *error)
{
    static const char prefix[] = "sha256:";
    if (s->pinned)
        return set_error(error, "\"pin\" is given twice");
    if (strncmp(word, prefix, sizeof(prefix) - 1) != 0)
        return set_error(error, "a pin is written sha256:HEX, not \"%.200s\"", word);
    if (!cert_hex_parse(word + sizeof(prefix) - 1, s->pin))
        return set_error(error, "a SHA-256 pin has 64 hexadecimal digits, not \"%.200s\"",
                         word + sizeof(prefix) - 1);
    s->pinned = true;
    return true;
}

static bool take_host(struct source *s, const char *host, bool bracketed, const struct error *error)
{
    unsigned char address[16];
    size_t length = strlen(host);
    if (length == 0)
        return set_error(error, "the host is missing");
    if (bracketed && inet_pton(AF_INET6, host, address) != 1)
        return set_error(error, "\"%.200s\" in brackets is no IPv6 address", host);
    if (!bracketed && (length > HOST_LIMIT || strspn(host, name_chars) != length ||
                       strchr("._-", host[0]) != NULL))
        return set_error(error, "\"%.200s\" is no host name", host);
    s->host = strdup(host);
    if (s->host == NULL)
        return set_error(error, "out of memory");
    lower_text(s->host);
    if (s->host[length - 1] == '.')
        s->host[length - 1] = '\0';
    s->address = bracketed || inet_pton(AF_INET, s->host, address) == 1;
    return true;
}

static bool take_port(struct source *s, const char *text, const struct error *error)
{
    size_t length = strlen(text);
    unsigned long port = length > 0 && length <= 5 && strspn(text, "0123456789") == length
                             ? strtoul(text, NULL, 10)
                             : 0;
    if (port < 1 || port > 65535)
        return set_error(error, "the port \"%.200s\" is no number from 1 to 65535", text);
    s->port = (unsigned)port;
    return true;
}

/* host[:port], changed in place. */
static bool take_server(struct source *s, char *text, const struct error *error)
{
    char *host = text, *end;
    bool bracketed = text[0] == '[';
    if (bracketed) {
        host = text + 1;
        end = strchr(host, ']');
        if (end == NULL)
            return set_error(error, "the bracket '[' is not closed");
        *end++ = '\0';
        if (*end != '\0' && *end != ':')
            return set_error(error, "after ']' only :PORT may follow");
    } else {
        end = strchr(text, ':');
        if (end != NULL && strchr(end + 1, ':') != NULL)
            return set_error(error, "an IPv6 address is written in brackets: [::1]:443");
        end = end != NULL ? end : text + strlen(text);
    }
    bool has_port = *end == ':';
    *end = '\0';
    if (!take_host(s, host, bracketed, error))
        return false;
    return !has_port || take_port(s, end + 1, error);
}

static bool take_user(struct source *s, const char *user, const struct error *error)
{
    if (user[0] == '\0' || user[0] == '-' || strspn(user, name_chars) != strlen(user))
        return set_error(error, "\"%.200s\" is no user name", user);
    s->user = strdup(user);
    return s->user != NULL || set_error(error, "out of memory");
}

static bool take_remote_path(struct source *s, const char *path, const struct error *error)
{
    size_t safe = strspn(path, path_chars);
    if (path[safe] != '\0')
        return set_error(error,
                         "the remote path holds a character other than letters, digits and "
                         "._-/+@%%=:,~ (at \"%.40s\")",
                         path + safe);
    if (path[1] == '\0' || path[strlen(path) - 1] == '/')
        return set_error(error, "the remote path must name a file");
    s->path = strdup(path);
    return s->path != NULL || set_error(error, "out of memory");
}

/* What follows "scheme://", changed in place. */
static bool take_url(struct source *s, const struct scheme *scheme, char *rest,
                     const struct error *error)
{
    s->kind = scheme->kind;
    char *slash = strchr(rest, '/');
    if (s->kind == SOURCE_SSH) {
        if (slash == NULL)
            return set_error(error, "the path is missing: ssh://[user@]host[:port]/path");
        if (!take_remote_path(s, slash, error))
            return false;
    } else if (slash != NULL && slash[1] != '\0')
        return set_error(error, "only HOST[:PORT] may follow %s, no path", scheme->prefix);
    if (slash != NULL)
        *slash = '\0';
    char *at = strrchr(rest, '@');
    if (at != NULL) {
        if (s->kind != SOURCE_SSH)
            return set_error(error, "a user makes no sense here");
        *at = '\0';
        if (!take_user(s, rest, error))
            return false;
        rest = at + 1;
    }
    if (!take_server(s, rest, error))
        return false;
    if (s->port == 0)
        s->port = scheme->port;
    return s->kind != SOURCE_TLS || s->port != 0 ||
           set_error(error, "the port is missing: tls://HOST:PORT");
}

static bool take_source(struct source *s, const char *word, const struct error *error)
{
    s->text = strdup(word);
    char *copy = strdup(word);
    bool ok = s->text != NULL && copy != NULL;
    if (!ok)
        (void)set_error(error, "out of memory");
    else if (word[0] == '/') {
        s->path = copy;
        return true;
    } else {
        const struct scheme *found = NULL;
        for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
            if (strncmp(word, schemes[i].prefix, strlen(schemes[i].prefix)) == 0)
                found = &schemes[i];
        if (found != NULL)
            ok = take_url(s, found, copy + strlen(found->prefix), error);
        else if (strstr(word, "://") != NULL)
            ok = set_error(error, "known are a path, ssh://, https://, tls:// and postgres://");
        else
            ok = set_error(error,
                           "a file or directory is given by its absolute path, a server as "
                           "https://HOST, tls://HOST:PORT, postgres://HOST or ssh://HOST/PATH");
    }
    free(copy);
    return ok;
}

/* The words behind SOURCE: pairs of "as" or "pin" and a value. */
static bool take_options(struct source *s, char **rest, const struct error *error)
{
    char *word;
    while ((word = strsep(rest, " \t")) != NULL) {
        if (*word == '\0')
            continue;
        bool is_alias = strcmp(word, "as") == 0;
        if (!is_alias && strcmp(word, "pin") != 0)
            return set_error(error,
                             "unexpected \"%.200s\": only \"as ALIAS\" and \"pin sha256:HEX\" "
                             "may follow",
                             word);
        char *value;
        do
            value = strsep(rest, " \t");
        while (value != NULL && *value == '\0');
        if (value == NULL)
            return set_error(error, "nothing follows \"%s\"", word);
        if (!(is_alias ? take_alias(s, value, error) : take_pin(s, value, error)))
            return false;
    }
    return true;
}

bool source_parse(const char *line, struct source *ret, char *error, size_t error_size)
{
    const struct error e = {error, error_size};
    if (strlen(line) > TEXT_LIMIT)
        return set_error(&e, "it is longer than %d characters", TEXT_LIMIT);
    char *copy = strdup(line);
    if (copy == NULL)
        return set_error(&e, "out of memory");
    struct source s = {0};
    char *rest = copy + strspn(copy, " \t");
    char *first = strsep(&rest, " \t");
    bool ok = *first != '\0' ? take_source(&s, first, &e) : set_error(&e, "it is empty");
    ok = ok && take_options(&s, &rest, &e);
    free(copy);
    if (!ok) {
        source_free(&s);
        return false;
    }
    *ret = s;
    return true;
}

void source_free(struct source *source)
{
    free(source->text);
    free(source->host);
    free(source->user);
    free(source->path);
    free(source->alias);
    *source = (struct source){0};
}
