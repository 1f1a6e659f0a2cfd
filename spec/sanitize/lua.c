/* A lua5.4 that is linked with the sanitizers itself: with LD_PRELOAD its children (php, chromium)
   would inherit them and fail. Takes a script, or -e CODE, and arguments. */
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdio.h>
#include <string.h>

static int traceback(lua_State *L) {
  luaL_traceback(L, L, luaL_tolstring(L, 1, NULL), 1);
  return 1;
}

static int load(lua_State *L, int count, char **words) {
  if (count > 2 && strcmp(words[1], "-e") == 0) return luaL_loadstring(L, words[2]);
  return luaL_loadfile(L, count > 1 ? words[1] : NULL);
}

int main(int count, char **words) {
  lua_State *L = luaL_newstate();
  int status;
  luaL_openlibs(L);
  lua_newtable(L);
  for (int i = 0; i < count; i++) {
    lua_pushstring(L, words[i]);
    lua_rawseti(L, -2, i - 1);
  }
  lua_setglobal(L, "arg");
  lua_pushcfunction(L, traceback);
  status = load(L, count, words);
  for (int i = 2; status == LUA_OK && i < count; i++) lua_pushstring(L, words[i]);
  if (status == LUA_OK) status = lua_pcall(L, count > 2 ? count - 2 : 0, 0, 1);
  if (status != LUA_OK) fprintf(stderr, "%s\n", lua_tostring(L, -1));
  lua_close(L);
  return status == LUA_OK ? 0 : 1;
}
