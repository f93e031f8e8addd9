#include "jvm_truststore_rules.h"

#include <openssl/crypto.h>
#include <string.h>
#include <strings.h>

#include "memory.h"

static const char *const option = "-Djavax.net.ssl.trustStore=";
static const char *const password_option = "-Djavax.net.ssl.trustStorePassword";

static bool starts_with(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* The next argument of `data` behind `at`, NULL at the end. What has no NUL at its end was cut off
 * and is no argument. */
static const char *next_argument(const char *data, size_t size, size_t *at)
{
    if (*at >= size)
        return NULL;
    const char *argument = data + *at;
    size_t length = strnlen(argument, size - *at);
    if (length == size - *at)
        return NULL;
    *at += length + 1;
    return argument;
}

/* Options of the launcher that take the next argument with them. */
static bool takes_value(const char *argument)
{
    static const char *const options[] = {"-cp",
                                          "-classpath",
                                          "--class-path",
                                          "-p",
                                          "--module-path",
                                          "--upgrade-module-path",
                                          "--add-modules",
                                          "--limit-modules",
                                          "--add-exports",
                                          "--add-opens",
                                          "--add-reads",
                                          "--patch-module",
                                          "--enable-native-access",
                                          "-d",
                                          "--describe-module",
                                          "--source"};
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        if (strcmp(argument, options[i]) == 0)
            return true;
    return false;
}

/* The arguments that set properties of a JVM: from behind the program up to the JAR or the main
 * class. What is behind that is the application's; JBoss takes -D there too. */
struct walk {
    const char *data;
    size_t size, at;
    bool begun;
    const char *main; /* the JAR or the main class, when it was reached */
};

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static const char *next_option(struct walk *walk)
{
    if (!walk->begun)
        (void)next_argument(walk->data, walk->size, &walk->at);
    walk->begun = true;
    const char *argument = next_argument(walk->data, walk->size, &walk->at);
    if (argument == NULL || walk->main != NULL)
        return argument;
    if (*argument == '-' || *argument == '@') {
        if (takes_value(argument))
            (void)next_argument(walk->data, walk->size, &walk->at);
        return argument;
    }
    walk->main = argument; /* behind -jar, -m, or the main class */
    return strcmp(base_name(argument), "jboss-modules.jar") == 0 ? argument : NULL;
}

/* "-Dname" alone sets the password to nothing. */
static void take_option(struct jvm_said *said, const char *argument)
{
    if (starts_with(argument, option))
        said->store = memory_str(argument + strlen(option));
    if (!starts_with(argument, password_option))
        return;
    const char *rest = argument + strlen(password_option);
    if (*rest == '\0' || *rest == '=') /* else it is a longer name */
        said->password = *rest == '=' && rest[1] != '\0';
}

void jvm_said_by_arguments(struct jvm_said *said, const char *data, size_t size)
{
    struct walk walk = {.data = data, .size = size};
    for (const char *argument; (argument = next_option(&walk)) != NULL;)
        take_option(said, argument);
}

/* One word with its quotes taken off, into `word`; what is behind it, NULL at the end. */
static const char *next_word(const char *text, char *word)
{
    char quote = '\0';
    text += strspn(text, " \t\n\r\v\f");
    if (*text == '\0')
        return NULL;
    for (; *text != '\0' && (quote != '\0' || strchr(" \t\n\r\v\f", *text) == NULL); text++) {
        if (quote != '\0' && *text == quote)
            quote = '\0';
        else if (quote == '\0' && (*text == '\'' || *text == '"'))
            quote = *text;
        else
            *word++ = *text;
    }
    *word = '\0';
    return text;
}

void jvm_said_by_words(struct jvm_said *said, const char *text)
{
    size_t room = strlen(text) + 1;
    char *word = memory_new(room);
    while ((text = next_word(text, word)) != NULL)
        take_option(said, word);
    OPENSSL_cleanse(word, room);
}

const char *jvm_variable(const char *data, size_t size, const char *name)
{
    size_t length = strlen(name), at = 0;
    for (const char *entry; (entry = next_argument(data, size, &at)) != NULL;)
        if (strncmp(entry, name, length) == 0 && entry[length] == '=')
            return entry + length + 1;
    return NULL;
}

bool jvm_is_teamforge(const char *program, const char *data, size_t size)
{
    static const char *const marks[] = {"/opt/collabnet/", "com.collabnet."};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        if (strstr(program, marks[i]) != NULL)
            return true;
        size_t at = 0;
        for (const char *argument; (argument = next_argument(data, size, &at)) != NULL;)
            if (strstr(argument, marks[i]) != NULL)
                return true;
    }
    return false;
}

