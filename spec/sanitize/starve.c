/* Memory that can be told to run out at the n-th allocation: the core's, libcurl's (which has it from
   the core), libcrypto's and libssl's, what libnghttp2 and its like take by themselves, and Lua's,
   counted together. Of Lua's only what the core asks for, unless all of it is wanted: a test runner
   shares the state. */
#define MWL_STARVE
#include "starve.h"

#include <execinfo.h>
#include <link.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdarg.h>
#include <stdint.h>

#define SECRETS 32
#define SHORTEST_SECRET 8
#define LONGEST_SECRET 256

int starve_core_asks;

static long asked, refused; /* since the count began */
static long limit;          /* 0: nothing fails */
static int only_once;
static int all_of_lua;
static long blocks;

static int refuses(void) {
  int no;
  asked++;
  no = limit > 0 && (only_once ? asked == limit : asked >= limit);
  if (no) refused++;
  return no;
}

/* == secrets that are freed as they are ========================================================== */

static struct {
  size_t length;
  char text[LONGEST_SECRET];
} secrets[SECRETS];
static int secret_count;
static long unwiped;
static void *unwiped_at[STARVE_DEPTH];
static int unwiped_depth;

static void look_through(const void *memory) {
  size_t size = malloc_usable_size((void *)memory);
  for (int i = 0; i < SECRETS && secrets[i].length > 0; i++) {
    if (memmem(memory, size, secrets[i].text, secrets[i].length) == NULL) continue;
    unwiped++;
    unwiped_depth = backtrace(unwiped_at, STARVE_DEPTH);
    return;
  }
}

/* == the allocator =============================================================================== */

/* What an earlier owner left in it must not look like this one's. */
void *starve_malloc(size_t size) {
  void *memory = refuses() ? NULL : malloc(size);
  if (memory == NULL) return NULL;
  blocks++;
  if (secrets[0].length > 0) memset(memory, 0xbe, size);
  return memory;
}

void *starve_calloc(size_t count, size_t size) {
  void *memory = refuses() ? NULL : calloc(count, size);
  if (memory != NULL) blocks++;
  return memory;
}

void *starve_realloc(void *memory, size_t size) {
  void *grown;
  if (refuses()) return NULL;
  if (memory != NULL && secrets[0].length > 0) look_through(memory);
  grown = realloc(memory, size);
  if (memory == NULL && grown != NULL) blocks++;
  return grown;
}

void starve_free(void *memory) {
  if (memory == NULL) return;
  blocks--;
  if (secrets[0].length > 0) look_through(memory);
  free(memory);
}

char *starve_strndup(const char *text, size_t length) {
  size_t size = strnlen(text, length);
  char *copy = starve_malloc(size + 1);
  if (copy == NULL) return NULL;
  memcpy(copy, text, size);
  copy[size] = '\0';
  return copy;
}

char *starve_strdup(const char *text) { return starve_strndup(text, strlen(text)); }

int starve_asprintf(char **out, const char *format, ...) {
  va_list list;
  int length;
  if (refuses()) return -1;
  va_start(list, format);
  length = vasprintf(out, format, list);
  va_end(list);
  if (length >= 0) blocks++;
  return length;
}

void *starve_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset) {
  return refuses() ? MAP_FAILED : mmap(at, size, protection, flags, fd, offset);
}

/* == libraries that take their memory from the system ============================================ */

void *__interceptor_malloc(size_t size);
void *__interceptor_calloc(size_t count, size_t size);
void *__interceptor_realloc(void *memory, size_t size);

/* libnghttp2 by HTTP/2, libz, libbrotli and libzstd by what is compressed, libidn2 and libpsl by names. */
static const char *const others[] = {"/libnghttp2.", "/libz.",    "/libbrotli",
                                     "/libzstd.",    "/libidn2.", "/libpsl."};
#define RANGES 16
static struct {
  uintptr_t from;
  uintptr_t to;
} ranges[RANGES];
static int range_count;

