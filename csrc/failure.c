#include "failure.h"

#include <stdarg.h>
#include <stdio.h>

#include "core.h"

#define FAILURE_CLASS "mwlogin.failure"
#define MESSAGE_SIZE 1024

static void push_table(lua_State *L, const char *kind, const char *code, const char *message) {
  lua_createtable(L, 0, 6);
  lua_pushstring(L, kind);
  lua_setfield(L, -2, "kind");
  lua_pushstring(L, code);
  lua_setfield(L, -2, "code");
  lua_pushstring(L, message);
  lua_setfield(L, -2, "message");
  luaL_setmetatable(L, FAILURE_CLASS);
}

void mwl_failure_push(lua_State *L, const char *kind, const char *code, const char *format, ...) {
  char message[MESSAGE_SIZE];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  push_table(L, kind, code, message);
}

int mwl_failure(lua_State *L, const char *kind, const char *code, const char *format, ...) {
  char message[MESSAGE_SIZE];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  luaL_pushfail(L);
  push_table(L, kind, code, message);
  return 2;
}

static int failure_tostring(lua_State *L) {
  lua_getfield(L, 1, "message");
  if (lua_type(L, -1) != LUA_TSTRING) lua_pushliteral(L, "mwlogin error");
  return 1;
}

/* Text on either side of .. joins with the message, so that "x: " .. err reads well. */
static int failure_concat(lua_State *L) {
  luaL_tolstring(L, 1, NULL);
  luaL_tolstring(L, 2, NULL);
  lua_concat(L, 2);
  return 1;
}

void mwl_register_failure(lua_State *L) {
  static const luaL_Reg metamethods[] = {
      {"__tostring", failure_tostring}, {"__concat", failure_concat}, {NULL, NULL}};
  mwl_class(L, FAILURE_CLASS, NULL, metamethods);
}
