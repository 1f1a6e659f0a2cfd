/* Memory for secrets: locked, left out of core dumps, wiped when freed. */
#ifndef MWL_ARENA_H
#define MWL_ARENA_H

#include <stddef.h>

/* NULL when there is no memory. */
void *mwl_arena_alloc(size_t size);

/* Wipes the block and takes it back; `size` is what was asked for, NULL is fine. */
void mwl_arena_free(void *memory, size_t size);

#endif
