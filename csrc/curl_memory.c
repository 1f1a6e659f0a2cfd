#include "curl_memory.h"

#include <curl/curl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* libcurl takes and frees its buffers with every transfer, and malloc gives such large blocks back to
   the system, page by page: a few are kept, wiped. */
#define LARGE 4096
#define LARGEST (128 * 1024)
#define KEPT 64

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *kept[KEPT];
static int kept_count;
static atomic_ulong refusals; /* resolver threads ask, too */

/* The block that was kept last and has the size, without too much to spare; NULL: none. */
static void *take_kept(size_t size) {
  void *found = NULL;
  pthread_mutex_lock(&lock);
  for (int i = kept_count - 1; i >= 0 && found == NULL; i--) {
    size_t room = malloc_usable_size(kept[i]);
    if (room < size || room / 2 > size) continue;
    found = kept[i];
    kept[i] = kept[--kept_count];
  }
  pthread_mutex_unlock(&lock);
  return found;
}

/* 0: there are enough of them. */
static int keep(void *memory) {
  int room;
  pthread_mutex_lock(&lock);
  room = kept_count < KEPT;
  if (room) kept[kept_count++] = memory;
  pthread_mutex_unlock(&lock);
  return room;
}

static void *counted(void *memory) {
  if (memory == NULL) atomic_fetch_add_explicit(&refusals, 1, memory_order_relaxed);
  return memory;
}

static void *take(size_t size) {
  void *memory = size >= LARGE && size <= LARGEST ? take_kept(size) : NULL;
  return memory != NULL ? memory : counted(malloc(size));
}

static void give_back(void *memory) {
  size_t size;
  if (memory == NULL) return;
  size = malloc_usable_size(memory);
  explicit_bzero(memory, size);
  if (size >= LARGE && size <= LARGEST && keep(memory)) return;
  free(memory);
}

static void *resize(void *memory, size_t size) {
  void *grown = take(size);
  size_t used;
  if (grown == NULL || memory == NULL) return grown;
  used = malloc_usable_size(memory);
  memcpy(grown, memory, used < size ? used : size);
  give_back(memory);
  return grown;
}

static void *take_zeroed(size_t count, size_t size) { return counted(calloc(count, size)); }

static char *copy(const char *text) { return counted(strdup(text)); }

unsigned long mwl_curl_refusals(void) {
  return atomic_load_explicit(&refusals, memory_order_relaxed);
}

int mwl_curl_start(void) {
  return curl_global_init_mem(CURL_GLOBAL_DEFAULT, take, give_back, resize, copy, take_zeroed) ==
         CURLE_OK;
}
