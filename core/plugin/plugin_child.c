#include "plugin_child.h"

#include "host.h"
#include "key_schema.h"
#include "loader.h"
#include "sandbox.h"

#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <string.h>
#include <unistd.h>

static void send_key(struct host_context *context, const struct tfhook_key *key)
{
    host_send(context, RECORD_KEY, text_field(key->name == NULL ? "" : key->name),
              NUMBER_FIELD(key->type), NUMBER_FIELD(key->required), text_field(key->fallback),
              text_field(key->choices), NUMBER_FIELD(key->min), NUMBER_FIELD(key->max),
              text_field(key->help == NULL ? "" : key->help));
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
    const char *calls =
        mem_printf(context->mem, "%s%s%s", plugin->check != NULL ? "c" : "",
                   plugin->plan != NULL ? "p" : "", plugin->verify != NULL ? "v" : "");
    host_send(context, RECORD_DESCRIPTOR, text_field(path), text_field(plugin->name),
              text_field(plugin->version == NULL ? "" : plugin->version),
              text_field(plugin->summary == NULL ? "" : plugin->summary),
              text_field(plugin->manual == NULL ? "" : plugin->manual), text_field(calls));
    for (size_t i = 0; i < plugin->key_count; i++) {
        struct tfhook_key key = {0};
        const char *at = (const char *)plugin->keys + i * plugin->key_size;
        memcpy(&key, at, plugin->key_size < sizeof key ? plugin->key_size : sizeof key);
        send_key(context, &key);
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

_Noreturn void plugin_child_main(const struct plugin_call *call,
                                 const struct plugin_child_ends *ends)
{
    struct mem mem = {0};
    struct change_set changes = {.mem = &mem};
    for (size_t i = 0; call->changes != NULL && i < call->changes->count; i++)
        *mem_push(&mem, changes.items, changes.count) = call->changes->items[i];
    struct host_context context = {.mem = &mem,
                                   .environment = call->environment,
                                   .step = call->step,
                                   .hook = call->hook,
                                   .settings = call->settings,
                                   .changes = &changes,
                                   .may_stage = call->call == CALL_PLAN,
                                   .may_publish = call->call == CALL_VERIFY,
                                   .log_level = log_level_shown(call->log),
                                   .fd = ends->records};
    const struct sandbox sandbox = {.parent = ends->parent,
                                    .seconds = call->step->timeout,
                                    .streams = {-1, ends->printed, ends->printed},
                                    .kept = {ends->records, call->file->fd},
                                    .kept_count = 2};
    if (!sandbox_enter(&sandbox))
        _exit(1);
    (void)signal(SIGPIPE, SIG_IGN);
    const char *lack = sandbox_drop_root();
    if (lack != NULL && call->call == CALL_DESCRIBE)
        host_send(&context, RECORD_LOG, NUMBER_FIELD(TFHOOK_DEBUG),
                  text_field(mem_printf(&mem,
                                        "the plugin %s may do all that this user may (%s): should "
                                        "it write a file by itself, nothing hinders it",
                                        call->step->plugin, lack)));
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
