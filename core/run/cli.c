#include "cli.h"

#include "config.h"

#include <getopt.h>
#include <limits.h>
#include <string.h>

#define DEFAULT_CONFIG "/etc/tfhook/tfhook.ini"

const char *const cli_command_names[COMMANDS] = {"",        "check",   "plan",   "apply",
                                                 "verify",  "wrap",    "deploy", "rollback",
                                                 "recover", "history", "plugins"};

#define BIT(command) (1u << (command))
#define SELECTING (BIT(COMMAND_PLAN) | BIT(COMMAND_APPLY) | BIT(COMMAND_VERIFY))
#define ONE_STEP (SELECTING | BIT(COMMAND_CHECK))
#define ANY (~0u)

enum option_id {
    OPT_CONFIG = 'c',
    OPT_QUIET = 'q',
    OPT_VERBOSE = 'v',
    OPT_OPTION = 'o',
    OPT_HELP = 'h',
    OPT_ROOT = 256,
    OPT_STATE_DIR,
    OPT_PLUGIN_DIR,
    OPT_JSON,
    OPT_NO_COLOR,
    OPT_YES,
    OPT_WAIT,
    OPT_HOOK,
    OPT_STEP,
    OPT_PLUGIN,
    OPT_DETAILED,
    OPT_FROM,
    OPT_TO,
    OPT_PLAN,
    OPT_SKIP,
    OPT_RESTORE,
    OPT_KEEP,
    OPT_VERSION
};

static const struct option options[] = {
    {"config", required_argument, NULL, OPT_CONFIG},
    {"quiet", no_argument, NULL, OPT_QUIET},
    {"verbose", no_argument, NULL, OPT_VERBOSE},
    {"option", required_argument, NULL, OPT_OPTION},
    {"help", no_argument, NULL, OPT_HELP},
    {"root", required_argument, NULL, OPT_ROOT},
    {"state-dir", required_argument, NULL, OPT_STATE_DIR},
    {"plugin-dir", required_argument, NULL, OPT_PLUGIN_DIR},
    {"json", no_argument, NULL, OPT_JSON},
    {"no-color", no_argument, NULL, OPT_NO_COLOR},
    {"yes", no_argument, NULL, OPT_YES},
    {"wait", required_argument, NULL, OPT_WAIT},
    {"hook", required_argument, NULL, OPT_HOOK},
    {"step", required_argument, NULL, OPT_STEP},
    {"plugin", required_argument, NULL, OPT_PLUGIN},
    {"detailed-exitcode", no_argument, NULL, OPT_DETAILED},
    {"from", required_argument, NULL, OPT_FROM},
    {"to", required_argument, NULL, OPT_TO},
    {"plan", no_argument, NULL, OPT_PLAN},
    {"skip", required_argument, NULL, OPT_SKIP},
    {"restore", required_argument, NULL, OPT_RESTORE},
    {"keep", required_argument, NULL, OPT_KEEP},
    {"version", no_argument, NULL, OPT_VERSION},
    {NULL, 0, NULL, 0},
};

/* Options that only some commands have. */
static const struct {
    int id;
    const char *name;
    unsigned commands;
} limited[] = {
    {OPT_HOOK, "--hook", SELECTING},
    {OPT_STEP, "--step", SELECTING},
    {OPT_PLUGIN, "--plugin", ONE_STEP},
    {OPT_OPTION, "-o", ONE_STEP},
    {OPT_DETAILED, "--detailed-exitcode", BIT(COMMAND_PLAN)},
    {OPT_FROM, "--from", BIT(COMMAND_DEPLOY)},
    {OPT_TO, "--to", BIT(COMMAND_DEPLOY)},
    {OPT_PLAN, "--plan", BIT(COMMAND_ROLLBACK)},
    {OPT_SKIP, "--skip", BIT(COMMAND_ROLLBACK)},
    {OPT_RESTORE, "--restore", BIT(COMMAND_RECOVER)},
    {OPT_KEEP, "--keep", BIT(COMMAND_RECOVER)},
};