static int note_library(struct dl_phdr_info *info, size_t size, void *data) {
  int is_other = 0;
  (void)size, (void)data;
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    if (strstr(info->dlpi_name, others[i]) != NULL) is_other = 1;
  }
  for (int i = 0; is_other && i < info->dlpi_phnum && range_count < RANGES; i++) {
    const ElfW(Phdr) *part = &info->dlpi_phdr[i];
    if (part->p_type != PT_LOAD || (part->p_flags & PF_X) == 0) continue;
    ranges[range_count].from = info->dlpi_addr + part->p_vaddr;
    ranges[range_count++].to = info->dlpi_addr + part->p_vaddr + part->p_memsz;
  }
  return 0;
}

static int refuses_to(const void *caller) {
  uintptr_t at = (uintptr_t)caller;
  for (int i = 0; i < range_count; i++) {
    if (at >= ranges[i].from && at < ranges[i].to) return refuses();
  }
  return 0;
}

void *malloc(size_t size) {
  return refuses_to(__builtin_return_address(0)) ? NULL : __interceptor_malloc(size);
}

void *calloc(size_t count, size_t size) {
  return refuses_to(__builtin_return_address(0)) ? NULL : __interceptor_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
  return refuses_to(__builtin_return_address(0)) ? NULL : __interceptor_realloc(memory, size);
}

/* == libcrypto, Lua ============================================================================== */

static void *crypto_malloc(size_t size, const char *file, int line) {
  (void)file, (void)line;
  return starve_malloc(size);
}

static void *crypto_realloc(void *memory, size_t size, const char *file, int line) {
  (void)file, (void)line;
  return starve_realloc(memory, size);
}

static void crypto_free(void *memory, const char *file, int line) {
  (void)file, (void)line;
  starve_free(memory);
}

/* What Lua was refused, and asks for once more after a collection: that is the same allocation. The
   box of a luaL_Buffer is not asked for again. */
static struct {
  int is_open;
  void *memory;
  size_t size;
} refusal;

static int is_refused_again(const void *memory, size_t size) {
  int is_same = refusal.is_open && memory == refusal.memory && size == refusal.size;
  refusal.is_open = 0;
  return is_same;
}

/* Shrinking never fails: Lua relies on it. */
static void *lua_memory(void *data, void *memory, size_t old, size_t size) {
  (void)data;
  if (size == 0) {
    free(memory);
    return NULL;
  }
  if (memory == NULL || size > old) {
    if (is_refused_again(memory, size)) return NULL;
    if ((all_of_lua || starve_core_asks) && refuses()) {
      refusal.is_open = 1, refusal.memory = memory, refusal.size = size;
      starve_core_asks = 0;
      return NULL;
    }
  }
  return realloc(memory, size);
}

/* == for starve_lua.c =========================================================================== */

void starve_begin(long at, int once, int all) {
  only_once = once;
  all_of_lua = all;
  asked = refused = 0;
  limit = at;
  refusal.is_open = starve_core_asks = 0; /* an error may have left them so */
  range_count = 0;
  dl_iterate_phdr(note_library, NULL);
}

struct starve_counts starve_counts(void) {
  return (struct starve_counts){asked, refused, blocks};
}

/* The newest ones are looked for. */
void starve_look_for(const char *text, size_t length) {
  int place = secret_count % SECRETS;
  if (length < SHORTEST_SECRET || length > LONGEST_SECRET) return;
  for (int i = 0; i < SECRETS; i++) {
    if (secrets[i].length == length && memcmp(secrets[i].text, text, length) == 0) return;
  }
  memcpy(secrets[place].text, text, length);
  secrets[place].length = length;
  secret_count++;
}

long starve_unwiped(void **stack, int *depth) {
  long count = unwiped;
  memcpy(stack, unwiped_at, sizeof unwiped_at);
  *depth = unwiped_depth;
  unwiped = 0;
  return count;
}

lua_State *starve_state(void) {
  if (!CRYPTO_set_mem_functions(crypto_malloc, crypto_realloc, crypto_free)) return NULL;
  /* libcrypto's register of names loses one when it has no memory for it (3.0): it is filled first */
  EVP_MD_free(EVP_MD_fetch(NULL, "SHA256", NULL));
  return lua_newstate(lua_memory, NULL);
}
