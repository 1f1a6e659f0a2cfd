/* Put in front of each file of csrc/ (-include), so that its memory comes from an allocator that can
   be told to refuse, and what it asks Lua for may be refused as well: spec/sanitize/starve.c. */
#ifndef MWL_STARVE_H
#define MWL_STARVE_H

#define _GNU_SOURCE
#include <lauxlib.h>
#include <lua.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define STARVE_DEPTH 24

struct starve_counts {
  long asked;
  long refused;
  long blocks;
};

lua_State *starve_state(void);
void starve_open(lua_State *L);
void starve_begin(long at, int once, int all);
struct starve_counts starve_counts(void);
void starve_look_for(const char *text, size_t length);
long starve_unwiped(void **stack, int *depth);

void *starve_malloc(size_t size);
void *starve_calloc(size_t count, size_t size);
void *starve_realloc(void *memory, size_t size);
void starve_free(void *memory);
char *starve_strdup(const char *text);
char *starve_strndup(const char *text, size_t length);
int starve_asprintf(char **out, const char *format, ...) __attribute__((format(printf, 2, 3)));
void *starve_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset);

extern int starve_core_asks; /* Lua, for memory */

#ifndef MWL_STARVE
#define malloc starve_malloc
#define calloc starve_calloc
#define realloc starve_realloc
#define free starve_free
#undef strdup
#define strdup starve_strdup
#undef strndup
#define strndup starve_strndup
#undef asprintf
#define asprintf starve_asprintf
#define mmap starve_mmap

static inline void *starve_pointer(const void *given) {
  starve_core_asks = 0;
  return (void *)given;
}

static inline int starve_int(int given) {
  starve_core_asks = 0;
  return given;
}

#define STARVE_POINTER(call) (starve_core_asks = 1, starve_pointer(call))
#define STARVE_INT(call) (starve_core_asks = 1, starve_int(call))
#define STARVE_VOID(call) (starve_core_asks = 1, call, (void)(starve_core_asks = 0))

#define lua_newuserdatauv(...) STARVE_POINTER(lua_newuserdatauv(__VA_ARGS__))
#undef lua_pushfstring
#define lua_pushfstring(...) STARVE_POINTER(lua_pushfstring(__VA_ARGS__))
#define lua_pushlstring(...) STARVE_POINTER(lua_pushlstring(__VA_ARGS__))
#define lua_pushstring(...) STARVE_POINTER(lua_pushstring(__VA_ARGS__))
#define luaL_buffinitsize(...) STARVE_POINTER(luaL_buffinitsize(__VA_ARGS__))
#define luaL_getsubtable(...) STARVE_INT(luaL_getsubtable(__VA_ARGS__))
#define luaL_newmetatable(...) STARVE_INT(luaL_newmetatable(__VA_ARGS__))
#define luaL_prepbuffsize(...) STARVE_POINTER(luaL_prepbuffsize(__VA_ARGS__))
#define lua_concat(...) STARVE_VOID(lua_concat(__VA_ARGS__))
#define lua_createtable(...) STARVE_VOID(lua_createtable(__VA_ARGS__))
#define lua_pushcclosure(...) STARVE_VOID(lua_pushcclosure(__VA_ARGS__))
#define lua_rawset(...) STARVE_VOID(lua_rawset(__VA_ARGS__))
#define lua_rawseti(...) STARVE_VOID(lua_rawseti(__VA_ARGS__))
#define lua_rawsetp(...) STARVE_VOID(lua_rawsetp(__VA_ARGS__))
#define lua_setfield(...) STARVE_VOID(lua_setfield(__VA_ARGS__))
#define lua_settable(...) STARVE_VOID(lua_settable(__VA_ARGS__))
#define luaL_addlstring(...) STARVE_VOID(luaL_addlstring(__VA_ARGS__))
#define luaL_addstring(...) STARVE_VOID(luaL_addstring(__VA_ARGS__))
#define luaL_addvalue(...) STARVE_VOID(luaL_addvalue(__VA_ARGS__))
#define luaL_checkstack(...) STARVE_VOID(luaL_checkstack(__VA_ARGS__))
#define luaL_pushresult(...) STARVE_VOID(luaL_pushresult(__VA_ARGS__))
#define luaL_pushresultsize(...) STARVE_VOID(luaL_pushresultsize(__VA_ARGS__))
#define luaL_setfuncs(...) STARVE_VOID(luaL_setfuncs(__VA_ARGS__))
#endif

#endif
