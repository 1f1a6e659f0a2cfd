/* What the function is given is what the wire would have carried; what it returns is read by the
   same code as a reply from the wire. */
#include "transport.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "address_lua.h"
#include "core.h"
#include "exchange.h"
#include "failure.h"
#include "held.h"
#include "request.h"
#include "session.h"

#define HEADERS_MAX (1 << 20)

static int is_secure(const struct mwl_session *session) {
  return strcmp(session->wiki->address.scheme, "https") == 0;
}

/* Sets headers.Cookie of the table on top from the session's jar. */
static void push_cookies(lua_State *L, struct mwl_session *session, const char *url) {
  int headers = lua_gettop(L);
  struct mwl_address *address = mwl_address_new(L);
  char **header = mwl_held_new(L);
  if (mwl_address_parse(url, NULL, address) == MWL_ADDRESS_SOUND) {
    *header =
        mwl_jar_header(&session->jar, address->host, address->path, is_secure(session), time(NULL));
  }
  if (*header != NULL) {
    lua_pushstring(L, *header);
    lua_setfield(L, headers, "Cookie");
  }
  lua_settop(L, headers);
}

static void push_headers(lua_State *L, struct mwl_session *session,
                         const struct mwl_exchange *exchange, const struct mwl_request *request) {
  lua_newtable(L);
  lua_pushstring(L, session->user_agent);
  lua_setfield(L, -2, "User-Agent");
  if (request->content_type != NULL) {
    lua_pushstring(L, request->content_type);
    lua_setfield(L, -2, "Content-Type");
  } else if (exchange->body != NULL) {
    lua_pushliteral(L, "application/x-www-form-urlencoded");
    lua_setfield(L, -2, "Content-Type");
  }
  if (request->authorization != NULL) {
    lua_pushlstring(L, request->authorization, request->authorization_length);
    lua_setfield(L, -2, "Authorization");
  }
  if (request->headers) {
    lua_pushnil(L);
    while (lua_next(L, request->headers) != 0) {
      lua_pushvalue(L, -2);
      lua_insert(L, -2);
      lua_settable(L, -4);
    }
  }
  if (!request->foreign && !request->no_cookies) push_cookies(L, session, exchange->url);
}

/* A whole file as a string, by Lua's own io library. */
static void push_file(lua_State *L, const char *path) {
  lua_getglobal(L, "io");
  lua_getfield(L, -1, "open");
  lua_pushstring(L, path);
  lua_pushliteral(L, "rb");
  lua_call(L, 2, 1);
  lua_getfield(L, -1, "read");
  lua_pushvalue(L, -2);
  lua_pushliteral(L, "a");
  lua_call(L, 2, 1);
  lua_getfield(L, -2, "close");
  lua_pushvalue(L, -3);
  lua_call(L, 1, 0);
  lua_replace(L, -3); /* io, file, content: the content takes the place of io */
  lua_pop(L, 1);
}

