/* jks-import: certificates into the trust stores that JVMs really load. */
#include <tfhook/plugin.h>

#include <string.h>

#include "cert_file_spec.h"
#include "import.h"
#include "memory.h"
#include "plan_text.h"
#include "shared_keys.h"

/* The stores are those that the JVMs load. */
static bool is_auto(const struct tfhook_host *host)
{
    struct tfhook_names keystore = host->items(host, "keystore");
    return keystore.count == 1 && strcmp(keystore.names[0], "auto") == 0;
}

/* "auto" (or `also`) alone, or absolute paths. */
static int check_paths(const struct tfhook_host *host, const char *key, const char *also)
{
    struct tfhook_names items = host->items(host, key);
    for (size_t i = 0; i < items.count; i++) {
        const char *item = items.names[i];
        bool word = strcmp(item, "auto") == 0 || (also != NULL && strcmp(item, also) == 0);
        if (word && items.count > 1)
            return host->reject(host, key, "'%s' stands alone, without paths beside it", item);
        if (!word && *item != '/')
            return host->reject(host, key, "'%s' is neither auto%s%s nor an absolute path", item,
                                also == NULL ? "" : ", ", also == NULL ? "" : also);
    }
    return TFHOOK_OK;
}

static int check_certificate(const struct tfhook_host *host, const char *item)
{
    struct cert_file_spec spec = cert_file_spec_parse(item);
    const char *fault = import_alias_fault(spec.alias);
    if (spec.path[0] != '/')
        return host->reject(host, "certificate", "'%s' is no absolute path", spec.path);
    if (fault != NULL)
        return host->reject(host, "certificate",
                            "%s: '%s' cannot be an alias: %s; write FILE as ALIAS", spec.path,
                            spec.alias, fault);
    return TFHOOK_OK;
}

static int check_absent(const struct tfhook_host *host)
{
    struct tfhook_names absent = host->items(host, "aliases-absent");
    for (size_t i = 0; i < absent.count; i++) {
        const char *alias = absent.names[i];
        const char *fault = import_alias_fault(alias);
        for (const char *at = alias; fault == NULL && *at != '\0'; at++)
            if (*at >= 'A' && *at <= 'Z')
                fault = "it has upper-case letters, and tfhook's are in lower case";
        if (fault != NULL)
            return host->reject(host, "aliases-absent", "'%s' is no alias of tfhook's: %s", alias,
                                fault);
    }
    return TFHOOK_OK;
}

static int check(const struct tfhook_host *host)
{
    struct tfhook_names items = host->items(host, "certificate");
    int result = check_paths(host, "keystore", NULL);
    if (result == TFHOOK_OK && host->flag(host, "create") != 0 && is_auto(host))
        result = host->reject(host, "create", "keystore must name the store that is to be made");
    if (result == TFHOOK_OK)
        result = check_paths(host, "java-home", "all");
    for (size_t i = 0; i < items.count && result == TFHOOK_OK; i++)
        result = check_certificate(host, items.names[i]);
    return result == TFHOOK_OK ? check_absent(host) : result;
}

static int check_both_ways(const struct tfhook_host *host, const struct import_certs *certs)
{
    struct tfhook_names absent = host->items(host, "aliases-absent");
    for (size_t i = 0; i < absent.count; i++)
        for (size_t k = 0; k < certs->count; k++)
            if (strcmp(absent.names[i], certs->certs[k].alias) == 0)
                return host->fail(host,
                                  "%s is to be imported as '%s', and aliases-absent removes "
                                  "that alias; take it out of one of the two",
                                  certs->certs[k].path, absent.names[i]);
    return TFHOOK_OK;
}

/* What plan and verify both need. */
static int begin_run(const struct tfhook_host *host, struct import_run *run)
{
    struct tfhook_names keystore = host->items(host, "keystore");
    *run = (struct import_run){
        .host = host,
        .absent = host->items(host, "aliases-absent"),
        .policy = import_policy_of(host->value(host, "on-conflict")),
        .found_by_jvm = is_auto(host),
    };
    int result = import_read_certs(host, &run->certs);
    if (result == TFHOOK_OK)
        result = check_both_ways(host, &run->certs);
    if (result == TFHOOK_OK)
        result = import_password(host, &run->password);
    if (result != TFHOOK_OK)
        return result;
    const char *why = jvm_find(host, keystore, host->items(host, "java-home"),
                               host->value(host, "site-options"), &run->stores);
    return why == NULL ? TFHOOK_OK : host->fail(host, "%s", why);
}

/* "2 certificates in 1 store, 1 to add" */
static void set_message(const struct import_run *run)
{
    const char *text = memory_printf("%s in %s", plan_text_count(run->certs.count, "certificate"),
                                     plan_text_count(run->stores.store_count, "store"));
    const struct {
        size_t count;
        const char *what;
    } parts[] = {{run->added, "to add"},
                 {run->replaced, "to replace"},
                 {run->kept, "left out for another that has the alias"},
                 {run->removed, "to remove"}};
    size_t total = 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        total += parts[i].count;
        if (parts[i].count > 0)
            text = memory_printf("%s, %zu %s", text, parts[i].count, parts[i].what);
    }
    if (total == 0)
        text = memory_join(
            text, ", ", run->certs.count > 0 ? "all of them trusted already" : "nothing to remove");
    run->host->message(run->host, "%s", text);
}

