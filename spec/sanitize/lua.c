/* A lua5.4 that is linked with the sanitizers itself: with LD_PRELOAD its children (php, chromium)
   would inherit them and fail. Takes a script and its arguments, as lua5.4 does; -e CODE may go
   before them. */
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdio.h>
#include <string.h>

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
  lua_State *L = luaL_newstate();
  int has_code = count > 2 && strcmp(words[1], "-e") == 0;
  int script = has_code ? 3 : 1;
  int status = LUA_OK;
  luaL_openlibs(L);
  lua_newtable(L);
  for (int i = 0; i < count; i++) {
    lua_pushstring(L, words[i]);
    lua_rawseti(L, -2, i - script);
  }
  lua_setglobal(L, "arg");
  lua_pushcfunction(L, traceback);
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
