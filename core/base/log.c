#include "log.h"

#include "text.h"

#include <stdio.h>

static bool progress_is_shown;

static void clear_progress(void)
{
    if (progress_is_shown)
        fputs("\r\033[K", stderr);
    progress_is_shown = false;
}

enum tfhook_level log_level_shown(const struct log *log)
{
    return log->verbose ? TFHOOK_DEBUG : log->quiet ? TFHOOK_WARNING : TFHOOK_INFO;
}

void log_say(const struct log *log, long level, const char *format, ...)
{
    if (level < (long)log_level_shown(log))
        return;
    clear_progress();
    (void)fflush(stdout);
    (void)fprintf(stderr, "tfhook: %s", level == TFHOOK_WARNING ? "warning: " : "");
    va_list args;
    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
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
    enum { REMEMBERED = 256 };
    static struct mem mem; /* freed by the end of the process */
    static struct names seen;
    if (names_have(&seen, text))
        return false;
    if (seen.count < REMEMBERED)
        names_add(&mem, &seen, mem_str(&mem, text));
    return true;
}
