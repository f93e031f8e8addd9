#include "request.h"

#include <jansson.h>
#include <string.h>

/* A struct request is the object itself. */
static json_t *object_of(const struct request *request)
{
    return (json_t *)(uintptr_t)request;
}

static json_t *text_or_null(const char *text)
{
    return text == NULL ? json_null() : json_string(text);
}

static json_t *keys_of(const struct tfhook_names *data)
{
    json_t *keys = json_object();
    for (size_t i = 0; keys != NULL && i < data->count; i++) {
        const char *word = data->names[i], *equals = strchr(word, '=');
        char key[256];
        size_t size = equals == NULL ? sizeof key : (size_t)(equals - word);
        if (size < sizeof key) {
            memcpy(key, word, size);
            key[size] = '\0';
        }
        if (size >= sizeof key || json_object_set_new(keys, key, json_string(equals + 1)) < 0) {
            json_decref(keys);
            return NULL;
        }
    }
    return keys;
}

struct request *request_new(const char *call, const struct tfhook_host *host,
                            const struct tfhook_names *data)
{
    json_t *object = json_object();
    int rc = json_object_set_new(object, "schema", json_integer(1));
    rc |= json_object_set_new(object, "call", json_string(call));
    rc |= json_object_set_new(object, "step", json_string(host->step));
    rc |= json_object_set_new(object, "hook", text_or_null(host->hook));
    rc |= json_object_set_new(object, "host", json_string(host->hostname));
    rc |= json_object_set_new(object, "root", json_string(host->root));
    rc |= json_object_set_new(object, "keys", keys_of(data));
    rc |= json_object_set_new(object, "staged", json_array());
    if (rc == 0)
        return (struct request *)object;
    json_decref(object);
    return NULL;
}

int request_add(struct request *request, const struct tfhook_staged *staged,
                const struct tfhook_data *content)
{
    static const char *const actions[] = {"write", "edit", "remove", "directory"};
    json_t *change = json_object(), *text = NULL;
    if (content != NULL && !staged->secret && content->size <= REQUEST_CONTENT_MAX)
        text = json_stringn((const char *)content->data, content->size);
    int rc = json_object_set_new(change, "path", json_string(staged->path));
    rc |= json_object_set_new(change, "action", json_string(actions[staged->action]));
    rc |= json_object_set_new(change, "secret", json_boolean(staged->secret));
    rc |= json_object_set_new(change, "old_sha256", text_or_null(staged->old_sha256));
    rc |= json_object_set_new(change, "new_sha256", text_or_null(staged->new_sha256));
    rc |= json_object_set_new(change, "content", text == NULL ? json_null() : text);
    if (rc != 0) {
        json_decref(change);
        return -1;
    }
    return json_array_append_new(json_object_get(object_of(request), "staged"), change);
}

char *request_text(const struct request *request)
{
    return json_dumps(object_of(request), JSON_COMPACT);
}

void request_free(struct request *request)
{
    json_decref(object_of(request));
}
