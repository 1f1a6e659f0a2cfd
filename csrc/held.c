#include "held.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"

#define HELD_CLASS "mwlogin.held"

static int held_gc(lua_State *L) {
  char **place = luaL_checkudata(L, 1, HELD_CLASS);
  if (*place != NULL) explicit_bzero(*place, strlen(*place));
  free(*place);
  *place = NULL;
  return 0;
}

char **mwl_held_new(lua_State *L) {
  char **place = lua_newuserdatauv(L, sizeof *place, 0);
  *place = NULL;
  luaL_setmetatable(L, HELD_CLASS);
  return place;
}

void mwl_register_held(lua_State *L) {
  static const luaL_Reg metamethods[] = {{"__gc", held_gc}, {NULL, NULL}};
  mwl_class(L, HELD_CLASS, NULL, metamethods);
}
