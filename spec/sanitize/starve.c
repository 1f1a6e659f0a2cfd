/* A lua5.4 whose memory can be told to run out at the n-th allocation: Lua's, the core's, libcurl's
   (which has it from the core) and libcrypto's, counted together. Takes a script, which finds
     starve(n, once)    from now on the n-th allocation fails; without `once`, all after it too
     feed() → count     none fails any more; how many were asked for since
     held() → blocks    of the core, libcurl and libcrypto */
#define _GNU_SOURCE /* vasprintf */
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

void *starve_malloc(size_t size);
void *starve_calloc(size_t count, size_t size);
void *starve_realloc(void *memory, size_t size);
void starve_free(void *memory);
char *starve_strdup(const char *text);
char *starve_strndup(const char *text, size_t length);
int starve_asprintf(char **out, const char *format, ...) __attribute__((format(printf, 2, 3)));
void *starve_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset);

static long asked; /* since `starve` */
static long limit; /* 0: nothing fails */
static int only_once;
static long blocks;

static int refuses(void) {
  asked++;
  return limit > 0 && (only_once ? asked == limit : asked >= limit);
}

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
  void *grown = refuses() ? NULL : realloc(memory, size);
  if (memory == NULL && grown != NULL) blocks++;
  return grown;
}

void starve_free(void *memory) {
  if (memory != NULL) blocks--;
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

/* Shrinking never fails: Lua relies on it. */
static void *lua_memory(void *data, void *memory, size_t old, size_t size) {
  (void)data;
  if (size == 0) {
    free(memory);
    return NULL;
  }
  if ((memory == NULL || size > old) && refuses()) return NULL;
  return realloc(memory, size);
}

/* == what the script calls ======================================================================= */

static int starve(lua_State *L) {
  long wanted = (long)luaL_checkinteger(L, 1);
  only_once = lua_toboolean(L, 2);
  asked = 0;
  limit = wanted;
  return 0;
}

static int feed(lua_State *L) {
  long count = asked;
  limit = 0;
  lua_pushinteger(L, count);
  return 1;
}

static int held(lua_State *L) {
  lua_pushinteger(L, blocks);
  return 1;
}

static int run(lua_State *L) {
  luaL_openlibs(L);
  lua_register(L, "starve", starve);
  lua_register(L, "feed", feed);
  lua_register(L, "held", held);
  if (luaL_loadfile(L, lua_touserdata(L, 1)) != LUA_OK) return lua_error(L);
  lua_call(L, 0, 0);
  return 0;
}

int main(int count, char **words) {
  lua_State *L;
  int status;
  if (count != 2 || !CRYPTO_set_mem_functions(crypto_malloc, crypto_realloc, crypto_free)) {
    fprintf(stderr, "starve SCRIPT\n");
    return 2;
  }
  L = lua_newstate(lua_memory, NULL);
  lua_pushcfunction(L, run);
  lua_pushlightuserdata(L, words[1]);
  status = lua_pcall(L, 1, 0, 0);
  if (status != LUA_OK) fprintf(stderr, "%s\n", lua_tostring(L, -1));
  lua_close(L);
  return status == LUA_OK ? 0 : 1;
}
