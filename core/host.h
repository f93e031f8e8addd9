/*
 * The host table that a plugin's call is given: the child's side of the interface. Reads look at
 * the disk through the stage; everything else leaves as records.
 *
 * Order, in the child: fill a struct guest, host_table(), run the plugin's function with the table,
 * then guest_end() with its result. Nothing here survives the child.
 */
#ifndef TFHOOK_HOST_H
#define TFHOOK_HOST_H

#include "digest.h"
#include "process.h"
#include "record.h"
#include "settings.h"
#include "stage.h"
#include "world.h"

#include <stdbool.h>

struct seen_file {
    const char *real;
    unsigned char sha256[DIGEST_SIZE];
};

struct guest {
    struct mem *mem;
    const struct world *world;
    const struct step *step;
    const char *hook; /* NULL outside hooks */
    const struct settings *settings;
    struct stage *stage;         /* the child's copy */
    bool may_stage;              /* plan */
    bool may_publish;            /* verify; reports and findings */
    enum tfhook_level log_level; /* the least that is shown */
    int fd;                      /* records go here */
    int aside;                   /* and requests here (aside.h) */
    int64_t progress_ms;         /* when progress was told last, */
    char progress_of[64];        /* and of what */
    struct seen_file *seen;
    size_t seen_count;
    struct programs programs; /* of all processes, at the first look that went aside */
    bool programs_seen;
    const char *message; /* of the step */
    const char *misuse;  /* the first misuse of the interface; fails the step */
};

void host_table(struct guest *guest, struct tfhook_host *ret);

/* Send the end record, misuse considered. */
void guest_end(struct guest *guest, int result);

/* For the other parts of host.c. */
int guest_misuse(struct guest *guest, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void guest_send(struct guest *guest, const struct record *record);
int guest_resolve(struct guest *guest, const char *path, const char **ret)
    __attribute__((warn_unused_result));
/* The setting of that name; NULL, and a misuse, when the plugin does not declare it. */
const struct setting *guest_setting(struct guest *guest, const char *key);

/* host_report.c: the functions that report; host_stage.c: those that propose; host_probe.c: those
 * that run commands; host_process.c: the one that looks at processes. */
void host_table_report(struct tfhook_host *ret);
void host_table_stage(struct tfhook_host *ret);
void host_table_probe(struct tfhook_host *ret);
void host_table_process(struct tfhook_host *ret);

#endif
