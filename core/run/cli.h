/*
 * The command line: words to a struct, once, at the start. Knows which option belongs to which
 * command; every mistake is one line and STATUS_USAGE.
 */
#ifndef TFHOOK_CLI_H
#define TFHOOK_CLI_H

#include "err.h"
#include "text.h"

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

/* A command, and what its help says. */
struct cli_command {
    const char *name;
    const char *usage; /* begins with the name */
    const char *summary;
    const char *purpose; /* of the example */
    const char *example;
    const char *more; /* lines; NULL: none */
};
extern const struct cli_command cli_commands[COMMANDS]; /* the name of COMMAND_NONE is "" */

/* An option: what it is called, what it sets and who takes it. */
struct cli_option {
    const char *name;
    char letter; /* 0: none */
    enum cli_value { CLI_FLAG, CLI_TEXT, CLI_LIST, CLI_NUMBER, CLI_SEQ } value;
    size_t member;     /* its offset in struct cli; with CLI_SEQ a flag, and `seq` is set too */
    unsigned commands; /* those that take it, one bit each */
    const char *usage; /* in the help; NULL: it is not there */
    const char *summary;
};
#define CLI_ANY_COMMAND (~0u)
extern const struct cli_option cli_options[]; /* the last has no name */

/* On failure only ret->json and perhaps ret->command are set. */
int cli_parse(struct mem *mem, int argc, char **argv, struct cli *ret, struct err *err)
    __attribute__((warn_unused_result));

#endif
