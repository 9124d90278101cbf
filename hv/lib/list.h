/*
 * Doubly linked list with its links inside the items, as Linux's list_head. An empty list, and
 * an item that is on no list, point to themselves.
 */
#ifndef HV_LIB_LIST_H
#define HV_LIB_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
    struct list *next, *prev;
};

#define container_of(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

static inline void list_init(struct list *list)
{
    list->next = list;
    list->prev = list;
}

static inline bool list_empty(const struct list *list)
{
    return list->next == list;
}

/* Puts item, which is on no list, in front of position: at the end, if position is the head. */
static inline void list_insert_before(struct list *position, struct list *item)
{
    item->next = position;
    item->prev = position->prev;
    position->prev->next = item;
    position->prev = item;
}

/* Moves item, which is on a list, in front of position. */
static inline void list_move_before(struct list *position, struct list *item)
{
    item->prev->next = item->next;
    item->next->prev = item->prev;
    list_insert_before(position, item);
}

/* Takes item off its list; harmless if it is on none. */
static inline void list_remove(struct list *item)
{
    item->prev->next = item->next;
    item->next->prev = item->prev;
    list_init(item);
}

#endif