static int plan(const struct tfhook_host *host)
{
    struct import_run run;
    int result = begin_run(host, &run);
    if (result == TFHOOK_OK)
        result = import_load_ownership(&run);
    if (result == TFHOOK_OK)
        result = import_make_empty(&run);
    for (size_t i = 0; i < run.stores.store_count && result == TFHOOK_OK; i++)
        result = import_plan_store(&run, &run.stores.stores[i]);
    if (result == TFHOOK_OK)
        result = import_save_ownership(&run);
    if (result == TFHOOK_OK)
        set_message(&run);
    bytes_free(&run.empty);
    return result;
}

static int verify(const struct tfhook_host *host)
{
    struct import_run run;
    int result = begin_run(host, &run);
    for (size_t i = 0; i < run.stores.store_count && result == TFHOOK_OK; i++)
        result = import_verify_store(&run, &run.stores.stores[i]);
    return result;
}

static const struct tfhook_key keys[] = {
    {KEY_CERTIFICATES,
     .help = "Directory of proved copies, as cert-collect keeps them: each ALIAS.crt is imported "
             "under its name."},
    {.name = "certificate",
     .type = TFHOOK_LIST,
     .help = "PEM, DER or PKCS#7 files to import instead, each \"FILE\" or \"FILE as ALIAS\"; the "
             "alias is "
             "by default the file's base name."},
    {.name = "chain",
     .type = TFHOOK_ENUM,
     .fallback = "leaf",
     .choices = "leaf ca all",
     .help = "Which certificates of a file with several: leaf is the server's; ca those that Java "
             "takes as issuers, so that every certificate they sign is trusted; or all. The others "
             "than the server's go by ALIAS-1, ALIAS-2, in the order of the file."},
    {KEY_KEYSTORE,
     .help = "The stores: auto is the store that each JVM of java-home really loads; or paths."},
    {KEY_JAVA_HOME,
     .help =
         "The JVMs: auto is the one that TeamForge runs (its processes, else the default java, and "
         "those that site-options starts with a trust store of their own); all is every JVM in the "
         "usual places; or directories."},
    {KEY_SITE_OPTIONS,
     .help = "TeamForge's site-options.conf, whose *_JAVA_OPTS may name a trust store."},
    {.name = "create",
     .type = TFHOOK_FLAG,
     .fallback = "no",
     .help = "A store of keystore that is not there is made."},
    {.name = "form",
     .type = TFHOOK_ENUM,
     .fallback = "jks",
     .choices = "jks pkcs12",
     .help =
         "What create makes: jks, which every JVM loads unless its java.security forbids it; or "
         "pkcs12, without a password, as the cacerts of JDK 18 and later."},
    {KEY_PASSWORD_FILE,
     .help = "File whose first line is the store password. Without it the password is the one that "
             "Java ships, changeit."},
    {.name = "aliases-absent",
     .type = TFHOOK_LIST,
     .help =
         "Aliases that are to go: what tfhook added under them is removed, and nothing else; an "
         "entry of another's is refused by name."},
    {.name = "on-conflict",
     .type = TFHOOK_ENUM,
     .fallback = "renew",
     .choices = "renew replace keep fail",
     .help = "The alias is taken by another certificate: renew replaces it when tfhook added it or "
             "subject and names are the same, and fails otherwise; replace, keep and fail do as "
             "they say."},
};

TFHOOK_EXPORT const struct tfhook_plugin tfhook_plugin_v1 = {
    .size = sizeof(struct tfhook_plugin),
    .minor = 1,
    .name = "jks-import",
    .version = "1.0.0",
    .summary = "import certificates into the trust stores that Java loads",
    .manual =
        "Puts each certificate into the trust store of the Java runtime, so that TeamForge's JVMs "
        "trust the servers of the site. The store is found as a JVM finds it: "
        "-Djavax.net.ssl.trustStore, else lib/security/jssecacerts, else lib/security/cacerts, all "
        "links followed.\n\n"
        "JKS and PKCS#12 are read and written here, each in the form that it is found in, an "
        "encrypted PKCS#12 too; no JVM and no keytool is started. A certificate that a JVM trusts "
        "already, under whatever alias, is left as it is. "
        "Every other entry keeps its bytes, its date and its place, and the new store is read "
        "again "
        "and proved to trust exactly what was meant before it is proposed.\n\n"
        "A JVM without -Djavax.net.ssl.trustStorePassword trusts nothing of an encrypted store, "
        "and "
        "reports no error: the plan warns of each, and verify fails for those of java-home.\n\n"
        "A running JVM has read its store: the plan names what is to be restarted.",
    .keys = keys,
    .key_count = sizeof keys / sizeof keys[0],
    .key_size = sizeof(struct tfhook_key),
    .check = check,
    .plan = plan,
    .verify = verify,
};
