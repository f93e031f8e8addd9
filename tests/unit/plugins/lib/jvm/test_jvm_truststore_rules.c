/* Which trust store a JVM loads, from its command line, environment and program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "jvm_truststore_rules.h"

#define LINE(text) (text), sizeof(text) /* the NUL at its end belongs to it */

static void assert_text(const char *found, const char *expected)
{
    if (expected == NULL)
        assert_null(found);
    else
        assert_non_null(found);
    if (expected != NULL)
        assert_string_equal(found, expected);
}

static const char *option_of_arguments(const char *data, size_t size)
{
    struct jvm_said said = {0};
    jvm_said_by_arguments(&said, data, size);
    return said.store;
}

static const char *option_of_words(const char *text)
{
    struct jvm_said said = {0};
    jvm_said_by_words(&said, text);
    return said.store;
}

/* What options make of a password that was set before them, or was not. */
enum password { UNSAID, NONE, SET };

static enum password password_of(const struct jvm_said *with, const struct jvm_said *without)
{
    assert_true(with->password || !without->password);
    return without->password ? SET : with->password ? UNSAID : NONE;
}

static enum password password_of_arguments(const char *data, size_t size)
{
    struct jvm_said with = {.password = true}, without = {0};
    jvm_said_by_arguments(&with, data, size);
    jvm_said_by_arguments(&without, data, size);
    return password_of(&with, &without);
}

static enum password password_of_words(const char *text)
{
    struct jvm_said with = {.password = true}, without = {0};
    jvm_said_by_words(&with, text);
    jvm_said_by_words(&without, text);
    return password_of(&with, &without);
}

static void takes_the_last_trust_store_option(void **state)
{
    (void)state;
    assert_text(option_of_arguments(
                    LINE("java\0-Djavax.net.ssl.trustStore=/a\0-Djavax.net.ssl.trustStore=/b c\0"
                         "-jar\0x.jar")),
                "/b c");
    assert_text(option_of_arguments(LINE("java\0-Djavax.net.ssl.trustStorePassword=x\0Main")),
                NULL);
    assert_text(option_of_arguments(LINE("")), NULL);
    assert_text(option_of_arguments(NULL, 0), NULL);
}

static void takes_no_option_of_the_application_but_jboss(void **state)
{
    (void)state;
    assert_text(option_of_arguments(LINE("java\0-cp\0-Djavax.net.ssl.trustStore=/a\0Main\0"
                                         "-Djavax.net.ssl.trustStore=/b")),
                NULL);
    assert_int_equal(
        password_of_arguments(LINE("java\0-jar\0x.jar\0-Djavax.net.ssl.trustStorePassword=x")),
        UNSAID);
    assert_text(option_of_arguments(LINE("java\0--patch-module\0java.base=x.jar\0"
                                         "-Djavax.net.ssl.trustStore=/a\0Main")),
                "/a");
    static const char jboss[] =
        "java\0-jar\0/x/jboss-modules.jar\0-mp\0/m\0org.jboss.as.standalone\0"
        "-Djavax.net.ssl.trustStore=/b\0"
        "-Djavax.net.ssl.trustStorePassword=x";
    assert_text(option_of_arguments(LINE(jboss)), "/b");
    assert_int_equal(password_of_arguments(LINE(jboss)), SET);
}

static void finds_files_of_arguments(void **state)
{
    (void)state;
    static const char line[] = "java\0@/a b\0@@no\0-cp\0@no\0@c\0Main\0@no";
    assert_string_equal(jvm_argument_file(LINE(line), 0), "/a b");
    assert_string_equal(jvm_argument_file(LINE(line), 1), "c");
    assert_null(jvm_argument_file(LINE(line), 2));
    assert_null(jvm_argument_file(LINE("java\0--disable-@files\0@a\0Main"), 0));
    assert_text(jvm_runs(LINE(line)), "Main");
    char *words = jvm_words_of_file("#-Djavax.net.ssl.trustStore=/a\n"
                                    "-Dx='#' '-Djavax.net.ssl.trustStore=/b#'\n"
                                    "\t# -Djavax.net.ssl.trustStore=/c\r\n-Dx=a#b");
    assert_text(option_of_words(words), "/b#");
    assert_non_null(strstr(words, "a#b"));
}

static void takes_no_argument_that_was_cut_off(void **state)
{
    (void)state;
    static const char line[] = "java\0-Djavax.net.ssl.trustStore=/a";
    assert_text(option_of_arguments(line, sizeof line - 1), NULL);
}

static void splits_option_variables_as_the_launcher_does(void **state)
{
    (void)state;
    assert_text(option_of_words("-Xmx1g -Djavax.net.ssl.trustStore=/a/b"), "/a/b");
    assert_text(option_of_words("'-Djavax.net.ssl.trustStore=/a b'"), "/a b");
    assert_text(option_of_words("-Djavax.net.ssl.trustStore=\"/a b\"/c -Dx"), "/a b/c");
    assert_text(option_of_words("-Djavax.net.ssl.trustStore='/cut"), "/cut");
    assert_text(option_of_words("  "), NULL);
}