const char *jvm_runs(const char *data, size_t size)
{
    struct walk walk = {.data = data, .size = size};
    while (walk.main == NULL && next_option(&walk) != NULL)
        ;
    return walk.main == NULL ? "java" : memory_str(base_name(walk.main));
}

const char *jvm_argument_file(const char *data, size_t size, size_t number)
{
    struct walk walk = {.data = data, .size = size};
    for (const char *argument; (argument = next_option(&walk)) != NULL;) {
        if (walk.main != NULL || strcmp(argument, "--disable-@files") == 0)
            return NULL;
        /* "@@x" is the argument "@x" */
        if (*argument == '@' && argument[1] != '@' && number-- == 0)
            return argument + 1;
    }
    return NULL;
}

char *jvm_words_of_file(const char *text)
{
    char *words = memory_str(text), quote = '\0';
    bool blank = true; /* behind a blank, where a comment may begin */
    for (char *at = words; *at != '\0'; at++) {
        if (quote == '\0' && blank && *at == '#')
            memset(at, ' ', strcspn(at, "\r\n"));
        if (quote == '\0' && (*at == '\'' || *at == '"'))
            quote = *at;
        else if (*at == quote)
            quote = '\0';
        blank = strchr(" \t\r\n\f", *at) != NULL;
    }
    return words;
}

const char *jvm_home_of_program(const char *program)
{
    static const char tail[] = "/bin/java";
    size_t length = strlen(program);
    if (length < sizeof tail || strcmp(program + length - (sizeof tail - 1), tail) != 0)
        return NULL;
    return memory_strn(program, length - (sizeof tail - 1));
}

/* The value when this line of a Java properties file sets `key`; its size in *ret_size. */
static const char *property_value(const char *line, const char *key, size_t *ret_size)
{
    line += strspn(line, " \t\f");
    if (!starts_with(line, key))
        return NULL;
    line += strlen(key);
    size_t gap = strspn(line, " \t\f");
    if (line[gap] == '=' || line[gap] == ':')
        gap += 1 + strspn(line + gap + 1, " \t\f");
    if (gap == 0) /* a longer name */
        return NULL;
    line += gap;
    *ret_size = strcspn(line, "\r\n");
    while (*ret_size > 0 && line[*ret_size - 1] == ' ')
        (*ret_size)--;
    return line;
}

static bool is_word(const char *text, size_t size, const char *word)
{
    return size == strlen(word) && strncasecmp(text, word, size) == 0;
}

enum jvm_forms jvm_forms_of_security(const char *java_security)
{
    bool compatible = false, pkcs12 = false;
    for (const char *line = java_security; *line != '\0';) {
        size_t size = 0;
        const char *value = property_value(line, "keystore.type.compat", &size);
        if (value != NULL)
            compatible = is_word(value, size, "true");
        value = property_value(line, "keystore.type", &size);
        if (value != NULL)
            pkcs12 = is_word(value, size, "pkcs12");
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
    return compatible ? JVM_ANY_FORM : pkcs12 ? JVM_ONLY_PKCS12 : JVM_ONLY_JKS;
}

const char *jvm_generated(const char *real_path)
{
    if (starts_with(real_path, "/etc/pki/ca-trust/extracted/"))
        return "update-ca-trust writes this store anew, with the system's CA certificates alone: "
               "what else is in it is gone then. Run jks-import again after it, or have a store of "
               "its own for TeamForge (-Djavax.net.ssl.trustStore, jssecacerts)";
    return NULL;
}
