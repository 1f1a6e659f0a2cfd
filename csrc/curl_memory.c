#include "curl_memory.h"

#include <curl/curl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* libcurl takes and frees some fifty blocks with every transfer. malloc keeps seven of a size at hand;
   beyond that it joins and splits them, goes through all that is free for any that is not small, and
   gives the largest back to the system, page by page: here they are kept, wiped. */
#define SMALL 64    /* classes of malloc's own sizes: 8, 24, 40, … */
#define SMALLEST 10 /* of the large ones, four to each power of two: a power, like LARGEST */
#define LARGEST 17
#define CLASSES (SMALL + (LARGEST - SMALLEST) * 4)
#define ROOM 64
#define KEPT_BYTES ((size_t)512 * 1024) /* of a class */

#ifdef __SANITIZE_ADDRESS__
#define KEPT 0 /* each block comes and goes before its eyes */
#else
#define KEPT ROOM
#endif

/* A text that libcurl puts together grows from 32 bytes on, and each time it would be copied, wiped and
   freed: most need no more than this. */
#define GROWN_FIRST 512

/* The thread that started libcurl keeps blocks, and needs no lock for it; resolver threads, which ask
   as well, go to malloc. */
static _Atomic pthread_t owner;
static void *kept[CLASSES][ROOM];
static int kept_count[CLASSES];
static atomic_ulong refusals;

/* == classes; below 0: none, it is not kept ====================================================== */

static size_t size_of(int class) {
  if (class < SMALL) return (size_t) class * 16 + 8;
  return (size_t)(4 + class % 4) << (SMALLEST - 2 + (class - SMALL) / 4);
}

/* The class whose size a block has, or a little more than that. */
static int class_of(size_t block) {
  int power;
  if (block < 8 || block >= (size_t)1 << LARGEST) return -1;
  if (block < (size_t)1 << SMALLEST) return (int)(block - 8) / 16;
  power = (int)sizeof(unsigned long) * 8 - 1 - __builtin_clzl(block);
  return SMALL + (power - SMALLEST) * 4 + (int)(block >> (power - 2) & 3);
}

/* The class whose blocks hold what is asked for. */
static int class_for(size_t size) {
  int class = class_of(size < 8 ? 8 : size);
  if (class >= 0 && size_of(class) < size) class ++;
  return class < CLASSES ? class : -1;
}

static int is_owner(void) {
  return pthread_equal(pthread_self(), atomic_load_explicit(&owner, memory_order_relaxed));
}

/* A kept block of a class, all of it 0; NULL: none. */
static void *take_kept(int class) {
  if (class < 0 || !is_owner() || kept_count[class] == 0) return NULL;
  return kept[class][--kept_count[class]];
}

/* 0: there are enough of them. */
static int keep(void *memory, size_t size) {
  int class = class_of(size);
  if (class < 0 || !is_owner() || kept_count[class] >= KEPT ||
      (size_t)kept_count[class] * size_of(class) >= KEPT_BYTES) {
    return 0;
  }
  kept[class][kept_count[class]++] = memory;
  return 1;
}

/* == what libcurl calls ========================================================================== */

static void *counted(void *memory) {
  if (memory == NULL) atomic_fetch_add_explicit(&refusals, 1, memory_order_relaxed);
  return memory;
}

static void *take(size_t size) {
  int class = class_for(size);
  void *memory = take_kept(class);
  return memory != NULL ? memory : counted(malloc(class < 0 ? size : size_of(class)));
}

static void *take_zeroed(size_t count, size_t size) {
  size_t all;
  int class;
  void *memory;
  if (__builtin_mul_overflow(count, size, &all)) return counted(NULL);
  class = class_for(all);
  memory = take_kept(class);
  return memory != NULL ? memory : counted(calloc(1, class < 0 ? all : size_of(class)));
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
  grown = take(size < GROWN_FIRST ? GROWN_FIRST : size);
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
  pthread_t nobody = 0;
  atomic_compare_exchange_strong(&owner, &nobody, pthread_self());
  return curl_global_init_mem(CURL_GLOBAL_DEFAULT, take, give_back, resize, copy, take_zeroed) ==
         CURLE_OK;
}
