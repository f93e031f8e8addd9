#include "plugin_child.h"

#include "host_context.h"
#include "key_schema.h"
#include "loader.h"
#include "sandbox.h"

#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <string.h>
#include <unistd.h>

static const char *text_or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

static int send_description(struct host_context *context, const struct tfhook_plugin *plugin,
                            const char *path)
{
    const char *fault = key_schema_fault(context->mem, plugin);
    if (fault != NULL) {
        context->message =
            mem_printf(context->mem, "%s: %s: its author has to mend that", path, fault);
        return TFHOOK_REJECTED;
    }
    host_send(context, &(struct record){RECORD_DESCRIPTOR,
                                        .descriptor = {.file = path,
                                                       .name = plugin->name,
                                                       .version = text_or_empty(plugin->version),
                                                       .summary = text_or_empty(plugin->summary),
                                                       .manual = text_or_empty(plugin->manual),
                                                       .checks = plugin->check != NULL,
                                                       .plans = plugin->plan != NULL,
                                                       .verifies = plugin->verify != NULL}});
    for (size_t i = 0; i < plugin->key_count; i++) {
        struct record record = {.type = RECORD_KEY};
        struct tfhook_key *key = &record.key;
        const char *at = (const char *)plugin->keys + i * plugin->key_size;
        memcpy(key, at, plugin->key_size < sizeof *key ? plugin->key_size : sizeof *key);
        key->name = text_or_empty(key->name);
        key->help = text_or_empty(key->help);
        host_send(context, &record);
    }
    return TFHOOK_OK;
}

static int run_function(struct host_context *context, const struct tfhook_plugin *plugin,
                        const struct plugin_call *call)
{
    struct tfhook_host table;
    int (*const functions[])(const struct tfhook_host *) = {
        [CALL_CHECK] = plugin->check, [CALL_PLAN] = plugin->plan, [CALL_VERIFY] = plugin->verify};
    if (call->call == CALL_DESCRIBE)
        return send_description(context, plugin, call->file->path);
    if (functions[call->call] == NULL)
        return TFHOOK_OK;
    host_table(context, &table);
    return functions[call->call](&table);
}

_Noreturn void plugin_child_main(const struct plugin_call *call, pid_t parent, int records,
                                 int printed)
{
    struct mem mem = {0};
    struct change_set none = {.mem = &mem};
    struct root_cache cache = {.mem = &mem};
    struct run_environment environment = *call->environment;
    environment.root.cache = &cache;
    struct host_context context = {.mem = &mem,
                                   .environment = &environment,
                                   .step = call->step,
                                   .hook = call->hook,
                                   .settings = call->settings,
                                   .changes = call->changes != NULL ? call->changes : &none,
                                   .may_stage = call->call == CALL_PLAN,
                                   .may_publish = call->call == CALL_VERIFY,
                                   .log_level = log_level_shown(call->log),
                                   .fd = records};
    const struct sandbox sandbox = {
        .parent = parent, .seconds = call->step->timeout, .streams = {-1, printed, printed}};
    if (!sandbox_enter(&sandbox))
        _exit(1);
    (void)signal(SIGPIPE, SIG_IGN);
    const char *lack = sandbox_drop_root();
    if (lack != NULL && call->call == CALL_DESCRIBE)
        host_say(&context, RECORD_LOG, TFHOOK_DEBUG,
                 mem_printf(&mem,
                            "the plugin %s may do all that this user may (%s): should it write a "
                            "file by itself, nothing hinders it",
                            call->step->plugin, lack));
    struct tfhook_plugin plugin;
    struct err err = {.mem = &mem};
    int result = TFHOOK_REJECTED;
    if (loader_load(call->file, &plugin, &err) == 0)
        result = run_function(&context, &plugin, call);
    else
        context.message = err.text;
    if (__fpending(stdout) > 0)
        (void)fflush(stdout);
    host_end(&context, result);
    _exit(0);
}
