#include "cli.h"

#include "config.h"

#include <getopt.h>
#include <limits.h>
#include <string.h>

#define DEFAULT_CONFIG "/etc/tfhook/tfhook.ini"

/* What getopt_long() returns for an option without a letter is this and its index. */
enum { OPTION_IDS = 256 };

const struct cli_command cli_commands[COMMANDS] = {
    [COMMAND_NONE] = {.name = ""},
    [COMMAND_CHECK] = {"check", "check",
                       "read the config, load and check every step; change nothing",
                       "is the config right?", "tfhook -c /etc/tfhook/tfhook.ini check", NULL},
    [COMMAND_PLAN] = {"plan", "plan [SELECT]", "show what apply would change; change nothing",
                      "what would one step change, with no config at all?",
                      "tfhook plan --plugin NAME -o KEY=VALUE KEY=VALUE", NULL},
    [COMMAND_APPLY] = {"apply", "apply [SELECT]", "plan, apply, verify, commit",
                       "only the steps before provisioning, without a question:",
                       "tfhook --yes apply --hook pre-provision",
                       "On a terminal it shows the plan and asks. All is written or nothing.\n"},
    [COMMAND_VERIFY] = {"verify", "verify [SELECT]",
                        "run every step's verification; change nothing",
                        "prove the site, for a monitoring system:", "tfhook --json verify",
                        "Exit status 5 on a finding `fail`.\n"},
    [COMMAND_WRAP] = {"wrap", "wrap PHASE -- CMD...",
                      "the steps before PHASE, the command, the steps after it",
                      "provision with the steps around it:",
                      "tfhook wrap provision -- /usr/bin/teamforge provision",
                      "PHASE: stop upgrade provision deploy start restart reinitialize.\n"},
    [COMMAND_DEPLOY] = {"deploy", "deploy", "run the configured phases in order, each wrapped",
                        "the whole upgrade, resumed at provision:",
                        "tfhook --yes deploy --from provision",
                        "All hooks are checked and planned first. It stops the site: on a terminal "
                        "it asks, off a\nterminal it needs --yes.\n"},
    [COMMAND_ROLLBACK] =
        {"rollback", "rollback [SEQ]", "undo a committed transaction (default: the newest)",
         "what would undoing the last change do?", "tfhook rollback --plan",
         "A whole file that was changed since refuses the rollback. Line edits are "
         "undone in the\nfile as it is now.\n"},
    [COMMAND_RECOVER] = {"recover", "recover", "settle an interrupted transaction",
                         "settle what an interrupted run left:", "tfhook recover", NULL},
    [COMMAND_HISTORY] = {"history", "history [SEQ]", "what was done, when, by whom, to which file",
                         "what did transaction 12 do?", "tfhook history 12", NULL},
    [COMMAND_PLUGINS] = {"plugins", "plugins [NAME]", "the plugins found; with NAME its manual",
                         "which are there, and what is there to say of one?",
                         "tfhook plugins; tfhook plugins NAME", NULL},
};

#define BIT(command) (1u << (command))
#define SELECTING (BIT(COMMAND_PLAN) | BIT(COMMAND_APPLY) | BIT(COMMAND_VERIFY))
#define ONE_STEP (SELECTING | BIT(COMMAND_CHECK))
#define ANY CLI_ANY_COMMAND
#define FLAG(member) CLI_FLAG, offsetof(struct cli, member)
#define TEXT(member) CLI_TEXT, offsetof(struct cli, member)
#define LIST(member) CLI_LIST, offsetof(struct cli, member)
#define SEQ(member) CLI_SEQ, offsetof(struct cli, member)

