/* Any page of the wiki's own origin, by one exchange; redirects are told, never followed. */
#include <math.h>
#include <string.h>

#include "address_lua.h"
#include "answer.h"
#include "core.h"
#include "exchange.h"
#include "failure.h"
#include "option_names.h"
#include "request.h"
#include "secret.h"
#include "session.h"

/* Stack slots of mwl_session_fetch. */
enum { SESSION = 1, PATH, OPTIONS, URL };

static int flag(lua_State *L, const char *name, int otherwise) {
  int value = otherwise;
  if (lua_getfield(L, OPTIONS, name) != LUA_TNIL) value = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return value;
}

static const char *method(lua_State *L) {
  static const char *const methods[] = {"GET", "POST", "HEAD", "PUT", "DELETE", NULL};
  int which = 0;
  if (lua_getfield(L, OPTIONS, "method") != LUA_TNIL) {
    const char *name = luaL_tolstring(L, -1, NULL);
    while (methods[which] != NULL && strcmp(methods[which], name) != 0) which++;
    if (methods[which] == NULL)
      mwl_raise(L, "option 'method' is one of GET, POST, HEAD, PUT and DELETE, not '%s'", name);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  return methods[which];
}

/* Pushes the absolute address; 0: nil and an error. */
static int push_target(lua_State *L, const struct mwl_session *session, int foreign) {
  size_t length;
  const char *path = luaL_checklstring(L, PATH, &length);
  struct mwl_address *address = mwl_address_new(L);
  enum mwl_address_fault fault = strlen(path) == length
                                     ? mwl_address_parse(path, session->wiki->api, address)
                                     : MWL_ADDRESS_MALFORMED;
  int same =
      fault == MWL_ADDRESS_SOUND && mwl_address_same_origin(address, &session->wiki->address);
  int sound = fault == MWL_ADDRESS_SOUND && !address->has_userinfo;
  if (sound && (same || foreign)) {
    mwl_address_push(L, address);
    lua_remove(L, -2);
  }
  if (fault == MWL_ADDRESS_NO_MEMORY) luaL_error(L, "not enough memory for an address");
  if (!sound) {
    mwl_failure(L, "answer", "address",
                "The address to fetch is not one of http or https without user name.");
    return 0;
  }
  if (!same && !foreign) {
    mwl_failure(
        L, "answer", "origin", "The address to fetch is not on the wiki's own origin (%s://%s:%d).",
        session->wiki->address.scheme, session->wiki->address.host, session->wiki->address.port);
    return 0;
  }
  return 1;
}

/* Why lua-cjson refuses the value, from the error on top, without its place in our code. */
static const char *encoding_fault(lua_State *L) {
  const char *message = luaL_tolstring(L, -1, NULL);
  const char *cause = strstr(message, "Cannot");
  return cause != NULL ? cause : message;
}

/* The body of another kind than a form: `json` or `content` with `content_type`. */
static void read_content(lua_State *L, struct mwl_request *request) {
  if (lua_getfield(L, OPTIONS, "json") != LUA_TNIL) {
    lua_getfield(L, LUA_REGISTRYINDEX, MWL_ENCODE);
    lua_insert(L, -2);
    if (lua_pcall(L, 1, 1, 0) != LUA_OK)
      mwl_raise(L, "option 'json' holds what JSON cannot: %s", encoding_fault(L));
    request->content = luaL_checklstring(L, -1, &request->content_length);
    request->content_type = "application/json";
    return;
  }
  lua_pop(L, 1);
  if (lua_getfield(L, OPTIONS, "content") == LUA_TNIL) {
    lua_pop(L, 1);
    return;
  }
  request->content = mwl_secret_option(L, "content", &request->content_length);
  if (lua_getfield(L, OPTIONS, "content_type") == LUA_TSTRING) {
    request->content_type = lua_tostring(L, -1);
  } else {
    request->content_type = "application/octet-stream";
  }
}

/* A value that points into a Lua string stays on the stack. 0: nil and an error were pushed. */
static int read_options(lua_State *L, struct mwl_request *request,
                        struct mwl_parameters *parameters) {
  static const char *const known[] = {
      "method", "params",      "json",    "content",       "content_type", "headers", "cookies",
      "secret", "secret_body", "foreign", "authorization", "max_response", "timeout", NULL};
  mwl_option_names_check(L, OPTIONS, "fetch", known);
  request->method = method(L);
  request->timeout = mwl_option_bound(L, OPTIONS, "timeout", 0);
  request->reply_max = (size_t)fmin(mwl_option_bound(L, OPTIONS, "max_response", 0), 1e15);
  request->foreign = flag(L, "foreign", 0);
  request->no_cookies = !flag(L, "cookies", 1);
  request->is_secret = flag(L, "secret", 0);
  if (lua_getfield(L, OPTIONS, "authorization") != LUA_TNIL) {
    request->authorization = mwl_secret_option(L, "authorization", &request->authorization_length);
  }
  if (lua_getfield(L, OPTIONS, "headers") != LUA_TNIL) {
    luaL_checktype(L, -1, LUA_TTABLE);
    request->headers = lua_gettop(L);
  }
  if (lua_getfield(L, OPTIONS, "params") != LUA_TNIL) {
    if (!mwl_parameters_read(L, lua_gettop(L), NULL, parameters)) return 0;
    request->parameters = parameters;
  }
  read_content(L, request);
  return 1;
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c | 32) : c; }

