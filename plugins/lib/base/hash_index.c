#include "hash_index.h"

#include <stdlib.h>

struct hash_index_slot {
    uint32_t hash;
    uint32_t place; /* from 1; 0 is a free slot */
};

/* FNV-1a */
uint32_t hash_index_hash(const void *key, size_t size)
{
    const unsigned char *at = key;
    uint32_t hash = 0x811c9dc5;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ at[i]) * 0x1000193;
    return hash;
}

static void put_slot(struct hash_index *index, struct hash_index_slot slot)
{
    size_t at = slot.hash & (index->room - 1);
    while (index->slots[at].place != 0)
        at = (at + 1) & (index->room - 1);
    index->slots[at] = slot;
}

/* The room is a power of two, half full at most. */
static bool make_room(struct hash_index *index)
{
    if (index->count < index->room / 2)
        return true;
    struct hash_index larger = {.room = index->room == 0 ? 256 : index->room * 2,
                                .count = index->count};
    larger.slots = calloc(larger.room, sizeof *larger.slots);
    if (larger.slots == NULL)
        return false;
    for (size_t i = 0; i < index->room; i++)
        if (index->slots[i].place != 0)
            put_slot(&larger, index->slots[i]);
    free(index->slots);
    *index = larger;
    return true;
}

bool hash_index_add(struct hash_index *index, uint32_t hash, size_t place)
{
    if (place >= UINT32_MAX || !make_room(index))
        return false;
    put_slot(index, (struct hash_index_slot){hash, (uint32_t)place + 1});
    index->count++;
    return true;
}

static size_t find_slot(const struct hash_index *index, struct hash_index_walk *walk)
{
    for (; index->slots[walk->slot].place != 0; walk->slot = (walk->slot + 1) & (index->room - 1))
        if (index->slots[walk->slot].hash == walk->hash)
            return index->slots[walk->slot].place - 1;
    return HASH_INDEX_NONE;
}

size_t hash_index_first(const struct hash_index *index, uint32_t hash, struct hash_index_walk *ret)
{
    *ret = (struct hash_index_walk){.hash = hash};
    if (index->room == 0)
        return HASH_INDEX_NONE;
    ret->slot = hash & (index->room - 1);
    return find_slot(index, ret);
}

size_t hash_index_next(const struct hash_index *index, struct hash_index_walk *walk)
{
    walk->slot = (walk->slot + 1) & (index->room - 1);
    return find_slot(index, walk);
}

void hash_index_clear(struct hash_index *index)
{
    free(index->slots);
    *index = (struct hash_index){0};
}
