#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* clang-format off */
#include <cmocka.h>
/* clang-format on */
#include <errno.h>
#include <string.h>

#include "topology.h"

static struct site_options options;
static struct site_error error;

static int read_site(const char *text, const char *hostname, struct topology *ret)
{
    assert_int_equal(site_options_parse(text, strlen(text), &options, &error), 0);
    return topology_read(&options, hostname, ret, &error);
}

static struct topology site(const char *text, const char *hostname)
{
    struct topology topology = {0};
    assert_int_equal(read_site(text, hostname, &topology), 0);
    return topology;
}

static void expect_error(const char *text, size_t line, const char *part)
{
    struct topology topology = {0};
    assert_int_equal(read_site(text, "app1", &topology), -EINVAL);
    assert_int_equal(error.line, line);
    assert_non_null(strstr(error.text, part));
}

static void expect_distributed(const char *text, const char *user, const char *database)
{
    struct topology topology = site(text, "app1");
    struct separation found = {0};
    assert_int_equal(topology_distributed(&topology, &found), user != NULL);
    if (user != NULL) {
        assert_string_equal(service_name(found.user), user);
        assert_string_equal(service_name(found.database), database);
    }
}

#define LOCAL "localhost:SERVICES=ctfcore ctfcore-database ctfcore-datamart etl mail search\n"

static void a_single_server_is_not_distributed(void **state)
{
    (void)state;
    expect_distributed(LOCAL, NULL, NULL);
    expect_distributed("HOST_localhost=app database datamart etl indexer subversion cvs\n", NULL,
                       NULL);
}

static void each_use_of_a_database_elsewhere_makes_it_distributed(void **state)
{
    (void)state;
    expect_distributed("app1:SERVICES=ctfcore\ndb1:SERVICES=ctfcore-database\n", "ctfcore",
                       "ctfcore-database");
    expect_distributed("HOST_app1=app etl\nHOST_db1=database datamart\n", "ctfcore",
                       "ctfcore-database");
    expect_distributed("a:SERVICES=ctfcore ctfcore-database ctfcore-datamart\nb:SERVICES=etl\n",
                       "etl", "ctfcore-datamart");
    expect_distributed("a:SERVICES=ctfcore ctfcore-database\nb:SERVICES=etl ctfcore-datamart\n",
                       "etl", "ctfcore-database");
    expect_distributed("a:SERVICES=ctfcore ctfcore-database\nb:SERVICES=ctfcore-datamart\n",
                       "ctfcore", "ctfcore-datamart");
    expect_distributed("a:SERVICES=ctfcore ctfcore-database\nb:SERVICES=baseline\n"
                       "c:SERVICES=baseline-database\n",
                       "baseline", "baseline-database");
}

static void other_services_elsewhere_do_not(void **state)
{
    (void)state;
    expect_distributed("a:SERVICES=ctfcore ctfcore-database\nb:SERVICES=subversion gerrit\n", NULL,
                       NULL);
    expect_distributed("a:SERVICES=ctfcore ctfcore-database gerrit-database\nb:SERVICES=gerrit\n",
                       NULL, NULL);
}

static void what_the_tokens_do_not_cover_is_named(void **state)
{
    (void)state;
    struct topology topology =
        site("a:SERVICES=ctfcore ctfcore-database binary webr reviewboard\n"
             "b:SERVICES=gerrit gerrit-database binary-database webr-database\n"
             "c:SERVICES=gerrit reviewboard-database\n",
             "a");
    struct separation found;
    size_t cursor = 0, count = 0;
    static const char *const users[] = {"gerrit", "binary", "webr", "reviewboard"};
    while (topology_separation(&topology, &cursor, &found)) {
        assert_false(found.covered);
        assert_string_equal(service_name(found.user), users[count]);
        count++;
    }
    assert_int_equal(count, 4);
}