/* Adds one header to the map on top; a repeated one is joined by a comma. */
static void add_header(lua_State *L, const char *line, size_t length) {
  const char *colon = memchr(line, ':', length);
  const char *value;
  size_t value_length;
  luaL_Buffer name;
  if (colon == NULL) return;
  value = colon + 1;
  value_length = length - (size_t)(value - line);
  while (value_length > 0 && (*value == ' ' || *value == '\t')) {
    value++;
    value_length--;
  }
  while (value_length > 0 && (value[value_length - 1] == '\r' || value[value_length - 1] == ' ')) {
    value_length--;
  }
  luaL_buffinit(L, &name);
  for (const char *at = line; at < colon; at++) luaL_addchar(&name, lower(*at));
  luaL_pushresult(&name);
  if (strcmp(lua_tostring(L, -1), "set-cookie") == 0) { /* cookies stay in the jar */
    lua_pop(L, 1);
    return;
  }
  lua_pushvalue(L, -1);
  if (lua_gettable(L, -3) == LUA_TSTRING) {
    lua_pushliteral(L, ", ");
    lua_pushlstring(L, value, value_length);
    lua_concat(L, 3);
  } else {
    lua_pop(L, 1);
    lua_pushlstring(L, value, value_length);
  }
  lua_settable(L, -3);
}

static void push_headers(lua_State *L, const struct mwl_exchange *exchange) {
  const char *at = exchange->header.bytes;
  const char *end = at != NULL ? at + exchange->header.length : at;
  lua_newtable(L);
  while (at < end) {
    const char *line_end = memchr(at, '\n', (size_t)(end - at));
    size_t line = line_end != NULL ? (size_t)(line_end - at) : (size_t)(end - at);
    add_header(L, at, line);
    at += line + 1;
  }
}

/* Sets `location` of the table on top, made absolute; what is no address of http stays as it came,
   for an error to show. */
static void set_location(lua_State *L, const struct mwl_exchange *exchange, const char *url) {
  struct mwl_address *address;
  size_t length;
  const char *value = mwl_exchange_header(exchange, "location", &length);
  if (value == NULL || exchange->status < 300 || exchange->status >= 400) return;
  address = mwl_address_new(L);
  lua_pushlstring(L, value, length);
  if (mwl_address_parse(lua_tostring(L, -1), url, address) == MWL_ADDRESS_SOUND) {
    mwl_address_push(L, address);
    if (address->fragment != NULL) {
      lua_pushfstring(L, "#%s", address->fragment);
      lua_concat(L, 2);
    }
    lua_replace(L, -2);
  }
  lua_setfield(L, -3, "location");
  lua_pop(L, 1);
}

static void push_body(lua_State *L, const struct mwl_exchange *exchange, int is_secret) {
  const char *bytes = exchange->reply.bytes != NULL ? exchange->reply.bytes : "";
  struct mwl_secret *secret;
  if (!is_secret) {
    lua_pushlstring(L, bytes, exchange->reply.length);
    return;
  }
  secret = mwl_secret_prepare(L, exchange->reply.length);
  memcpy(secret->bytes, bytes, exchange->reply.length);
  secret->length = exchange->reply.length;
}

static int fetch_answer(lua_State *L, struct mwl_exchange *exchange) {
  double wait = mwl_answer_retry_after(exchange);
  lua_createtable(L, 0, 6);
  lua_pushinteger(L, exchange->status);
  lua_setfield(L, -2, "status");
  push_headers(L, exchange);
  lua_setfield(L, -2, "headers");
  push_body(L, exchange, flag(L, "secret_body", 0));
  lua_setfield(L, -2, "body");
  lua_pushvalue(L, URL);
  lua_setfield(L, -2, "url");
  set_location(L, exchange, lua_tostring(L, URL));
  if (wait >= 0) {
    lua_pushnumber(L, wait);
    lua_setfield(L, -2, "retry_after");
  }
  return 1;
}

/***
Fetches a page of the wiki's own origin, with its cookies; one exchange.
@function session:fetch
@tparam string path an address, or a path that resolves against api.php's
@tparam[opt] table options `method`, `params`, `json`, `content` and `content_type`, `headers`,
  `cookies = false`, `timeout`, `max_response`, `authorization`, `secret` (may travel over https and
  to loopback only), `secret_body` (the reply's body is a secret), `foreign` (another origin: no
  cookies, no credentials)
@treturn table `{ status, headers, body, location, url, retry_after }`
@return nil, err: answer, network, tls
*/
int mwl_session_fetch(lua_State *L) {
  struct mwl_session *session = mwl_session_check(L);
  struct mwl_parameters parameters;
  struct mwl_request request;
  memset(&request, 0, sizeof request);
  lua_settop(L, OPTIONS);
  if (lua_isnil(L, OPTIONS)) {
    lua_newtable(L);
    lua_replace(L, OPTIONS);
  }
  luaL_checktype(L, OPTIONS, LUA_TTABLE);
  if (!push_target(L, session, flag(L, "foreign", 0))) return 2;
  request.url = lua_tostring(L, URL);
  if (!read_options(L, &request, &parameters)) return 2;
  request.answer = fetch_answer;
  return mwl_exchange_run(L, &request);
}
