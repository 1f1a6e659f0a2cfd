#include "arena.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Locking is best effort (RLIMIT_MEMLOCK), wiping is not; a forked child finds the pages empty. */

#define CHUNK_SIZE (64 * 1024)
#define SMALLEST_SHIFT 5 /* 32 bytes */
#define CLASSES 9        /* 32 bytes … 8 KiB; what is larger gets pages of its own */

struct block {
  struct block *next;
};

static pthread_mutex_t arena_lock = PTHREAD_MUTEX_INITIALIZER;
static struct block *free_blocks[CLASSES];
static char *chunk_next;
static size_t chunk_left;

static void *map_pages(size_t size) {
  void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) return NULL;
  (void)mlock(pages, size);
#ifdef MADV_DONTDUMP
  (void)madvise(pages, size, MADV_DONTDUMP);
#endif
#ifdef MADV_WIPEONFORK
  (void)madvise(pages, size, MADV_WIPEONFORK);
#endif
  return pages;
}

static size_t whole_pages(size_t size) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  return (size + page - 1) / page * page;
}

/* CLASSES when the size needs pages of its own. */
static int class_of(size_t size) {
  for (int size_class = 0; size_class < CLASSES; size_class++) {
    if (size <= (size_t)1 << (SMALLEST_SHIFT + size_class)) return size_class;
  }
  return CLASSES;
}

static void *take_block(int size_class) {
  size_t size = (size_t)1 << (SMALLEST_SHIFT + size_class);
  struct block *block = free_blocks[size_class];
  if (block != NULL) {
    free_blocks[size_class] = block->next;
    block->next = NULL;
    return block;
  }
  if (chunk_left < size) {
    char *chunk = map_pages(CHUNK_SIZE);
    if (chunk == NULL) return NULL;
    chunk_next = chunk;
    chunk_left = CHUNK_SIZE;
  }
  block = (struct block *)(void *)chunk_next;
  chunk_next += size;
  chunk_left -= size;
  return block;
}

void *mwl_arena_alloc(size_t size) {
  int size_class = class_of(size);
  void *block;
  if (size_class == CLASSES) {
    if (size > SIZE_MAX / 2) return NULL;
    return map_pages(whole_pages(size));
  }
  pthread_mutex_lock(&arena_lock);
  block = take_block(size_class);
  pthread_mutex_unlock(&arena_lock);
  return block;
}

void mwl_arena_free(void *memory, size_t size) {
  struct block *block = memory;
  int size_class = class_of(size);
  if (memory == NULL) return;
  explicit_bzero(memory, size);
  if (size_class == CLASSES) {
    munmap(memory, whole_pages(size));
    return;
  }
  pthread_mutex_lock(&arena_lock);
  block->next = free_blocks[size_class];
  free_blocks[size_class] = block;
  pthread_mutex_unlock(&arena_lock);
}
