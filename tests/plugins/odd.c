/*
 * Plugins that are wrong before they are called: ODD_... says how. Each is a shared object of its
 * own, odd-NAME.so.
 */
#include <tfhook/plugin.h>

#include <stdint.h>
#include <unistd.h>

static int plan(const struct tfhook_host *host)
{
    (void)host;
    return TFHOOK_OK;
}

#ifdef ODD_EXITS
__attribute__((constructor)) static void leave(void)
{
    _exit(0);
}
#endif

static const struct tfhook_key keys[] = {
    {"a", TFHOOK_STRING, 0, NULL, NULL, 0, 0, NULL},
#ifdef ODD_TWICE
    {"a", TFHOOK_STRING, 0, NULL, NULL, 0, 0, NULL},
#endif
#ifdef ODD_TYPE
    {"b", (enum tfhook_type)77, 0, NULL, NULL, 0, 0, NULL},
#endif
#ifdef ODD_KEY
    {"Not A Key", TFHOOK_STRING, 0, NULL, NULL, 0, 0, NULL},
#endif
#ifdef ODD_CORE
    {"timeout", TFHOOK_NUMBER, 0, NULL, NULL, 1, 9, NULL},
#endif
#ifdef ODD_FALLBACK
    {"c", TFHOOK_NUMBER, 0, "eleven", NULL, 1, 9, NULL},
#endif
};

#ifndef ODD_SYMBOL
#define ODD_SYMBOL tfhook_plugin_v1
#endif
#ifndef ODD_SIZE
#define ODD_SIZE sizeof(struct tfhook_plugin)
#endif
#ifndef ODD_MINOR
#define ODD_MINOR TFHOOK_API_MINOR
#endif
#ifndef ODD_COUNT
#define ODD_COUNT (sizeof keys / sizeof *keys)
#endif

TFHOOK_EXPORT const struct tfhook_plugin ODD_SYMBOL = {
    .size = ODD_SIZE,
    .minor = ODD_MINOR,
    .name = ODD_NAME,
    .keys = keys,
    .key_count = ODD_COUNT,
    .key_size = sizeof(struct tfhook_key),
    .plan = plan,
};
