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
#define SMALL 64    /* bins of malloc's own sizes: 8, 24, 40, … */
#define SMALLEST 10 /* of the large ones, four to each power of two: a power, like LARGEST */
#define LARGEST 17
#define BINS (SMALL + (LARGEST - SMALLEST) * 4)
#define ROOM 64
#define KEPT_BYTES ((size_t)512 * 1024) /* of a bin */

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
static void *kept[BINS][ROOM];
static int kept_count[BINS];
static atomic_ulong refusals;

/* == bins; below 0: none, it is not kept ======================================================= */

static size_t size_of(int bin) {
  if (bin < SMALL) return (size_t)bin * 16 + 8;
  return (size_t)(4 + bin % 4) << (SMALLEST - 2 + (bin - SMALL) / 4);
}

/* The bin whose size a block has, or a little more than that. */
static int bin_of(size_t block) {
  int power;
  if (block < 8 || block >= (size_t)1 << LARGEST) return -1;
  if (block < (size_t)1 << SMALLEST) return (int)(block - 8) / 16;
  power = (int)sizeof(unsigned long) * 8 - 1 - __builtin_clzl(block);
  return SMALL + (power - SMALLEST) * 4 + (int)(block >> (power - 2) & 3);
}

/* The bin whose blocks hold what is asked for. */
static int bin_for(size_t size) {
  int bin = bin_of(size < 8 ? 8 : size);
  if (bin >= 0 && size_of(bin) < size) bin++;
  return bin < BINS ? bin : -1;
}

static int is_owner(void) {
  return pthread_equal(pthread_self(), atomic_load_explicit(&owner, memory_order_relaxed));
}

/* A kept block of a bin, all of it 0; NULL: none. */
static void *take_kept(int bin) {
  if (bin < 0 || !is_owner() || kept_count[bin] == 0) return NULL;
  return kept[bin][--kept_count[bin]];
}

/* 0: there are enough of them. */
static int keep(void *memory, size_t size) {
  int bin = bin_of(size);
  if (bin < 0 || !is_owner() || kept_count[bin] >= KEPT ||
      (size_t)kept_count[bin] * size_of(bin) >= KEPT_BYTES) {
    return 0;
  }
  kept[bin][kept_count[bin]++] = memory;
  return 1;
}

/* == what libcurl calls ========================================================================== */

static void *counted(void *memory) {
  if (memory == NULL) atomic_fetch_add_explicit(&refusals, 1, memory_order_relaxed);
  return memory;
}

static void *take(size_t size) {
  int bin = bin_for(size);
  void *memory = take_kept(bin);
  return memory != NULL ? memory : counted(malloc(bin < 0 ? size : size_of(bin)));
}

static void *take_zeroed(size_t count, size_t size) {
  size_t all;
  int bin;
  void *memory;
  if (__builtin_mul_overflow(count, size, &all)) return counted(NULL);
  bin = bin_for(all);
  memory = take_kept(bin);
  return memory != NULL ? memory : counted(calloc(1, bin < 0 ? all : size_of(bin)));
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