static void knows_that_there_is_a_password_and_not_which(void **state)
{
    (void)state;
    assert_int_equal(password_of_arguments(LINE("java\0Main")), UNSAID);
    assert_int_equal(password_of_arguments(NULL, 0), UNSAID);
    assert_int_equal(
        password_of_arguments(LINE("java\0-Djavax.net.ssl.trustStorePassword=x\0Main")), SET);
    assert_int_equal(password_of_arguments(LINE("java\0-Djavax.net.ssl.trustStorePassword=x\0"
                                                "-Djavax.net.ssl.trustStorePassword=\0Main")),
                     NONE);
    assert_int_equal(password_of_arguments(LINE("java\0-Djavax.net.ssl.trustStorePassword\0Main")),
                     NONE);
    assert_int_equal(
        password_of_arguments(LINE("java\0-Djavax.net.ssl.trustStorePasswords=x\0Main")), UNSAID);
    assert_int_equal(password_of_words("-Xmx1g \"-Djavax.net.ssl.trustStorePassword=a b\" -Dx"),
                     SET);
    assert_int_equal(password_of_words("-Djavax.net.ssl.trustStorePassword=''"), NONE);
    assert_int_equal(password_of_words(""), UNSAID);
}

static void finds_a_variable_by_its_whole_name(void **state)
{
    (void)state;
    static const char environment[] = "XJAVA_TOOL_OPTIONS=no\0JAVA_TOOL_OPTIONS=-Dx\0HOME=/";
    assert_string_equal(jvm_variable(environment, sizeof environment, "JAVA_TOOL_OPTIONS"), "-Dx");
    assert_null(jvm_variable(environment, sizeof environment, "JAVA"));
}

static void knows_a_process_of_teamforge(void **state)
{
    (void)state;
    assert_true(jvm_is_teamforge("/usr/bin/java", LINE("java\0-jar\0/opt/collabnet/x.jar")));
    assert_true(jvm_is_teamforge("/opt/collabnet/jdk/bin/java", LINE("java\0Main")));
    assert_false(jvm_is_teamforge("/usr/bin/java", LINE("java\0-jar\0/home/u/teamforge-cli.jar")));
}

static void names_what_a_process_runs(void **state)
{
    (void)state;
    assert_text(jvm_runs(LINE("java\0-Xmx1g\0-cp\0/a:/b\0-jar\0/x/jboss-modules.jar\0-mp\0y")),
                "jboss-modules.jar");
    assert_text(jvm_runs(LINE("java\0-cp\0/a\0org.example.Main\0arg")), "org.example.Main");
    assert_text(jvm_runs(LINE("java")), "java");
}

static void finds_java_home_above_bin(void **state)
{
    (void)state;
    assert_text(jvm_home_of_program("/usr/lib/jvm/java-17/bin/java"), "/usr/lib/jvm/java-17");
    assert_text(jvm_home_of_program("/usr/java/jdk1.8/jre/bin/java"), "/usr/java/jdk1.8/jre");
    assert_text(jvm_home_of_program("/usr/bin/javac"), NULL);
    assert_text(jvm_home_of_program("/bin/java"), NULL);
    assert_text(jvm_home_of_program("java"), NULL);
}

static void warns_of_a_store_that_rhel_generates(void **state)
{
    (void)state;
    assert_non_null(jvm_generated("/etc/pki/ca-trust/extracted/java/cacerts"));
    assert_null(jvm_generated("/etc/ssl/certs/java/cacerts"));
    assert_null(jvm_generated("/etc/pki/java/cacerts"));
}

static void knows_which_forms_a_jvm_takes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum jvm_forms forms;
    } cases[] = {
        {"keystore.type=pkcs12\n#keystore.type.compat=false\nkeystore.type.compat=true\n",
         JVM_ANY_FORM},
        {"keystore.type = pkcs12\nkeystore.type.compat : false\r\n", JVM_ONLY_PKCS12},
        {"keystore.type=jks\nkeystore.type.compat=false", JVM_ONLY_JKS},
        {"keystore.type.compat=true\nkeystore.type.compat=false \nkeystore.type=PKCS12 ",
         JVM_ONLY_PKCS12},
        {"", JVM_ONLY_JKS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(jvm_forms_of_security(cases[i].text), cases[i].forms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_the_last_trust_store_option),
        cmocka_unit_test(takes_no_option_of_the_application_but_jboss),
        cmocka_unit_test(finds_files_of_arguments),
        cmocka_unit_test(takes_no_argument_that_was_cut_off),
        cmocka_unit_test(splits_option_variables_as_the_launcher_does),
        cmocka_unit_test(knows_that_there_is_a_password_and_not_which),
        cmocka_unit_test(finds_a_variable_by_its_whole_name),
        cmocka_unit_test(knows_a_process_of_teamforge),
        cmocka_unit_test(names_what_a_process_runs),
        cmocka_unit_test(finds_java_home_above_bin),
        cmocka_unit_test(knows_which_forms_a_jvm_takes),
        cmocka_unit_test(warns_of_a_store_that_rhel_generates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
