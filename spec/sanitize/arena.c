/* In the place of csrc/arena.c, whose pages ASan does not look into: each secret, address and body is
   a block of its own, which may be refused, must not be overrun, used again or lost, and is given
   back with the size it was asked for with. */
#include "../../csrc/arena.h"

void *mwl_arena_alloc(size_t size) { return malloc(size); }

void mwl_arena_free(void *memory, size_t size) {
  if (memory == NULL) return;
  if (malloc_usable_size(memory) != size) {
    fprintf(stderr, "a block of %zu bytes is freed as one of %zu\n", malloc_usable_size(memory),
            size);
    abort();
  }
  explicit_bzero(memory, size);
  free(memory);
}
