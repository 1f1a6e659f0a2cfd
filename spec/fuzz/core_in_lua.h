/* A fuzz target that asks the whole core by its Lua face: a state in which `require "mwlogin.core"`
   gives the core that the target is linked with. */
#ifndef MWLOGIN_SPEC_FUZZ_CORE_IN_LUA_H
#define MWLOGIN_SPEC_FUZZ_CORE_IN_LUA_H

#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>

int luaopen_mwlogin_core(lua_State *L);

static void end_loudly(lua_State *L) {
  fprintf(stderr, "%s\n", lua_tostring(L, -1));
  abort();
}

/* A state with the function that the Lua text `setup` returns at index 1. */
static lua_State *start(const char *setup) {
  lua_State *L = luaL_newstate();
  if (L == NULL) abort();
  luaL_openlibs(L);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  lua_pushcfunction(L, luaopen_mwlogin_core);
  lua_setfield(L, -2, "mwlogin.core");
  lua_settop(L, 0);
  if (luaL_loadstring(L, setup) != LUA_OK || lua_pcall(L, 0, 1, 0) != LUA_OK) end_loudly(L);
  return L;
}

/* Calls what `start` left at index 1 with the arguments above it. */
static void call_checks(lua_State *L) {
  int arguments = lua_gettop(L) - 1;
  lua_pushvalue(L, 1);
  lua_insert(L, 2);
  if (lua_pcall(L, arguments, 0, 0) != LUA_OK) end_loudly(L);
}

#endif