static void push_parts(lua_State *L, const struct mwl_parameters *parameters) {
  lua_createtable(L, (int)parameters->count, 0);
  for (size_t i = 0; i < parameters->count; i++) {
    const struct mwl_field *field = &parameters->fields[i];
    const struct mwl_file *file = field->file;
    lua_newtable(L);
    lua_pushlstring(L, field->name, field->name_length);
    lua_setfield(L, -2, "name");
    if (file == NULL) {
      lua_pushlstring(L, field->value, field->value_length);
      lua_setfield(L, -2, "value");
    } else {
      lua_pushstring(L, file->name);
      lua_setfield(L, -2, "filename");
      lua_pushstring(L, file->type);
      lua_setfield(L, -2, "type");
      push_file(L, file->path);
      lua_setfield(L, -2, "body");
    }
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

void mwl_transport_push_request(lua_State *L, struct mwl_session *session,
                                const struct mwl_exchange *exchange,
                                const struct mwl_request *request) {
  lua_createtable(L, 0, 4);
  lua_pushstring(L, request->method);
  lua_setfield(L, -2, "method");
  lua_pushstring(L, exchange->url);
  lua_setfield(L, -2, "url");
  push_headers(L, session, exchange, request);
  lua_setfield(L, -2, "headers");
  if (request->parameters != NULL && request->parameters->has_file) {
    push_parts(L, request->parameters);
    lua_setfield(L, -2, "body");
  } else if (exchange->body != NULL) {
    lua_pushlstring(L, exchange->body, exchange->body_length);
    lua_setfield(L, -2, "body");
  }
}

/* One header of the reply: kept as a line, and as a cookie when it sets one. 0: no memory. */
static int take_header(struct mwl_session *session, struct mwl_exchange *exchange,
                       const struct mwl_address *address, int keep_cookies, const char *name,
                       const char *value, size_t length) {
  size_t max = HEADERS_MAX;
  if (!mwl_bytes_add(exchange->pool, &exchange->header, name, strlen(name), max) ||
      !mwl_bytes_add(exchange->pool, &exchange->header, ": ", 2, max) ||
      !mwl_bytes_add(exchange->pool, &exchange->header, value, length, max) ||
      !mwl_bytes_add(exchange->pool, &exchange->header, "\r\n", 2, max)) {
    return 0;
  }
  if (!keep_cookies || strcasecmp(name, "Set-Cookie") != 0) return 1;
  return mwl_jar_set_cookie(&session->jar, value, address->host, address->path, is_secure(session),
                            time(NULL)) >= 0;
}

/* 0: nil and an error were pushed. */
static int take_headers(lua_State *L, struct mwl_session *session, struct mwl_exchange *exchange,
                        const struct mwl_request *request, int headers) {
  int keep_cookies = !request->foreign && !request->no_cookies;
  struct mwl_address *address = mwl_address_new(L);
  if (mwl_address_parse(exchange->url, NULL, address) != MWL_ADDRESS_SOUND) {
    return luaL_error(L, "not enough memory for an address");
  }
  lua_pushnil(L);
  while (lua_next(L, headers) != 0) {
    const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
    lua_Integer count = lua_istable(L, -1) ? (lua_Integer)lua_rawlen(L, -1) : 1;
    for (lua_Integer i = 1; i <= count; i++) {
      size_t length;
      const char *value;
      if (lua_istable(L, -1)) {
        lua_rawgeti(L, -1, i);
      } else {
        lua_pushvalue(L, -1);
      }
      value = lua_tolstring(L, -1, &length);
      if (value == NULL) return luaL_error(L, "a transport's header is not a string");
      if (strlen(name) + length + 4 > HEADERS_MAX - exchange->header.length) {
        mwl_failure(L, "protocol", "too_large",
                    "The headers of the reply are larger than %d bytes.", HEADERS_MAX);
        return 0;
      }
      if (!take_header(session, exchange, address, keep_cookies, name, value, length)) {
        return luaL_error(L, "not enough memory for the headers of the reply");
      }
      lua_pop(L, 1);
    }
    lua_pop(L, 1);
  }
  return 1;
}

static int take_response(lua_State *L, struct mwl_session *session, struct mwl_exchange *exchange,
                         const struct mwl_request *request, int response) {
  size_t length;
  const char *body;
  if (lua_getfield(L, response, "status") != LUA_TNUMBER) {
    luaL_error(L, "a transport's response needs a status");
  }
  exchange->status = (long)lua_tointeger(L, -1);
  if (lua_getfield(L, response, "headers") == LUA_TTABLE &&
      !take_headers(L, session, exchange, request, lua_gettop(L))) {
    return 0;
  }
  if (lua_getfield(L, response, "body") == LUA_TNIL) return 1;
  body = luaL_checklstring(L, -1, &length);
  if (length > exchange->reply_max) {
    mwl_failure(L, "protocol", "too_large", "The reply is larger than %.0f bytes.",
                (double)exchange->reply_max);
    return 0;
  }
  if (!mwl_bytes_add(exchange->pool, &exchange->reply, body, length, exchange->reply_max)) {
    return luaL_error(L, "not enough memory for the reply");
  }
  return 1;
}

/* The transport failed with an error of its own, on top: { kind, code, message }. */
static void push_own_failure(lua_State *L) {
  int failure = lua_gettop(L);
  const char *kind;
  const char *code;
  lua_getfield(L, failure, "kind");
  lua_getfield(L, failure, "code");
  lua_getfield(L, failure, "message");
  kind = lua_tostring(L, failure + 1);
  code = lua_tostring(L, failure + 2);
  if (kind == NULL || code == NULL || !lua_isstring(L, failure + 3)) {
    luaL_error(L, "a transport's error is a text, or a table with kind, code and message");
  }
  mwl_failure(L, kind, code, "%s", lua_tostring(L, failure + 3));
}

int mwl_transport_run(lua_State *L, struct mwl_session *session, struct mwl_exchange *exchange,
                      const struct mwl_request *request) {
  int top = lua_gettop(L);
  lua_getiuservalue(L, top, 1);
  lua_getiuservalue(L, -1, MWL_SESSION_OPTIONS);
  lua_getfield(L, -1, "transport");
  lua_remove(L, -2);
  mwl_transport_push_request(L, session, exchange, request);
  lua_call(L, 1, 2);
  if (!session->is_open) luaL_error(L, "the session was closed by its own transport");
  if (lua_istable(L, -2)) {
    lua_pop(L, 1);
    if (!take_response(L, session, exchange, request, lua_gettop(L))) return 0;
    lua_settop(L, top);
    return 1;
  }
  if (!lua_isnil(L, -2)) luaL_error(L, "a transport returns a response, or nil and a message");
  if (lua_istable(L, -1)) {
    push_own_failure(L);
    return 0;
  }
  if (lua_isnil(L, -1)) lua_pushliteral(L, "the transport gave neither a response nor a message");
  luaL_tolstring(L, -1, NULL);
  mwl_failure(L, "network", "transport", "%s: %s", session->wiki->address.host,
              lua_tostring(L, -1));
  return 0;
}
