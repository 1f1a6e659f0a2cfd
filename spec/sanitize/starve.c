/* Memory that can be told to run out at the n-th allocation: the core's, libcurl's (which has it from
   the core), libcrypto's and libssl's, what nghttp2 and the decompressors take by themselves, and
   Lua's, counted together. Of Lua's only what the core asks for, unless all of it is wanted: a test
   runner shares the state. A script finds
     starve.at(n, once, all)   from now on the n-th allocation fails; without `once`, all after it
                               too; with `all` each of Lua's is one
     starve.feed() → count, refused   none fails any more; how many were asked for since, and refused
     starve.held() → blocks    of the core, libcurl and libcrypto
     starve.secret(text)       no block that is freed may hold it
     starve.unwiped() → count, where  blocks that did, since the last call; the last one's stack
     starve.children(n, log)   programs that are started from here on, by this interpreter, starve at
                               their n-th (0: are counted); each adds its two counts to the file
     starve.bound(seconds, what)      ends the process, by its stack, unless called again (0) */
#define MWL_STARVE
#include "starve.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdarg.h>
#include <unistd.h>

#define SECRETS 32
#define SHORTEST_SECRET 8
#define LONGEST_SECRET 256
#define DEPTH 24

int starve_core_asks;

static long asked; /* since the count began */
static long refused;
static long limit; /* 0: nothing fails */
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
static void *unwiped_at[DEPTH];
static int unwiped_depth;

static void look_through(const void *memory) {
  size_t size = malloc_usable_size((void *)memory);
  for (int i = 0; i < SECRETS && secrets[i].length > 0; i++) {
    if (memmem(memory, size, secrets[i].text, secrets[i].length) == NULL) continue;
    unwiped++;
    unwiped_depth = backtrace(unwiped_at, DEPTH);
    return;
  }
}

/* == the allocator =============================================================================== */

void *starve_malloc(size_t size) {
  void *memory = refuses() ? NULL : malloc(size);
  if (memory != NULL) blocks++;
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

/* Shrinking never fails: Lua relies on it. What is refused is asked for once more, after a
   collection: that is the same allocation. */
static void *lua_memory(void *data, void *memory, size_t old, size_t size) {
  static int again;
  static void *again_for;
  static size_t again_size;
  (void)data;
  if (size == 0) {
    free(memory);
    return NULL;
  }
  if ((memory == NULL || size > old) && (all_of_lua || starve_core_asks)) {
    if (again && memory == again_for && size == again_size) {
      again = starve_core_asks = 0;
      return NULL;
    }
    if (refuses()) {
      again = 1, again_for = memory, again_size = size;
      return NULL;
    }
  }
  return realloc(memory, size);
}

/* == what the script calls ======================================================================= */

static void begin(long at, int once, int all) {
  only_once = once;
  all_of_lua = all;
  asked = refused = 0;
  limit = at;
}

static int at(lua_State *L) {
  begin((long)luaL_checkinteger(L, 1), lua_toboolean(L, 2), lua_toboolean(L, 3));
  return 0;
}

static int feed(lua_State *L) {
  long count = asked, no = refused;
  begin(0, 0, 0);
  lua_pushinteger(L, count);
  lua_pushinteger(L, no);
  return 2;
}

static int held(lua_State *L) {
  lua_pushinteger(L, blocks);
  return 1;
}

/* The newest ones are looked for. */
static int secret(lua_State *L) {
  size_t length;
  const char *text = luaL_checklstring(L, 1, &length);
  int place = secret_count % SECRETS;
  if (length < SHORTEST_SECRET || length > LONGEST_SECRET) return 0;
  for (int i = 0; i < SECRETS; i++) {
    if (secrets[i].length == length && memcmp(secrets[i].text, text, length) == 0) return 0;
  }
  memcpy(secrets[place].text, text, length);
  secrets[place].length = length;
  secret_count++;
  return 0;
}

static int forget(lua_State *L) {
  (void)L;
  explicit_bzero(secrets, sizeof secrets);
  secret_count = 0;
  return 0;
}

static int take_unwiped(lua_State *L) {
  char **names = unwiped > 0 ? backtrace_symbols(unwiped_at, unwiped_depth) : NULL;
  luaL_Buffer where;
  lua_pushinteger(L, unwiped);
  luaL_buffinit(L, &where);
  for (int i = 0; names != NULL && i < unwiped_depth; i++) {
    luaL_addstring(&where, names[i]);
    luaL_addchar(&where, '\n');
  }
  luaL_pushresult(&where);
  free(names);
  unwiped = 0;
  return 2;
}

static int children(lua_State *L) {
  setenv("STARVE_AT", lua_pushfstring(L, "%I", luaL_checkinteger(L, 1)), 1);
  setenv("STARVE_LOG", luaL_checkstring(L, 2), 1);
  return 0;
}

static char bounded[256];

static void out_of_time(int number) {
  static const char words[] = "HANGS   ";
  void *stack[DEPTH];
  (void)number;
  (void)!write(STDERR_FILENO, words, sizeof words - 1);
  (void)!write(STDERR_FILENO, bounded, strlen(bounded));
  (void)!write(STDERR_FILENO, "\n", 1);
  backtrace_symbols_fd(stack, backtrace(stack, DEPTH), STDERR_FILENO);
  _exit(9);
}

static int bound(lua_State *L) {
  unsigned seconds = (unsigned)luaL_checkinteger(L, 1);
  snprintf(bounded, sizeof bounded, "%s", luaL_optstring(L, 2, ""));
  signal(SIGALRM, seconds > 0 ? out_of_time : SIG_DFL);
  alarm(seconds);
  return 0;
}

/* == programs that were started by a script of this interpreter ================================== */

static void tell_counts(void) {
  char line[64];
  int file = open(getenv("STARVE_LOG"), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  int length = snprintf(line, sizeof line, "%ld %ld\n", asked, refused);
  if (file >= 0) (void)!write(file, line, (size_t)length);
}

lua_State *starve_state(void) {
  const char *from_parent = getenv("STARVE_AT");
  if (!CRYPTO_set_mem_functions(crypto_malloc, crypto_realloc, crypto_free)) return NULL;
  if (from_parent != NULL && getenv("STARVE_LOG") != NULL) {
    begin(strtol(from_parent, NULL, 10), 1, 0);
    atexit(tell_counts);
  }
  return lua_newstate(lua_memory, NULL);
}

void starve_open(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"at", at},         {"feed", feed},         {"held", held},
      {"secret", secret}, {"forget", forget},     {"unwiped", take_unwiped},
      {"bound", bound},   {"children", children}, {NULL, NULL}};
  luaL_newlib(L, functions);
  lua_setglobal(L, "starve");
}
