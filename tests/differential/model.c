/*
 * What our model says of a trust store, for run.sh: reads a line "PATH TAB PASSWORD" (the password
 * in hexadecimal) from stdin, and answers
 *
 *   opened FORM           or  refused STATUS REASON
 *   undecodable REASON    when verify would call the store unreadable
 *   unsure REASON         when Java may refuse a certificate in it, or not
 *   entry ALIAS DIGEST WHY_NOT
 *                         each; the alias in hexadecimal of modified UTF-8, as Java looks it up;
 *                         the SHA-256 of its certificate, or "-"; and "trusted", or why not
 *   .
 *
 * until stdin ends. A store that takes too long ends it by SIGALRM.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cert.h"
#include "java_accepts.h"
#include "jvm_store_loads.h"
#include "truststore.h"

enum { MOST_SECONDS = 20, MOST_LINE = 8192 };

static void die(const char *what)
{
    perror(what);
    exit(2);
}

static struct bytes load(const char *path)
{
    struct bytes b = {0};
    unsigned char part[65536];
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        die(path);
    for (size_t n; (n = fread(part, 1, sizeof part, file)) > 0;)
        bytes_add(&b, part, n);
    (void)fclose(file);
    if (b.failed)
        die(path);
    return b;
}

/* In place: "6162" becomes "ab". */
static void unhex(char *text)
{
    char *to = text;
    unsigned value = 0;
    for (const char *at = text; sscanf(at, "%2x", &value) == 1; at += 2)
        *to++ = (char)value;
    *to = '\0';
}

static void put_entry(const struct truststore_entry *entry)
{
    char digest[CERT_SHA256_HEX_SIZE] = "-";
    if (entry->der != NULL)
        cert_hex(entry->sha256, digest);
    (void)fputs("entry -", stdout);
    for (const char *at = entry->folded; *at != '\0'; at++)
        (void)printf("%02x", (unsigned char)*at);
    (void)printf(" %s %s\n", digest, entry->trusted ? "trusted" : entry->why_not);
}

static void put_store(const struct truststore *store)
{
    const char *why = NULL;
    (void)printf("opened %s\n", truststore_form_text(store));
    enum java_verdict verdict = JAVA_ACCEPTS;
    if (truststore_undecodable(store, true, &verdict, &why) != NULL)
        (void)printf("%s %s\n", verdict == JAVA_REFUSES ? "undecodable" : "unsure", why);
    for (size_t i = 0; i < store->count; i++)
        put_entry(&store->entries[i]);
}

static void answer(char *line)
{
    static const char *const words[] = {
        [TRUSTSTORE_OK] = "ok",           [TRUSTSTORE_UNKNOWN] = "unknown",
        [TRUSTSTORE_REFUSED] = "refused", [TRUSTSTORE_UNSUPPORTED] = "unsupported",
        [TRUSTSTORE_BROKEN] = "broken",   [TRUSTSTORE_PASSWORD] = "password",
        [TRUSTSTORE_MEMORY] = "memory",
    };
    line[strcspn(line, "\n")] = '\0';
    char *password = strchr(line, '\t');
    if (password == NULL)
        die("no TAB");
    *password++ = '\0';
    unhex(password);
    struct bytes data = load(line);
    struct truststore *store = NULL;
    struct truststore_error error;
    enum truststore_status status = truststore_open(data.data, data.size, password, &store, &error);
    if (status == TRUSTSTORE_OK)
        put_store(store);
    else
        (void)printf("refused %s %s\n", words[status], error.text);
    truststore_free(store);
    bytes_free(&data);
}

int main(void)
{
    static char line[MOST_LINE];
    while (fgets(line, sizeof line, stdin) != NULL) {
        (void)alarm(MOST_SECONDS);
        answer(line);
        (void)alarm(0);
        (void)puts(".");
        if (fflush(stdout) != 0)
            die("stdout");
    }
    return 0;
}
