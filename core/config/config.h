/*
 * The configuration: INI sections turned into phases and steps. Knows the core's own keys; a step's
 * other keys are kept for its plugin's descriptor to judge (step_settings.h). Read once at the
 * start; every problem of the file is reported, not only the first.
 */
#ifndef TFHOOK_CONFIG_H
#define TFHOOK_CONFIG_H

#include "ini_text.h"

#include <stdbool.h>

struct phase {
    const char *name;
    struct names *commands; /* the words of each */
    size_t command_count;
    struct names only_on; /* empty: every host */
    unsigned line;
};

struct step {
    const char *name;
    const char *plugin;
    struct names hooks;
    struct names only_on;
    long timeout; /* seconds */
    bool ignore_failure;
    const struct ini_entry *entries; /* for the plugin */
    size_t entry_count;
    unsigned line;
};

struct config {
    const char *file;       /* for messages; "-o" for a step of the command line */
    const char *plugin_dir; /* NULL: the default */
    const char *state_dir;  /* NULL: the default */
    long timeout;
    long keep; /* transactions that history keeps */
    const struct ini_entry *site;
    size_t site_count;
    struct phase *phases;
    size_t phase_count;
    struct step *steps;
    size_t step_count;
};

extern const char *const config_phase_names[]; /* ends with NULL */

bool config_is_phase(const char *name);
bool config_is_hook(const char *name);
/* ", did you mean X?" or "" */
const char *config_did_you_mean(struct mem *mem, const char *name, const struct names *candidates);
/* All hooks, for suggestions. */
struct names config_hooks(struct mem *mem);

void config_parse(struct mem *mem, const char *file, const struct blob *text, struct config *ret,
                  struct names *problems);

/* A pipeline of one step: --plugin NAME -o KEY=VALUE... */
void config_of_options(struct mem *mem, const char *plugin, const struct names *options,
                       struct config *ret, struct names *problems);

/* Is `hostname` (as gethostname gives it) named by the list, short or full? An empty list names
 * every host. */
bool config_names_host(const struct names *only_on, const char *hostname);

#endif
