#include "source.h"

#include "alias.h"
#include "host_port.h"
#include "memory.h"

#include <arpa/inet.h>
#include <string.h>

enum { HOST_LIMIT = 253, TEXT_LIMIT = 4096 };

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

bool alias_is_valid(const char *alias)
{
    size_t length = strlen(alias);
    return length > 0 && length <= ALIAS_LIMIT && strspn(alias, alias_chars) == length &&
           strchr("._-", alias[0]) == NULL;
}

/* Each of these takes one part into the source. NULL, or what is wrong with it. */
static const char *take_alias(struct source *s, const char *word)
{
    if (s->alias != NULL)
        return "\"as\" is given twice";
    s->alias = alias_fold(word, strlen(word));
    if (!alias_is_valid(s->alias))
        return memory_printf("the alias \"%.200s\" must begin with a letter or digit and hold only "
                             "letters, digits, '.', '_' and '-', at most %d",
                             word, ALIAS_LIMIT);
    return NULL;
}

static const char *take_pin(struct source *s, const char *word)
{
    static const char prefix[] = "sha256:";
    if (s->pinned)
        return "\"pin\" is given twice";
    if (strncmp(word, prefix, sizeof(prefix) - 1) != 0)
        return memory_printf("a pin is written sha256:HEX, not \"%.200s\"", word);
    if (!cert_hex_parse(word + sizeof(prefix) - 1, s->pin))
        return memory_printf("a SHA-256 pin has 64 hexadecimal digits, not \"%.200s\"",
                             word + sizeof(prefix) - 1);
    s->pinned = true;
    return NULL;
}

static const char *take_host(struct source *s, const char *host, bool bracketed)
{
    unsigned char address[16];
    size_t length = strlen(host);
    if (length == 0)
        return "the host is missing";
    if (bracketed && inet_pton(AF_INET6, host, address) != 1)
        return memory_printf("\"%.200s\" in brackets is no IPv6 address", host);
    if (!bracketed && (length > HOST_LIMIT || strspn(host, name_chars) != length ||
                       strchr("._-", host[0]) != NULL))
        return memory_printf("\"%.200s\" is no host name", host);
    s->host = alias_fold(host, host[length - 1] == '.' ? length - 1 : length);
    s->address = bracketed || inet_pton(AF_INET, s->host, address) == 1;
    return NULL;
}

static const char *take_server(struct source *s, const char *text)
{
    struct host_port parts;
    if (!host_port_split(text, &parts))
        return "the bracket '[' is not closed";
    if (parts.bracketed && *parts.rest != '\0' && *parts.rest != ':')
        return "after ']' only :PORT may follow";
    if (parts.several)
        return "an IPv6 address is written in brackets: [::1]:443";
    const char *why = take_host(s, parts.host, parts.bracketed);
    if (why == NULL && *parts.rest == ':' && !port_parse(parts.rest + 1, &s->port))
        why = memory_printf("the port \"%.200s\" is no number from 1 to 65535", parts.rest + 1);
    return why;
}

static const char *take_user(struct source *s, const char *user)
{
    if (user[0] == '\0' || user[0] == '-' || strspn(user, name_chars) != strlen(user))
        return memory_printf("\"%.200s\" is no user name", user);
    s->user = user;
    return NULL;
}

static const char *take_remote_path(struct source *s, const char *path)
{
    size_t safe = strspn(path, path_chars);
    if (path[safe] != '\0')
        return memory_printf("the remote path holds a character other than letters, digits and "
                             "._-/+@%%=:,~ (at \"%.40s\")",
                             path + safe);
    if (path[1] == '\0' || path[strlen(path) - 1] == '/')
        return "the remote path must name a file";
    s->path = memory_str(path);
    return NULL;
}

/* What follows "scheme://", a copy that is changed in place. */
static const char *take_url(struct source *s, const struct scheme *scheme, char *rest)
{
    const char *why = NULL;
    s->kind = scheme->kind;
    char *slash = strchr(rest, '/');
    if (s->kind == SOURCE_SSH)
        why = slash == NULL ? "the path is missing: ssh://[user@]host[:port]/path"
                            : take_remote_path(s, slash);
    else if (slash != NULL && slash[1] != '\0')
        why = memory_printf("only HOST[:PORT] may follow %s, no path", scheme->prefix);
    if (slash != NULL)
        *slash = '\0';
    char *at = strrchr(rest, '@');
    if (why == NULL && at != NULL) {
        *at = '\0';
        why = s->kind == SOURCE_SSH ? take_user(s, rest) : "a user makes no sense here";
        rest = at + 1;
    }
    if (why == NULL)
        why = take_server(s, rest);
    if (s->port == 0)
        s->port = scheme->port;
    if (why == NULL && s->kind == SOURCE_TLS && s->port == 0)
        why = "the port is missing: tls://HOST:PORT";
    return why;
}

static const char *take_source(struct source *s, const char *word)
{
    s->text = word;
    if (word[0] == '/') {
        s->path = word;
        return NULL;
    }
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        size_t length = strlen(schemes[i].prefix);
        if (strncmp(word, schemes[i].prefix, length) == 0)
            return take_url(s, &schemes[i], memory_str(word + length));
    }
    if (strstr(word, "://") != NULL)
        return "known are a path, ssh://, https://, tls:// and postgres://";
    return "a file or directory is given by its absolute path, a server as "
           "https://HOST, tls://HOST:PORT, postgres://HOST or ssh://HOST/PATH";
}

static char *next_word(char **rest)
{
    char *word;
    do
        word = strsep(rest, " \t");
    while (word != NULL && *word == '\0');
    return word;
}

const char *source_parse(const char *line, struct source *ret)
{
    if (strlen(line) > TEXT_LIMIT)
        return memory_printf("it is longer than %d characters", TEXT_LIMIT);
    struct source s = {0};
    char *rest = memory_str(line);
    const char *word = next_word(&rest);
    const char *why = word != NULL ? take_source(&s, word) : "it is empty";
    while (why == NULL && (word = next_word(&rest)) != NULL) {
        bool is_alias = strcmp(word, "as") == 0;
        if (!is_alias && strcmp(word, "pin") != 0)
            return memory_printf("unexpected \"%.200s\": only \"as ALIAS\" and \"pin sha256:HEX\" "
                                 "may follow",
                                 word);
        const char *value = next_word(&rest);
        if (value == NULL)
            return memory_printf("nothing follows \"%s\"", word);
        why = is_alias ? take_alias(&s, value) : take_pin(&s, value);
    }
    if (why == NULL)
        *ret = s;
    return why;
}
