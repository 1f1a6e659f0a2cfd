#include "failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

/* How much of a chunk's name is the library's folder; 0: it is no part of it. */
static size_t library_length(const char *source) {
  const char *folder = NULL;
  for (const char *at = strstr(source, "/mwlogin/"); at != NULL; at = strstr(at + 1, "/mwlogin/")) {
    folder = at;
  }
  return source[0] == '@' && folder != NULL ? (size_t)(folder - source) + strlen("/mwlogin/") : 0;
}

static void push_where(lua_State *L) {
  lua_Debug place;
  size_t library = 0;
  char folder[LUA_IDSIZE * 8];
  for (int level = 1; lua_getstack(L, level, &place); level++) {
    lua_getinfo(L, "Sl", &place);
    if (library == 0) {
      library = library_length(place.source);
      if (library == 0 || library >= sizeof folder) break;
      memcpy(folder, place.source, library);
    }
    if (place.currentline > 0 && strncmp(place.source, folder, library) != 0) {
      lua_pushfstring(L, "%s:%d: ", place.short_src, place.currentline);
      return;
    }
  }
  luaL_where(L, 1);
}

int mwl_raise(lua_State *L, const char *format, ...) {
  char message[MESSAGE_SIZE];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  push_where(L);
  lua_pushstring(L, message);
  lua_concat(L, 2);
  lua_error(L);
  __builtin_unreachable();
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
