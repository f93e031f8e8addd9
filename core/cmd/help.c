#include "commands.h"

static void show_row(const char *usage, const char *summary)
{
    (void)printf(summary != NULL ? "  %-21s%s\n" : "  %s\n", usage, summary);
}

/* Those of every command, or those of one alone. */
static void show_options(enum command command)
{
    for (const struct cli_option *option = cli_options; option->name != NULL; option++) {
        bool general = option->commands == CLI_ANY_COMMAND;
        bool shown =
            command == COMMAND_NONE ? general : !general && option->commands >> command & 1;
        if (shown && option->usage != NULL)
            show_row(option->usage, option->summary);
    }
}

static void show_general(void)
{
    (void)fputs("Example: see what would change, change it, prove it:\n"
                "  tfhook plan && tfhook apply && tfhook verify\n"
                "\n"
                "Usage: tfhook [OPTION...] COMMAND ...\n"
                "\n",
                stdout);
    for (int i = COMMAND_CHECK; i < COMMANDS; i++)
        show_row(cli_commands[i].usage, cli_commands[i].summary);
    (void)fputs("\n"
                "SELECT: --hook HOOK, or --step NAME (repeatable), or with no config\n"
                "        --plugin NAME -o KEY=VALUE...\n"
                "\n",
                stdout);
    show_options(COMMAND_NONE);
    (void)fputs("\n"
                "Exit status: 0 done, 1 failed and as before, 2 usage, 3 config or plugin "
                "rejected, 4 locked,\n"
                "5 a verification failed, 6 a person is needed, 7 internal, 8 the wrapped command "
                "failed,\n"
                "10 changes pending (plan --detailed-exitcode).\n",
                stdout);
}

void help_show(enum command command)
{
    const struct cli_command *shown = &cli_commands[command];
    if (command == COMMAND_NONE) {
        show_general();
        return;
    }
    (void)printf("Example: %s\n  %s\n\nUsage: tfhook %s\nIn short: %s.\n%s\n", shown->purpose,
                 shown->example, shown->usage, shown->summary,
                 shown->more == NULL ? "" : shown->more);
    show_options(command);
}
