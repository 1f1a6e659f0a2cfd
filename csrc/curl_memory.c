#include "curl_memory.h"

#include <curl/curl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* libcurl takes and frees its buffers with every transfer. malloc gives the largest back to the system,
   page by page, and goes through all that is free for any that is not small: some are kept, wiped. */
#define SMALLEST 10 /* powers of two, like LARGEST */
#define LARGEST 17
#define CLASSES ((LARGEST - SMALLEST) * 4)
#define KEPT 32

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *kept[CLASSES][KEPT];
static int kept_count[CLASSES];
static atomic_ulong refusals; /* resolver threads ask, too */

/* The class of a block: four to each power of two. Below 0: it is not kept. */
static int class_of(size_t size) {
  int power;
  if (size < (size_t)1 << SMALLEST || size >= (size_t)1 << LARGEST) return -1;
  power = (int)sizeof(unsigned long) * 8 - 1 - __builtin_clzl(size);
  return (power - SMALLEST) * 4 + (int)(size >> (power - 2) & 3);
}

/* A kept block of the size, all of it 0; NULL: none. */
static void *take_kept(size_t size) {
  int class = class_of(size);
  void *found = NULL;
  if (class < 0) return NULL;
  pthread_mutex_lock(&lock);
  for (int i = kept_count[class] - 1; i >= 0 && found == NULL; i--) {
    if (malloc_usable_size(kept[class][i]) < size) continue;
    found = kept[class][i];
    kept[class][i] = kept[class][--kept_count[class]];
  }
  pthread_mutex_unlock(&lock);
  return found;
}

/* 0: there are enough of them. */
static int keep(void *memory, size_t size) {
  int class = class_of(size);
  int room;
  if (class < 0) return 0;
  pthread_mutex_lock(&lock);
  room = kept_count[class] < KEPT;
  if (room) kept[class][kept_count[class]++] = memory;
  pthread_mutex_unlock(&lock);
  return room;
}

static void *counted(void *memory) {
  if (memory == NULL) atomic_fetch_add_explicit(&refusals, 1, memory_order_relaxed);
  return memory;
}

static void *take(size_t size) {
  void *memory = take_kept(size);
  return memory != NULL ? memory : counted(malloc(size));
}

static void *take_zeroed(size_t count, size_t size) {
  void *memory = NULL;
  size_t all;
  if (!__builtin_mul_overflow(count, size, &all)) memory = take_kept(all);
  return memory != NULL ? memory : counted(calloc(count, size));
}

static void give_back(void *memory) {
  size_t size;
  if (memory == NULL) return;
  size = malloc_usable_size(memory);
  explicit_bzero(memory, size);
  if (!keep(memory, size)) free(memory);
}

static void *resize(void *memory, size_t size) {
  size_t used = memory != NULL ? malloc_usable_size(memory) : 0;
  void *grown;
  if (memory != NULL && size <= used) return memory;
  grown = take(size);
  if (grown == NULL || memory == NULL) return grown;
  memcpy(grown, memory, used);
  give_back(memory);
  return grown;
}

static char *copy(const char *text) { return counted(strdup(text)); }

unsigned long mwl_curl_refusals(void) {
  return atomic_load_explicit(&refusals, memory_order_relaxed);
}

int mwl_curl_start(void) {
  return curl_global_init_mem(CURL_GLOBAL_DEFAULT, take, give_back, resize, copy, take_zeroed) ==
         CURLE_OK;
}
