/* The child of spec/core/curl_memory_spec.lua: libcurl's allocator in a long random use, by the thread
   that started libcurl and by others, as its resolvers are. Ends with 1 at the first broken promise. */
#define _GNU_SOURCE
#include "../../csrc/curl_memory.c"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#define THREADS 3
#define BLOCKS 200
#define ROUNDS 60000

struct block {
  unsigned char *bytes;
  size_t size;
  unsigned char mark;
};

static void demand(int holds, const char *promise) {
  if (holds) return;
  fprintf(stderr, "broken: %s\n", promise);
  _exit(1);
}

static int is_all(const unsigned char *bytes, size_t size, unsigned char mark) {
  for (size_t i = 0; i < size; i++) {
    if (bytes[i] != mark) return 0;
  }
  return 1;
}

/* Mostly of the sizes that are kept, their edges among them. */
static size_t any_size(unsigned *seed) {
  size_t power = (size_t)1 << (3 + rand_r(seed) % 16);
  switch (rand_r(seed) % 4) {
    case 0:
      return power;
    case 1:
      return power - 1 - (size_t)rand_r(seed) % 8;
    case 2:
      return power + (size_t)rand_r(seed) % 32;
    default:
      return 1 + (size_t)rand_r(seed) % (2 * power);
  }
}

static void mark(struct block *block, size_t size, unsigned *seed) {
  block->size = size;
  block->mark = (unsigned char)(1 + rand_r(seed) % 255);
  memset(block->bytes, block->mark, size);
}

static void renew(struct block *block, unsigned *seed) {
  size_t size = any_size(seed);
  if (block->bytes == NULL) {
    int zeroed = rand_r(seed) % 2;
    block->bytes = zeroed ? take_zeroed(1, size) : take(size);
    demand(block->bytes != NULL, "there is memory");
    if (zeroed) demand(is_all(block->bytes, size, 0), "what is to be zero is");
  } else {
    size_t least = size < block->size ? size : block->size;
    demand(is_all(block->bytes, block->size, block->mark), "a block is nobody else's");
    if (rand_r(seed) % 3 > 0) {
      give_back(block->bytes);
      block->bytes = NULL;
      return;
    }
    block->bytes = resize(block->bytes, size);
    demand(block->bytes != NULL && is_all(block->bytes, least, block->mark),
           "what grows keeps what it holds");
  }
  mark(block, size, seed);
}

static void *use(void *data) {
  static __thread struct block blocks[BLOCKS];
  unsigned seed = *(unsigned *)data;
  for (int i = 0; i < ROUNDS; i++) renew(&blocks[rand_r(&seed) % BLOCKS], &seed);
  for (int i = 0; i < BLOCKS; i++) give_back(blocks[i].bytes);
  return NULL;
}

int main(void) {
  pthread_t threads[THREADS];
  unsigned seeds[THREADS];
  size_t blocks = 0;
  void *huge;
  demand(mwl_curl_start(), "libcurl starts");
  for (unsigned i = 0; i < THREADS; i++) {
    seeds[i] = i + 1;
    if (i > 0) pthread_create(&threads[i], NULL, use, &seeds[i]);
  }
  use(&seeds[0]);
  for (int i = 1; i < THREADS; i++) pthread_join(threads[i], NULL);
  for (int which = 0; which < BINS; which++) {
    demand(kept_count[which] <= KEPT &&
               (size_t)kept_count[which] * size_of(which) <= KEPT_BYTES + size_of(which),
           "no more are kept than is said");
    for (int i = 0; i < kept_count[which]; i++, blocks++) {
      demand(malloc_usable_size(kept[which][i]) >= size_of(which), "it holds what its bin says");
      demand(is_all(kept[which][i], malloc_usable_size(kept[which][i]), 0),
             "what is kept says nothing");
      for (int j = 0; j < i; j++) demand(kept[which][i] != kept[which][j], "a block is kept once");
    }
  }
  demand(blocks > 0, "some are kept");
  demand(mwl_curl_refusals() == 0, "nothing was refused");
  huge = take_zeroed((size_t)-1 / 2, 4);
  demand(huge == NULL && mwl_curl_refusals() == 1, "what no memory holds is refused, and counted");
  printf("%d rounds\n", THREADS * ROUNDS);
  return 0;
}
