#include "help.h"

#include <stdio.h>

static void show_row(const char *usage, const char *summary)
{
    (void)printf(summary != NULL ? "  %-21s%s\n" : "  %s\n", usage, summary);
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
    for (const struct cli_option *option = cli_options; option->name != NULL; option++)
        if (option->usage != NULL)
            show_row(option->usage, option->summary);
    (void)fputs("\n"
                "Exit status: 0 done, 1 failed and as before, 2 usage, 3 config or plugin "
                "rejected, 4 locked,\n"
                "5 a verification failed, 6 a person is needed, 7 internal, 8 the wrapped command "
                "failed,\n"
                "10 changes pending (plan --detailed-exitcode).\n",
                stdout);
}

#define SELECT "[--hook HOOK | --step NAME... | --plugin NAME -o KEY=VALUE...]"

static const char *const texts[COMMANDS] = {
    [COMMAND_CHECK] = "Example: is the config right?\n"
                      "  tfhook -c /etc/tfhook/tfhook.ini check\n"
                      "\n"
                      "Usage: tfhook check [--plugin NAME -o KEY=VALUE...]\n"
                      "Reads the config, loads and checks every step. Changes nothing.\n",
    [COMMAND_PLAN] = "Example: what would one step change, with no config at all?\n"
                     "  tfhook plan --plugin NAME -o KEY=VALUE KEY=VALUE\n"
                     "\n"
                     "Usage: tfhook plan " SELECT "\n"
                     "                   [--detailed-exitcode]\n"
                     "Shows what apply would change, and what is left for a person. Changes "
                     "nothing.\n"
                     "--detailed-exitcode: exit status 10 when changes are pending.\n",
    [COMMAND_APPLY] = "Example: only the steps before provisioning, without a question:\n"
                      "  tfhook --yes apply --hook pre-provision\n"
                      "\n"
                      "Usage: tfhook apply " SELECT "\n"
                      "Plans, shows, asks (on a terminal), writes all or nothing, verifies, "
                      "commits.\n",
    [COMMAND_VERIFY] = "Example: prove the site, for a monitoring system:\n"
                       "  tfhook --json verify\n"
                       "\n"
                       "Usage: tfhook verify " SELECT "\n"
                       "Runs every step's verification. Changes nothing. Exit status 5 on a "
                       "finding `fail`.\n",
    [COMMAND_WRAP] = "Example: provision with the steps around it:\n"
                     "  tfhook wrap provision -- /usr/bin/teamforge provision\n"
                     "\n"
                     "Usage: tfhook wrap PHASE -- COMMAND...\n"
                     "PHASE: stop upgrade provision deploy start restart reinitialize.\n",
    [COMMAND_DEPLOY] = "Example: the whole upgrade, resumed at provision:\n"
                       "  tfhook --yes deploy --from provision\n"
                       "\n"
                       "Usage: tfhook deploy [--from PHASE] [--to PHASE]\n"
                       "Checks and plans all hooks, then runs the config's phases in order. It "
                       "stops the site:\n"
                       "on a terminal it asks, off a terminal it needs --yes.\n",
    [COMMAND_ROLLBACK] = "Example: what would undoing the last change do?\n"
                         "  tfhook rollback --plan\n"
                         "\n"
                         "Usage: tfhook rollback [SEQ] [--plan] [--skip PATH]\n"
                         "A whole file that was changed since refuses the rollback; --skip leaves "
                         "it out.\n"
                         "Line edits are undone in the file as it is now.\n",
    [COMMAND_RECOVER] = "Example: settle what an interrupted run left:\n"
                        "  tfhook recover\n"
                        "\n"
                        "Usage: tfhook recover [--restore SEQ | --keep SEQ]\n"
                        "--restore puts the old bytes back, --keep leaves the disk as it is.\n",
    [COMMAND_HISTORY] = "Example: what did transaction 12 do?\n"
                        "  tfhook history 12\n"
                        "\n"
                        "Usage: tfhook history [SEQ]\n",
    [COMMAND_PLUGINS] = "Example: which are there? What does one do, with which keys?\n"
                        "  tfhook plugins\n"
                        "  tfhook plugins NAME\n"
                        "\n"
                        "Usage: tfhook plugins [NAME]\n",
};

void help_show(enum command command)
{
    if (command == COMMAND_NONE)
        show_general();
    else
        (void)fputs(texts[command], stdout);
}
