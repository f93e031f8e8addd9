/*
 * Where in an array the items with a given hash may be: a table of places, without the items, which
 * move as their array grows. Up to 2^32 - 2 places. Pure.
 *
 * Order: start with `struct hash_index index = {0};`, hash_index_add() each place, then
 * hash_index_first() and hash_index_next() until HASH_INDEX_NONE; compare what is at each place, as
 * different items may share a hash, and a place may hold another item by now. hash_index_clear()
 * when items have changed places: the table is empty then, and is filled anew by who owns it.
 * False: memory is out.
 *
 * The tables of the C library and of OpenSSL keep pointers to the items, or one item a key.
 */
#ifndef TFHOOK_LIB_HASH_INDEX_H
#define TFHOOK_LIB_HASH_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HASH_INDEX_NONE SIZE_MAX

struct hash_index {
    struct hash_index_slot *slots;
    size_t room, count;
};

struct hash_index_walk {
    uint32_t hash;
    size_t slot;
};

uint32_t hash_index_hash(const void *key, size_t size);
bool hash_index_add(struct hash_index *index, uint32_t hash, size_t place)
    __attribute__((warn_unused_result));
size_t hash_index_first(const struct hash_index *index, uint32_t hash, struct hash_index_walk *ret);
size_t hash_index_next(const struct hash_index *index, struct hash_index_walk *walk);
void hash_index_clear(struct hash_index *index);

#endif