const struct cli_option cli_options[] = {
    {"config", 'c', TEXT(config), ANY, "-c FILE", "config (default " DEFAULT_CONFIG ")"},
    {"root", 0, TEXT(root), ANY, "--root DIR", "take every path of the config below DIR"},
    {"state-dir", 0, TEXT(state_dir), ANY, "--state-dir DIR",
     "transactions and lock (default /var/lib/tfhook)"},
    {"plugin-dir", 0, TEXT(plugin_dir), ANY, "--plugin-dir DIR", "where the plugins are"},
    {"json", 0, FLAG(json), ANY, "--json", "one JSON object on stdout"},
    {"quiet", 'q', FLAG(quiet), ANY, "-q, -v", "say less, say more"},
    {"verbose", 'v', FLAG(verbose), ANY, NULL, NULL},
    {"no-color", 0, FLAG(no_color), ANY, "--no-color", "no colours (NO_COLOR does the same)"},
    {"yes", 0, FLAG(yes), ANY, "--yes", "do not ask"},
    {"wait", 0, CLI_NUMBER, offsetof(struct cli, wait), ANY, "--wait SECONDS",
     "wait for another run to end"},
    {"help", 'h', FLAG(help), ANY, "-h, --help", "with a command: its help"},
    {"version", 0, FLAG(version), ANY, "--version", NULL},
    {"hook", 0, TEXT(hook), SELECTING, "--hook HOOK", "the steps at HOOK"},
    {"step", 0, LIST(steps), SELECTING, "--step NAME", "that step; repeatable"},
    {"plugin", 0, TEXT(plugin), ONE_STEP, "--plugin NAME", "one step, without a config"},
    {"option", 'o', LIST(options), ONE_STEP, "-o KEY=VALUE...", "its keys"},
    {"detailed-exitcode", 0, FLAG(detailed_exitcode), BIT(COMMAND_PLAN), "--detailed-exitcode",
     "status 10 when changes are pending"},
    {"from", 0, TEXT(from), BIT(COMMAND_DEPLOY), "--from PHASE", "begin there"},
    {"to", 0, TEXT(to), BIT(COMMAND_DEPLOY), "--to PHASE", "end after it"},
    {"plan", 0, FLAG(plan_only), BIT(COMMAND_ROLLBACK), "--plan", "show it only"},
    {"skip", 0, LIST(skip), BIT(COMMAND_ROLLBACK), "--skip PATH", "leave it out; repeatable"},
    {"restore", 0, SEQ(restore), BIT(COMMAND_RECOVER), "--restore SEQ", "put the old bytes back"},
    {"keep", 0, SEQ(keep), BIT(COMMAND_RECOVER), "--keep SEQ", "leave the disk as it is"},
    {.name = NULL},
};
enum { OPTIONS = sizeof cli_options / sizeof *cli_options - 1 };

struct parser {
    struct mem *mem;
    struct cli *cli;
    struct err *err;
    unsigned given; /* of cli_options[], one bit each */
};

/* One line, whatever the words of the command line hold. */
__attribute__((format(printf, 2, 3))) static int refuse_usage(struct parser *parser,
                                                              const char *format, ...)
{
    const char *text;
    MEM_FORMAT(parser->mem, format, text);
    return err_set(parser->err, STATUS_USAGE, "%s; see tfhook --help",
                   text_shown(parser->mem, text));
}

static int refuse_name(struct parser *parser, const char *what, const char *name,
                       const struct names *valid)
{
    return refuse_usage(parser, "%s is called %s%s", what, name,
                        text_did_you_mean(parser->mem, name, valid));
}

static int take_option(struct parser *parser, const struct cli_option *option)
{
    void *member = (char *)parser->cli + option->member;
    long *number = member;
    long min = 0;
    parser->given |= 1u << (option - cli_options);
    if (optarg != NULL && optarg[0] == '\0')
        return refuse_usage(parser, "an option has an empty value");
    switch (option->value) {
    case CLI_FLAG:
        *(bool *)member = true;
        return 0;
    case CLI_TEXT:
        *(const char **)member = optarg;
        return 0;
    case CLI_LIST:
        names_add(parser->mem, member, optarg);
        return 0;
    case CLI_SEQ:
        *(bool *)member = true;
        number = &parser->cli->seq;
        min = 1;
        break;
    case CLI_NUMBER:
        break;
    }
    if (text_number(optarg, min, LONG_MAX / 100, number))
        return 0;
    return refuse_usage(parser, "--%s %s: expected a whole number", option->name, optarg);
}

static int refuse_option(struct parser *parser, int id, char **argv)
{
    const char *word = argv[optind > 0 ? optind - 1 : 0];
    if (id == ':')
        return refuse_usage(parser, "%s needs a value", word);
    struct names valid = {0};
    for (size_t i = 0; i < OPTIONS; i++)
        names_add(parser->mem, &valid, mem_printf(parser->mem, "--%s", cli_options[i].name));
    if (optopt != 0 && optopt < OPTION_IDS)
        word = mem_printf(parser->mem, "-%c", optopt);
    return refuse_name(parser, "no option", word, &valid);
}

/* Options may stand before, between and behind the words. */
static int take_options(struct parser *parser, int argc, char **argv)
{
    struct option options[OPTIONS + 1] = {{0}};
    const char *letters = ":";
    for (int i = 0; i < OPTIONS; i++) {
        const struct cli_option *option = &cli_options[i];
        bool valued = option->value != CLI_FLAG;
        options[i] = (struct option){option->name, valued ? required_argument : no_argument, NULL,
                                     option->letter != 0 ? option->letter : OPTION_IDS + i};
        if (option->letter != 0)
            letters = mem_printf(parser->mem, "%s%c%s", letters, option->letter, valued ? ":" : "");
    }
    opterr = 0;
    for (int id; (id = getopt_long(argc, argv, letters, options, NULL)) != -1;) {
        if (id == '?' || id == ':')
            return refuse_option(parser, id, argv);
        const struct cli_option *option = cli_options;
        while (options[option - cli_options].val != id)
            option++;
        if (take_option(parser, option) < 0)
            return -1;
    }
    return 0;
}

