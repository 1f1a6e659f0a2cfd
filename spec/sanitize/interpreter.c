/* lua5.4 with the sanitizers linked in: by LD_PRELOAD every child (php, chromium) would get them. */
#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int run(lua_State *L) {
  char **argv = lua_touserdata(L, 1);
  int script = 1, count = 0, good;
  luaL_openlibs(L);
  if (argv[1] == NULL) return luaL_error(L, "usage: %s [-e CODE] [SCRIPT [ARG…]]", argv[0]);
  if (strcmp(argv[1], "-e") == 0) {
    if (argv[2] == NULL || luaL_dostring(L, argv[2]) != LUA_OK) return lua_error(L);
    if (argv[3] == NULL) return 0;
    script = 3;
  }
  lua_newtable(L);
  for (int i = 0; argv[i] != NULL; i++) {
    lua_pushstring(L, argv[i]);
    lua_rawseti(L, -2, i - script);
  }
  lua_setglobal(L, "arg");
  good = luaL_loadfile(L, strcmp(argv[script], "-") == 0 ? NULL : argv[script]);
  if (good != LUA_OK) return lua_error(L);
  for (; argv[script + 1 + count] != NULL; count++) lua_pushstring(L, argv[script + 1 + count]);
  lua_call(L, count, 0);
  return 0;
}

int main(int argc, char **argv) {
  lua_State *L = luaL_newstate();
  int status;
  (void)argc;
  if (L == NULL) return EXIT_FAILURE;
  lua_pushcfunction(L, run);
  lua_pushlightuserdata(L, argv);
  status = lua_pcall(L, 1, 0, 0);
  if (status != LUA_OK) fprintf(stderr, "%s: %s\n", argv[0], luaL_tolstring(L, -1, NULL));
  lua_close(L);
  return status == LUA_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
