/*
 * The command line: words to a struct, once, at the start. Knows which option belongs to which
 * command; every mistake is one line and STATUS_USAGE.
 */
#ifndef TFHOOK_CLI_H
#define TFHOOK_CLI_H

#include "err.h"
#include "text.h"

#include <stdbool.h>

enum command {
    COMMAND_NONE,
    COMMAND_CHECK,
    COMMAND_PLAN,
    COMMAND_APPLY,
    COMMAND_VERIFY,
    COMMAND_WRAP,
    COMMAND_DEPLOY,
    COMMAND_ROLLBACK,
    COMMAND_RECOVER,
    COMMAND_HISTORY,
    COMMAND_PLUGINS,
    COMMANDS
};

struct cli {
    enum command command;
    const char *config; /* -c; the default when not given */
    bool config_given;
    const char *root;
    const char *state_dir;
    const char *plugin_dir;
    bool json, quiet, verbose, no_color, yes;
    long wait;
    /* SELECT */
    const char *hook;
    struct names steps;
    const char *plugin;
    struct names options; /* KEY=VALUE */
    bool detailed_exitcode;
    const char *from, *to; /* deploy */
    bool plan_only;        /* rollback --plan */
    struct names skip;     /* rollback --skip */
    long seq;              /* rollback, history, recover; 0: none */
    bool restore, keep;    /* recover */
    const char *name;      /* plugins NAME; wrap PHASE */
    struct names words;    /* wrap ... -- COMMAND */
    bool help, version;
};

extern const char *const cli_command_names[COMMANDS];

/* On failure only ret->json and perhaps ret->command are set. */
int cli_parse(struct mem *mem, int argc, char **argv, struct cli *ret, struct err *err)
    __attribute__((warn_unused_result));

#endif
