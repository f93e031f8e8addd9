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

static void say(const char *kind, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

static void say(const char *kind, const char *format, va_list args)
{
    clear_progress();
    (void)fflush(stdout);
    fputs("tfhook: ", stderr);
    fputs(kind, stderr);
    (void)vfprintf(stderr, format, args);
    fputc('\n', stderr);
}

void talk_error(const struct talk *talk, const char *format, ...)
{
    (void)talk;
    va_list args;
    va_start(args, format);
    say("", format, args);
    va_end(args);
}

void talk_warn(const struct talk *talk, const char *format, ...)
{
    (void)talk;
    va_list args;
    va_start(args, format);
    say("warning: ", format, args);
    va_end(args);
}

void talk_info(const struct talk *talk, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (!talk->quiet)
        say("", format, args);
    va_end(args);
}

void talk_debug(const struct talk *talk, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (talk->verbose)
        say("", format, args);
    va_end(args);
}

enum tfhook_level talk_level(const struct talk *talk)
{
    return talk->verbose ? TFHOOK_DEBUG : talk->quiet ? TFHOOK_WARNING : TFHOOK_INFO;
}

void talk_progress(const struct talk *talk, const char *what, long done, long total)
{
    if (!talk->terminal || talk->quiet)
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

bool talk_is_new(const char *text)
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
