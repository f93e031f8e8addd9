/*
 * Where in an array the items with a given hash may be: a table of places, without the items, which
 * move as their array grows. Up to 2^32 - 2 places. Pure.
 *
 * Order: start with `struct index index = {0};`, index_add() each place, then index_first() and
 * index_next() until INDEX_NONE; compare what is at each place, as different items may share a
 * hash, and a place may hold another item by now. index_clear() when items have changed places:
 * the table is empty then, and is filled anew by who owns it. False: memory is out.
 *
 * The tables of the C library and of OpenSSL keep pointers to the items, or one item a key.
 */
#ifndef TFHOOK_LIB_HASH_INDEX_H
#define TFHOOK_LIB_HASH_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INDEX_NONE SIZE_MAX

struct index {
    struct index_slot *slots;
    size_t room, count;
};

struct index_walk {
    uint32_t hash;
    size_t slot;
};

uint32_t index_hash(const void *key, size_t size);
bool index_add(struct index *index, uint32_t hash, size_t place)
    __attribute__((warn_unused_result));
size_t index_first(const struct index *index, uint32_t hash, struct index_walk *ret);
size_t index_next(const struct index *index, struct index_walk *walk);
void index_clear(struct index *index);

#endif
