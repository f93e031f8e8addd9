#include "log.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

static bool progress_is_shown;

static void clear_progress(void)
{
    if (progress_is_shown)
        fputs("\r\033[K", stderr);
    progress_is_shown = false;
}

static void print_line(const char *kind, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

static void print_line(const char *kind, const char *format, va_list args)
{
    clear_progress();
    (void)fflush(stdout);
    fputs("tfhook: ", stderr);
    fputs(kind, stderr);
    (void)vfprintf(stderr, format, args);
    fputc('\n', stderr);
}

void log_error(const struct log *log, const char *format, ...)
{
    (void)log;
    va_list args;
    va_start(args, format);
    print_line("", format, args);
    va_end(args);
}

void log_warn(const struct log *log, const char *format, ...)
{
    (void)log;
    va_list args;
    va_start(args, format);
    print_line("warning: ", format, args);
    va_end(args);
}

void log_info(const struct log *log, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (!log->quiet)
        print_line("", format, args);
    va_end(args);
}

void log_debug(const struct log *log, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (log->verbose)
        print_line("", format, args);
    va_end(args);
}

enum tfhook_level log_level_shown(const struct log *log)
{
    return log->verbose ? TFHOOK_DEBUG : log->quiet ? TFHOOK_WARNING : TFHOOK_INFO;
}

void log_progress(const struct log *log, const char *what, long done, long total)
{
    if (!log->terminal || log->quiet)
        return;
    clear_progress();
    if (what == NULL)
        return;
    if (total > 0)
        (void)fprintf(stderr, "\r%.60s %ld/%ld", what, done, total);
    else
        (void)fprintf(stderr, "\r%.60s", what);
    (void)fflush(stderr);
    progress_is_shown = true;
}

bool log_is_new(const char *text)
{
    /* Hashes will do: a note that is lost to a collision is no loss. */
    static uint64_t seen[256];
    static size_t count;
    uint64_t hash = 14695981039346656037u;
    for (const char *s = text; *s != '\0'; s++)
        hash = (hash ^ (unsigned char)*s) * 1099511628211u;
    for (size_t i = 0; i < count; i++)
        if (seen[i] == hash)
            return false;
    if (count < sizeof seen / sizeof *seen)
        seen[count++] = hash;
    return true;
}
