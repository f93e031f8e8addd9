/*
 * What the program says while it works: to stderr, so that stdout holds data only. Set up once
 * from the command line. Text given here must be escaped already where it came from elsewhere.
 */
#ifndef TFHOOK_LOG_H
#define TFHOOK_LOG_H

#include <stdbool.h>
#include <tfhook/plugin.h>

struct log {
    bool quiet;
    bool verbose;
    bool json;
    bool color_out; /* stdout is a terminal that may be coloured */
    bool terminal;  /* stderr is one: progress lines */
};

/* The least that is shown. */
enum tfhook_level log_level_shown(const struct log *log);

/* "tfhook: ...", then a new line. error and warn always; info unless -q. */
#define log_error(log, ...) log_say((log), LOG_ERROR, __VA_ARGS__)
#define log_warn(log, ...) log_say((log), TFHOOK_WARNING, __VA_ARGS__)
#define log_info(log, ...) log_say((log), TFHOOK_INFO, __VA_ARGS__)
enum { LOG_ERROR = TFHOOK_WARNING + 1 };
void log_say(const struct log *log, long level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A line that is written over by the next; only on a terminal. total 0: unknown. NULL: clear it. */
void log_progress(const struct log *log, const char *what, long done, long total);

/* True the first time that this text comes in this process; the same note of several calls is shown
 * once. */
bool log_is_new(const char *text);

#endif
