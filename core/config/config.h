/*
 * The configuration: INI sections turned into phases and steps. Knows tfhook's own keys; a step's
 * other keys are for its plugin's descriptor to judge (step_settings.h). Read once at the start;
 * every problem of the file is reported, not only the first.
 */
#ifndef TFHOOK_CONFIG_H
#define TFHOOK_CONFIG_H

#include "ini_text.h"

#include <tfhook/plugin.h>

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
    const struct ini_entry *entries; /* all, config_step_keys[] included */
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

extern const struct names config_phases; /* the names that a phase may have */
extern const struct names config_hooks;

/* The keys of every step, whatever its plugin. */
enum { STEP_PLUGIN, STEP_HOOK, STEP_ONLY_ON, STEP_TIMEOUT, STEP_ON_FAILURE, STEP_KEYS };
extern const struct tfhook_key config_step_keys[STEP_KEYS];

void config_parse(struct mem *mem, const char *file, const struct blob *text, struct config *ret,
                  struct names *problems);

/* A pipeline of one step: --plugin NAME -o KEY=VALUE... */
void config_of_options(struct mem *mem, const char *plugin, const struct names *options,
                       struct config *ret, struct names *problems);

/* Is `hostname` (as gethostname gives it) named by the list, short or full? An empty list names
 * every host. */
bool config_names_host(const struct names *only_on, const char *hostname);

#endif
