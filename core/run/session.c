#include "session.h"

#include "descriptors.h"
#include "file.h"
#include "invoker_environment.h"
#include "secure_path.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_STATE_DIR "/var/lib/tfhook"

enum { CONFIG_MAX = 1024 * 1024 };

static const char *from_cwd(struct mem *mem, const char *path)
{
    char cwd[PATH_MAX];
    if (path[0] == '/' || getcwd(cwd, sizeof cwd) == NULL)
        return path;
    return mem_printf(mem, "%s/%s", cwd, path);
}

static int set_root(struct session *session, struct err *err)
{
    session->environment.root.dir = "";
    if (session->cli.root == NULL)
        return 0;
    char *real = realpath(session->cli.root, NULL);
    if (real == NULL)
        return err_errno(err, STATUS_USAGE, errno, "--root %s", session->cli.root);
    session->environment.root.dir = strcmp(real, "/") == 0 ? "" : mem_str(session->mem, real);
    free(real);
    return 0;
}

static const struct root everywhere = {.dir = ""};

/* From the command line as it is, from the config below --root. */
static int choose_directory(struct session *session, const char *option, const char *key,
                            const char *what, const char **ret, struct err *err)
{
    const struct root *root = option != NULL ? &everywhere : &session->environment.root;
    const char *path = option != NULL ? from_cwd(session->mem, option) : key;
    return secure_path_resolve(session->mem, root, path, what, ret, err);
}

/* Who can write a journal can have any file put back, or removed; a note is a plugin's own word. */
static int check_state_dir(struct session *session, struct err *err)
{
    struct mem *mem = session->mem;
    const char *dir = session->environment.state_dir;
    const char *what = mem_printf(mem, "the state directory %s is not used", dir);
    static const char *const held[] = {"", "/transactions", "/notes", "/log"};
    if (session->cli.command == COMMAND_PLUGINS)
        return 0;
    for (size_t i = 0; i < sizeof held / sizeof *held; i++)
        if (secure_path_check_directory(mem_printf(mem, "%s%s", dir, held[i]), what, err) < 0)
            return -1;
    return 0;
}

/* That of the installation that the program is part of, wherever it was moved to. */
static const char *default_plugin_dir(struct mem *mem)
{
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program);
    if (length <= 0 || (size_t)length >= sizeof program)
        return TFHOOK_PLUGIN_DIR;
    const char *beside = mem_printf(mem, "%s/" TFHOOK_PLUGINS_FROM_PROGRAM,
                                    file_parent(mem, mem_strn(mem, program, (size_t)length)));
    return access(beside, F_OK) == 0 ? beside : TFHOOK_PLUGIN_DIR;
}

int session_open(struct session *session, struct err *err)
{
    struct run_environment *environment = &session->environment;
    const char *state = session->config.state_dir;
    const char *plugins = session->cli.plugin_dir;
    if (plugins == NULL && session->config.plugin_dir == NULL)
        plugins = default_plugin_dir(session->mem); /* never below --root */
    run_environment_init(session->mem, environment);
    if (set_root(session, err) < 0 ||
        choose_directory(session, session->cli.state_dir, state != NULL ? state : DEFAULT_STATE_DIR,
                         "the state directory is not used", &environment->state_dir, err) < 0 ||
        choose_directory(session, plugins, session->config.plugin_dir,
                         "the plugin directory is not used", &environment->plugin_dir, err) < 0)
        return -1;
    return check_state_dir(session, err);
}

/* Who can write the config can have commands run as root. */
int session_config_text(struct session *session, struct blob *ret, struct err *err)
{
    struct mem *mem = session->mem;
    const char *file = session->cli.config;
    const char *what = mem_printf(mem, "the config %s is not read", file);
    const char *real = NULL;
    if (secure_path_resolve(mem, &everywhere, from_cwd(mem, file), what, &real, err) < 0)
        return -1;
    int rc = access(real, F_OK) < 0 ? -errno : 0;
    if (rc == 0) {
        int directory = secure_path_open_directory(file_parent(mem, real), what, err);
        int fd = directory < 0 ? -1
                               : secure_path_open_file(mem, directory, file_parent(mem, real),
                                                       strrchr(real, '/') + 1, what, err);
        rc = fd < 0 ? -1 : descriptor_read(mem, fd, CONFIG_MAX, ret);
        descriptor_close(&directory);
        descriptor_close(&fd);
    }
    return err_errno(err, STATUS_REJECTED, -rc, "cannot read the config %s%s", file,
                     rc == -ENOENT ? " (name another with -c FILE, or use --plugin NAME -o "
                                     "KEY=VALUE)"
                                   : "");
}

const char *session_program(const struct session *session)
{
    const struct cli *cli = &session->cli;
    struct mem *mem = session->mem;
    const char *words = "tfhook";
    const char *const given[][2] = {{"-c", cli->config_given ? cli->config : NULL},
                                    {"--root", cli->root},
                                    {"--state-dir", cli->state_dir}};
    for (size_t i = 0; i < sizeof given / sizeof *given; i++)
        if (given[i][1] != NULL)
            words =
                mem_printf(mem, "%s %s %s", words, given[i][0], text_shell_word(mem, given[i][1]));
    return words;
}

const char *session_user(struct session *session)
{
    const struct passwd *user = getpwuid(getuid());
    const char *name = user != NULL ? user->pw_name : mem_printf(session->mem, "%u", getuid());
    for (char *const *entry = invoker_environment(); *entry != NULL; entry++)
        if (strncmp(*entry, "SUDO_USER=", 10) == 0)
            return mem_printf(session->mem, "%s (sudo by %s)", name,
                              text_shown(session->mem, *entry + 10));
    return mem_str(session->mem, name);
}
