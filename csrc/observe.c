/* The observer gets the tables that a transport (transport.c) would get and give. It is called when
   libcurl has done its part, never from one of its callbacks. */
#include "observe.h"

#include <lauxlib.h>
#include <string.h>

#include "exchange.h"
#include "session.h"
#include "transport.h"

#define REQUEST 2 /* the exchange's user value */

void mwl_observe_request(lua_State *L, struct mwl_session *session, struct mwl_exchange *exchange,
                         const struct mwl_request *request) {
  mwl_transport_push_request(L, session, exchange, request);
  lua_setiuservalue(L, -2, REQUEST);
}

/* Adds one header line to the map on top: a list where the name comes again. */
static void add_header(lua_State *L, const char *line, size_t length) {
  const char *colon = memchr(line, ':', length);
  const char *value;
  size_t left;
  if (colon == NULL) return;
  value = colon + 1;
  left = length - (size_t)(value - line);
  while (left > 0 && (*value == ' ' || *value == '\t')) {
    value++;
    left--;
  }
  while (left > 0 && (value[left - 1] == '\r' || value[left - 1] == ' ')) left--;
  lua_pushlstring(L, line, (size_t)(colon - line));
  lua_pushvalue(L, -1);
  if (lua_rawget(L, -3) == LUA_TNIL) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    lua_rawset(L, -5);
  }
  lua_pushlstring(L, value, left);
  lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
  lua_pop(L, 2);
}

static void push_response(lua_State *L, const struct mwl_exchange *exchange) {
  const char *at = exchange->header.bytes;
  const char *end = at != NULL ? at + exchange->header.length : at;
  lua_createtable(L, 0, 3);
  lua_pushinteger(L, exchange->status);
  lua_setfield(L, -2, "status");
  lua_pushlstring(L, exchange->reply.bytes != NULL ? exchange->reply.bytes : "",
                  exchange->reply.length);
  lua_setfield(L, -2, "body");
  lua_newtable(L);
  while (at < end) {
    const char *line_end = memchr(at, '\n', (size_t)(end - at));
    size_t line = line_end != NULL ? (size_t)(line_end - at) : (size_t)(end - at);
    add_header(L, at, line);
    at += line + 1;
  }
  lua_setfield(L, -2, "headers");
}

void mwl_observe_end(lua_State *L, const struct mwl_exchange *exchange, int index, int failure) {
  int top = lua_gettop(L);
  lua_getiuservalue(L, index, 1);
  lua_getiuservalue(L, -1, MWL_SESSION_OPTIONS);
  lua_getfield(L, -1, "observe");
  lua_remove(L, -2);
  lua_getiuservalue(L, index, REQUEST);
  if (failure != 0) {
    lua_pushnil(L);
    lua_pushvalue(L, failure);
  } else {
    push_response(L, exchange);
    lua_pushnil(L);
  }
  lua_call(L, 3, 0);
  lua_settop(L, top);
}
