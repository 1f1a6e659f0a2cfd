/* A lua5.4 that is linked with the sanitizers itself: with LD_PRELOAD its children (php, chromium)
   would inherit them and fail. It takes a script and its arguments, as lua5.4 does; -e CODE may go
   before them. `mwlogin.core` is the one that was built beside it, whatever package.cpath says, so
   that a folder on PATH is enough for every program that specs start. Its memory may run out:
   spec/sanitize/starve.c. */
#define MWL_STARVE
#include "starve.h"

#include <limits.h>
#include <lualib.h>
#include <sys/prctl.h>
#include <unistd.h>

static const char *const core = "mwlogin.core";

static int load_core(lua_State *L) {
  char path[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", path, sizeof path);
  while (length > 0 && path[length - 1] != '/') length--;
  lua_getglobal(L, "package");
  lua_getfield(L, -1, "loadlib");
  lua_pushlstring(L, path, (size_t)length);
  lua_pushliteral(L, "mwlogin/core.so");
  lua_concat(L, 2);
  lua_pushliteral(L, "luaopen_mwlogin_core");
  lua_call(L, 2, 2);
  if (lua_isnil(L, -2)) return lua_error(L);
  lua_pop(L, 1);
  lua_pushstring(L, core);
  lua_call(L, 1, 1);
  return 1;
}

/* LeakSanitizer looks at its process as a debugger does, which `mwlogin` forbids. */
static void be_dumpable(void) { prctl(PR_SET_DUMPABLE, 1); }

static int traceback(lua_State *L) {
  luaL_traceback(L, L, luaL_tolstring(L, 1, NULL), 1);
  return 1;
}

static int run(lua_State *L, int status, int arguments) {
  if (status == LUA_OK) status = lua_pcall(L, arguments, 0, 1);
  if (status != LUA_OK) fprintf(stderr, "%s\n", lua_tostring(L, -1));
  return status;
}

int main(int count, char **words) {
  lua_State *L = starve_state();
  int has_code = count > 2 && strcmp(words[1], "-e") == 0;
  int script = has_code ? 3 : 1;
  int status = LUA_OK;
  atexit(be_dumpable);
  luaL_openlibs(L);
  starve_open(L);
  luaL_checkstack(L, count + 3, NULL);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  lua_pushcfunction(L, load_core);
  lua_setfield(L, -2, core);
  lua_newtable(L);
  for (int i = 0; i < count; i++) {
    lua_pushstring(L, words[i]);
    lua_rawseti(L, -2, i - script);
  }
  lua_setglobal(L, "arg");
  lua_pushcfunction(L, traceback);
  lua_replace(L, 1);
  lua_settop(L, 1);
  if (has_code) status = run(L, luaL_loadstring(L, words[2]), 0);
  if (status == LUA_OK && script < count) {
    status = luaL_loadfile(L, words[script]);
    for (int i = script + 1; status == LUA_OK && i < count; i++) lua_pushstring(L, words[i]);
    status = run(L, status, count - script - 1);
  } else if (!has_code) {
    status = run(L, luaL_loadfile(L, NULL), 0);
  }
  lua_close(L);
  return status == LUA_OK ? 0 : 1;
}