struct parser {
    struct mem *mem;
    struct cli *cli;
    struct err *err;
    unsigned given; /* one bit for each of `limited` */
};

static int refuse_usage(struct parser *parser, const char *text)
{
    return err_set(parser->err, STATUS_USAGE, "%s; see tfhook --help", text);
}

static int parse_number(struct parser *parser, const char *what, long min, long *ret)
{
    if (text_number(optarg, min, LONG_MAX / 100, ret))
        return 0;
    return refuse_usage(parser, mem_printf(parser->mem, "%s %s: expected a whole number", what,
                                           text_escape(parser->mem, optarg, strlen(optarg))));
}

static int take_option(struct parser *parser, int id)
{
    struct mem *mem = parser->mem;
    struct cli *cli = parser->cli;
    for (size_t i = 0; i < sizeof limited / sizeof *limited; i++)
        if (limited[i].id == id)
            parser->given |= 1u << i;
    if (optarg != NULL && optarg[0] == '\0')
        return refuse_usage(parser, "an option has an empty value");
    const struct {
        int id;
        const char **text;
    } texts[] = {{OPT_ROOT, &cli->root},     {OPT_STATE_DIR, &cli->state_dir},
                 {OPT_HOOK, &cli->hook},     {OPT_PLUGIN_DIR, &cli->plugin_dir},
                 {OPT_PLUGIN, &cli->plugin}, {OPT_FROM, &cli->from},
                 {OPT_TO, &cli->to},         {OPT_CONFIG, &cli->config}};
    const struct {
        int id;
        bool *flag;
    } flags[] = {{OPT_QUIET, &cli->quiet},     {OPT_VERBOSE, &cli->verbose},
                 {OPT_HELP, &cli->help},       {OPT_JSON, &cli->json},
                 {OPT_YES, &cli->yes},         {OPT_NO_COLOR, &cli->no_color},
                 {OPT_PLAN, &cli->plan_only},  {OPT_DETAILED, &cli->detailed_exitcode},
                 {OPT_VERSION, &cli->version}, {OPT_RESTORE, &cli->restore},
                 {OPT_KEEP, &cli->keep}};
    const struct {
        int id;
        struct names *list;
    } lists[] = {{OPT_STEP, &cli->steps}, {OPT_OPTION, &cli->options}, {OPT_SKIP, &cli->skip}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].id == id)
            *texts[i].text = optarg;
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (flags[i].id == id)
            *flags[i].flag = true;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (lists[i].id == id)
            names_add(mem, lists[i].list, optarg);
    if (id == OPT_WAIT)
        return parse_number(parser, "--wait", 0, &cli->wait);
    if (id == OPT_RESTORE || id == OPT_KEEP)
        return parse_number(parser, id == OPT_KEEP ? "--keep" : "--restore", 1, &cli->seq);
    return 0;
}

static int bad_option(struct parser *parser, int id, char **argv)
{
    const char *word = argv[optind > 0 ? optind - 1 : 0];
    if (id == ':')
        return refuse_usage(parser, mem_printf(parser->mem, "%s needs a value", word));
    struct names valid = {0};
    for (const struct option *option = options; option->name != NULL; option++)
        names_add(parser->mem, &valid, mem_printf(parser->mem, "--%s", option->name));
    if (optopt != 0 && optopt < 256)
        word = mem_printf(parser->mem, "-%c", optopt);
    return refuse_usage(parser, mem_printf(parser->mem, "no option is called %s%s",
                                           text_escape(parser->mem, word, strlen(word)),
                                           text_did_you_mean(parser->mem, word, &valid)));
}