static int take_command(struct parser *parser, const char *word)
{
    struct names valid = {0};
    for (int i = COMMAND_CHECK; i < COMMANDS; i++) {
        names_add(parser->mem, &valid, cli_commands[i].name);
        if (strcmp(word, cli_commands[i].name) == 0)
            parser->cli->command = (enum command)i;
    }
    return parser->cli->command != COMMAND_NONE ? 0
                                                : refuse_name(parser, "no command", word, &valid);
}

static int check_phase(struct parser *parser, const char *what, const char *name)
{
    if (name == NULL || names_have(&config_phases, name))
        return 0;
    return refuse_name(parser, mem_printf(parser->mem, "%s: no phase", what), name, &config_phases);
}

static int take_wrap(struct parser *parser, const struct names *words, bool dashes)
{
    struct cli *cli = parser->cli;
    if (words->count < 2 || !dashes)
        return refuse_usage(parser, "wrap needs a phase and a command: tfhook wrap provision -- "
                                    "/usr/bin/teamforge provision");
    cli->name = words->names[0];
    cli->words = (struct names){words->names + 1, words->count - 1};
    return check_phase(parser, "wrap", cli->name);
}

/* What follows the command. */
static int take_words(struct parser *parser, const struct names *words, bool dashes)
{
    struct cli *cli = parser->cli;
    if (cli->command == COMMAND_WRAP)
        return take_wrap(parser, words, dashes);
    bool takes_seq = cli->command == COMMAND_ROLLBACK || cli->command == COMMAND_HISTORY;
    for (size_t i = 0; i < words->count; i++) {
        const char *word = words->names[i];
        if (takes_seq && cli->seq == 0 && text_number(word, 1, LONG_MAX, &cli->seq))
            continue;
        if (cli->command == COMMAND_PLUGINS && cli->name == NULL)
            cli->name = word;
        else if (cli->options.count > 0 && strchr(word, '=') != NULL)
            names_add(parser->mem, &cli->options, word); /* -o KEY=VALUE KEY=VALUE ... */
        else
            return refuse_usage(parser, "%s does not take \"%s\"", cli_commands[cli->command].name,
                                word);
    }
    return 0;
}

static int check_combination(struct parser *parser)
{
    struct cli *cli = parser->cli;
    const char *command = cli_commands[cli->command].name;
    for (size_t i = 0; i < OPTIONS; i++) {
        const struct cli_option *option = &cli_options[i];
        if ((parser->given & (1u << i)) == 0 || (option->commands & BIT(cli->command)) != 0)
            continue;
        if (option->letter != 0)
            return refuse_usage(parser, "-%c does not belong to %s", option->letter, command);
        return refuse_usage(parser, "--%s does not belong to %s", option->name, command);
    }
    if (cli->quiet && cli->verbose)
        return refuse_usage(parser, "-q and -v exclude each other");
    if (cli->restore && cli->keep)
        return refuse_usage(parser, "--restore and --keep exclude each other");
    if (cli->options.count > 0 && cli->plugin == NULL)
        return refuse_usage(parser, "-o needs --plugin NAME");
    if (cli->plugin != NULL && (cli->steps.count > 0 || cli->hook != NULL || cli->config_given))
        return refuse_usage(parser,
                            "--plugin is a pipeline of its own: no -c, --hook or --step with it");
    if (cli->steps.count > 0 && cli->hook != NULL)
        return refuse_usage(parser, "--hook and --step exclude each other");
    if (cli->hook != NULL && !names_have(&config_hooks, cli->hook))
        return refuse_name(parser, "no hook", cli->hook, &config_hooks);
    return check_phase(parser, "--from", cli->from) < 0 ? -1 : check_phase(parser, "--to", cli->to);
}

/* A mistake in the command line is told in JSON too, wherever --json stands. */
static bool asks_for_json(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--json") == 0)
            return true;
    return false;
}

int cli_parse(struct mem *mem, int argc, char **argv, struct cli *ret, struct err *err)
{
    struct cli cli = {0};
    struct parser parser = {mem, &cli, err, 0};
    ret->json = asks_for_json(argc, argv);
    if (take_options(&parser, argc, argv) < 0)
        return -1;
    cli.config_given = cli.config != NULL;
    if (!cli.config_given)
        cli.config = DEFAULT_CONFIG;
    bool dashes = false;
    for (int i = 1; i < optind; i++)
        dashes |= strcmp(argv[i], "--") == 0;
    struct names words = {0};
    for (int i = optind + 1; i < argc; i++)
        names_add(mem, &words, argv[i]);
    if (optind < argc && take_command(&parser, argv[optind]) < 0)
        return -1;
    *ret = cli;
    if (cli.help || cli.version)
        return 0;
    if (cli.command == COMMAND_NONE)
        return refuse_usage(&parser,
                            "a command is needed: check, plan, apply, verify, wrap, deploy, "
                            "rollback, recover, history or plugins");
    if (take_words(&parser, &words, dashes) < 0 || check_combination(&parser) < 0)
        return -1;
    *ret = cli;
    return 0;
}