static void this_host_is_found_by_any_of_its_names(void **state)
{
    (void)state;
    static const char text[] = "app1.example.com:SERVICES=ctfcore\nDB1:SERVICES=ctfcore-database\n";
    static const struct {
        const char *hostname, *found;
    } cases[] = {
        {"app1.example.com", "app1.example.com"},
        {"app1", "app1.example.com"},
        {"App1.Example.com", "app1.example.com"},
        {"app1.example.org", NULL},
        {"app10", NULL},
        {"db1.example.com", "DB1"},
        {"db", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct topology topology = site(text, cases[i].hostname);
        const struct site_host *host = topology_local(&topology);
        if (cases[i].found == NULL)
            assert_null(host);
        else
            assert_string_equal(host->name, cases[i].found);
        assert_true(topology_has(&topology, SERVICE_DATABASE));
    }
    struct topology topology = site(LOCAL, "anything");
    assert_true(topology_local_has(&topology, SERVICE_DATABASE));
    assert_false(topology_local_has(&topology, SERVICE_BASELINE));
}

static void both_forms_of_one_host_add_up(void **state)
{
    (void)state;
    struct topology topology =
        site("HOST_app1=app\napp1.example.com:SERVICES=ctfcore-database\nDOMAIN_app1=x.example\n"
             "app1:PUBLIC_FQDN=x.example\napp1:gerrit:PUBLIC_FQDN=y.example\n",
             "app1");
    assert_int_equal(topology.count, 1);
    assert_true(topology_local_has(&topology, SERVICE_CTFCORE));
    assert_true(topology_local_has(&topology, SERVICE_DATABASE));
}

static void names_are_whole_words(void **state)
{
    (void)state;
    struct topology topology = site("h:SERVICES=ctfcore-database-mirror,xetl  app\t\n", "h");
    assert_false(topology_has(&topology, SERVICE_DATABASE));
    assert_false(topology_has(&topology, SERVICE_ETL));
    assert_true(topology_has(&topology, SERVICE_CTFCORE));
}

static void a_host_of_databases_alone_is_known(void **state)
{
    (void)state;
    struct topology topology = site("db1.example.com:SERVICES=ctfcore-database gerrit-database\n"
                                    "b:SERVICES=baseline-database cvs\nc:SERVICES=\n",
                                    "app1");
    assert_true(topology_only_databases(topology_host(&topology, "db1")));
    assert_false(topology_only_databases(topology_host(&topology, "b")));
    assert_false(topology_only_databases(topology_host(&topology, "c")));
    assert_null(topology_host(&topology, "db"));
}

static void what_cannot_be_right_is_an_error_with_its_line(void **state)
{
    (void)state;
    expect_error("X=1\n" LOCAL "db1:SERVICES=ctfcore-database\n", 2, "localhost");
    expect_error("db1:SERVICES=etl\nHOST_localhost=app\n", 2, "localhost");
    expect_error("a:SERVICES=etl\nb:SERVICES=etl\na:SERVICES=ctfcore\n", 3,
                 "line 1 and again on line 3");
    expect_error("a:SERVICES={__SERVICES__}\n", 1, "not understood");
    expect_error("a:SERVICES=START_MULTILINE_BLOCK\nEND_MULTILINE_BLOCK\n", 1, "block");
    expect_error("# nothing\n", 0, "no host:SERVICES");
    expect_error("B=START_MULTILINE_BLOCK\na:SERVICES=ctfcore\nEND_MULTILINE_BLOCK\n", 0,
                 "no host:SERVICES");
}

static void references_in_services_are_followed(void **state)
{
    (void)state;
    expect_distributed("DB=ctfcore-database\na:SERVICES=ctfcore\nb:SERVICES={__DB__} etl\n",
                       "ctfcore", "ctfcore-database");
}

static void cluster_services_are_noticed(void **state)
{
    (void)state;
    struct topology topology = site(LOCAL "c1:CLUSTER_SERVICES=ctfcore\n", "app1");
    assert_int_equal(topology.cluster_line, 2);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_single_server_is_not_distributed),
        cmocka_unit_test(each_use_of_a_database_elsewhere_makes_it_distributed),
        cmocka_unit_test(other_services_elsewhere_do_not),
        cmocka_unit_test(what_the_tokens_do_not_cover_is_named),
        cmocka_unit_test(this_host_is_found_by_any_of_its_names),
        cmocka_unit_test(both_forms_of_one_host_add_up),
        cmocka_unit_test(names_are_whole_words),
        cmocka_unit_test(a_host_of_databases_alone_is_known),
        cmocka_unit_test(what_cannot_be_right_is_an_error_with_its_line),
        cmocka_unit_test(references_in_services_are_followed),
        cmocka_unit_test(cluster_services_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