static int take_command(struct parser *parser, const char *word)
{
    struct names valid = {0};
    for (int i = COMMAND_CHECK; i < COMMANDS; i++) {
        names_add(parser->mem, &valid, cli_command_names[i]);
        if (strcmp(word, cli_command_names[i]) == 0)
            parser->cli->command = (enum command)i;
    }
    if (parser->cli->command != COMMAND_NONE)
        return 0;
    return refuse_usage(parser, mem_printf(parser->mem, "no command is called %s%s",
                                           text_escape(parser->mem, word, strlen(word)),
                                           text_did_you_mean(parser->mem, word, &valid)));
}

static int take_phase(struct parser *parser, const char *what, const char *name)
{
    if (name == NULL || names_have(&config_phases, name))
        return 0;
    return refuse_usage(parser, mem_printf(parser->mem, "%s: no phase is called %s%s", what,
                                           text_escape(parser->mem, name, strlen(name)),
                                           text_did_you_mean(parser->mem, name, &config_phases)));
}

static int take_wrap(struct parser *parser, const struct names *words, bool dashes)
{
    struct cli *cli = parser->cli;
    if (words->count < 2 || !dashes)
        return refuse_usage(parser, "wrap needs a phase and a command: tfhook wrap provision -- "
                                    "/usr/bin/teamforge provision");
    cli->name = words->names[0];
    for (size_t i = 1; i < words->count; i++)
        names_add(parser->mem, &cli->words, words->names[i]);
    return take_phase(parser, "wrap", cli->name);
}

/* What follows the command. */
static int take_words(struct parser *parser, const struct names *words, bool dashes)
{
    struct cli *cli = parser->cli;
    if (cli->command == COMMAND_WRAP)
        return take_wrap(parser, words, dashes);
    for (size_t i = 0; i < words->count; i++) {
        const char *word = words->names[i];
        bool takes_seq = cli->command == COMMAND_ROLLBACK || cli->command == COMMAND_HISTORY;
        if (takes_seq && cli->seq == 0 && text_number(word, 1, LONG_MAX, &cli->seq))
            continue;
        if (cli->command == COMMAND_PLUGINS && cli->name == NULL) {
            cli->name = word;
            continue;
        }
        /* -o KEY=VALUE KEY=VALUE ... */
        if (cli->options.count > 0 && strchr(word, '=') != NULL) {
            names_add(parser->mem, &cli->options, word);
            continue;
        }
        return refuse_usage(parser, mem_printf(parser->mem, "%s does not take \"%s\"",
                                               cli_command_names[cli->command],
                                               text_escape(parser->mem, word, strlen(word))));
    }
    return 0;
}

static int check_combination(struct parser *parser)
{
    struct cli *cli = parser->cli;
    for (size_t i = 0; i < sizeof limited / sizeof *limited; i++)
        if ((parser->given & (1u << i)) != 0 && (limited[i].commands & BIT(cli->command)) == 0)
            return refuse_usage(parser,
                                mem_printf(parser->mem, "%s does not belong to %s", limited[i].name,
                                           cli_command_names[cli->command]));
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
        return refuse_usage(parser,
                            mem_printf(parser->mem, "no hook is called %s%s",
                                       text_escape(parser->mem, cli->hook, strlen(cli->hook)),
                                       text_did_you_mean(parser->mem, cli->hook, &config_hooks)));
    if (take_phase(parser, "--from", cli->from) < 0 || take_phase(parser, "--to", cli->to) < 0)
        return -1;
    return 0;
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
    struct cli cli = {.config = DEFAULT_CONFIG};
    struct parser parser = {mem, &cli, err, 0};
    ret->json = asks_for_json(argc, argv);
    opterr = 0;
    for (int id; (id = getopt_long(argc, argv, ":c:qvo:h", options, NULL)) != -1;) {
        if (id == '?' || id == ':')
            return bad_option(&parser, id, argv);
        if (take_option(&parser, id) < 0)
            return -1;
        cli.config_given |= id == OPT_CONFIG;
    }
    bool dashes = optind > 1 && strcmp(argv[optind - 1], "--") == 0;
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
