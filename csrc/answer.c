#define _GNU_SOURCE /* memmem */
#include "answer.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "core.h"
#include "exchange.h"
#include "failure.h"
#include "json_value.h"
#include "reply.h"

#define TYPE_SHOWN 80

/* == headers ===================================================================================== */

static void set_number(lua_State *L, const char *name, double value) {
  lua_pushnumber(L, value);
  lua_setfield(L, -2, name);
}

double mwl_answer_retry_after(const struct mwl_exchange *exchange) {
  char text[80];
  char *end;
  double seconds;
  time_t date;
  size_t length;
  const char *value = mwl_exchange_header(exchange, "retry-after", &length);
  if (value == NULL || length == 0 || length >= sizeof text) return -1;
  memcpy(text, value, length);
  text[length] = '\0';
  seconds = strtod(text, &end);
  if (*end == '\0') return seconds >= 0 && seconds < 1e9 ? seconds : -1;
  date = curl_getdate(text, NULL);
  if (date == (time_t)-1) return -1;
  seconds = difftime(date, time(NULL));
  return seconds > 0 ? seconds : 0;
}

/* Adds what every error of a reply tells. */
static void describe(lua_State *L, const struct mwl_exchange *exchange) {
  double seconds = mwl_answer_retry_after(exchange);
  lua_pushinteger(L, exchange->status);
  lua_setfield(L, -2, "status");
  if (seconds >= 0) set_number(L, "retry_after", seconds);
  lua_pushboolean(L, 1);
  lua_setfield(L, -2, "sent");
}

static void content_type(const struct mwl_exchange *exchange, char *out, size_t size) {
  size_t length = 0;
  const char *value = mwl_exchange_header(exchange, "content-type", &length);
  size_t used = 0;
  for (; value != NULL && used < length && used < size - 1; used++) {
    if (value[used] == ';' || value[used] < ' ' || value[used] > '~') break;
    out[used] = value[used];
  }
  out[used] = '\0';
}

/* == status ====================================================================================== */

static int is_redirect(long status) { return status >= 300 && status < 400 && status != 304; }

static void push_redirect(lua_State *L, const struct mwl_exchange *exchange) {
  size_t length = 0;
  const char *location = mwl_exchange_header(exchange, "location", &length);
  mwl_failure_push(L, "http", "redirect", "The address answers with a redirect (HTTP %ld)%s.",
                   exchange->status, location != NULL ? " to another address" : "");
  if (location != NULL) {
    lua_pushlstring(L, location, length);
    lua_setfield(L, -2, "location");
  }
}

/* nginx has no alert for it, but a page. */
static int wants_client_cert(const struct mwl_exchange *exchange) {
  static const char words[] = "SSL certificate";
  return exchange->status == 400 && exchange->reply.length > 0 &&
         memmem(exchange->reply.bytes, exchange->reply.length, words, sizeof words - 1) != NULL;
}

/* An error for a status that is none of the API's own. */
static void push_status(lua_State *L, const struct mwl_exchange *exchange) {
  char type[TYPE_SHOWN];
  content_type(exchange, type, sizeof type);
  if (is_redirect(exchange->status)) {
    push_redirect(L, exchange);
  } else if (wants_client_cert(exchange)) {
    mwl_failure_push(L, "tls", "client_cert_wanted",
                     "The server wants a client certificate, or another one than was given.");
  } else {
    char code[16];
    snprintf(code, sizeof code, "%ld", exchange->status);
    mwl_failure_push(L, exchange->status == 429 ? "throttled" : "http", code,
                     "The server answered HTTP %ld (%s) instead of an API reply.", exchange->status,
                     exchange->reply.length == 0 ? "empty"
                     : type[0] != '\0'           ? type
                                                 : "no type");
  }
  describe(L, exchange);
}

static void push_fault(lua_State *L, const struct mwl_exchange *exchange,
                       enum mwl_reply_fault fault) {
  char type[TYPE_SHOWN];
  content_type(exchange, type, sizeof type);
  if (fault == MWL_REPLY_NOT_JSON && strcasecmp(type, "text/html") == 0) {
    mwl_failure_push(L, "protocol", "html",
                     "The address answered an HTML page, not the API's JSON.");
  } else {
    mwl_failure_push(L, "protocol", mwl_reply_fault_code(fault),
                     "What answered is not the API of a wiki: %s.", mwl_reply_fault_text(fault));
  }
  describe(L, exchange);
}

/* == decoding ==================================================================================== */

/* Pushes the decoded reply; 0: nil and an error. */
static int decode(lua_State *L, const struct mwl_exchange *exchange) {
  int top = lua_gettop(L);
  enum mwl_reply_fault fault = mwl_reply_scan(exchange->reply.bytes, exchange->reply.length);
  if (fault != MWL_REPLY_SOUND) {
    luaL_pushfail(L);
    push_fault(L, exchange, fault);
    return 0;
  }
  if (mwl_json_push(L, exchange->reply.bytes, exchange->reply.length) && lua_istable(L, -1)) {
    return 1;
  }
  lua_settop(L, top);
  luaL_pushfail(L);
  push_fault(L, exchange, MWL_REPLY_NOT_JSON);
  return 0;
}

/* == the API's errors ============================================================================ */

static const char *kind_of(const char *code) {
  static const char *const throttled[] = {"ratelimited", "login-throttled",
                                          "acct_creation_throttle_hit", NULL};
  for (int i = 0; throttled[i] != NULL; i++) {
    if (strcmp(code, throttled[i]) == 0) return "throttled";
  }
  return "api";
}

/* Pushes whatever of an error is text, in any errorformat; its code when nothing is. */
static void push_text(lua_State *L, int error, const char *code) {
  static const char *const names[] = {"text", "info", "html", "*", "key", NULL};
  for (int i = 0; names[i] != NULL; i++) {
    if (lua_getfield(L, error, names[i]) == LUA_TSTRING) return;
    lua_pop(L, 1);
  }
  lua_pushstring(L, code);
}

/* Pushes the list of all codes. */
static void push_codes(lua_State *L, int errors) {
  lua_Integer count = luaL_len(L, errors);
  lua_Integer used = 0;
  lua_newtable(L);
  for (lua_Integer i = 1; i <= count; i++) {
    if (lua_geti(L, errors, i) == LUA_TTABLE) {
      lua_getfield(L, -1, "code");
      lua_rawseti(L, -3, ++used);
    }
    lua_pop(L, 1);
  }
}

/* Pushes nil and the error that the table at `error` describes. */
static void push_api_error(lua_State *L, const struct mwl_exchange *exchange, int error) {
  const char *code;
  int top = lua_gettop(L);
  if (lua_getfield(L, error, "code") != LUA_TSTRING) {
    lua_pop(L, 1);
    lua_pushliteral(L, "unknown");
  }
  code = lua_tostring(L, top + 1);
  luaL_pushfail(L);
  mwl_failure_push(L, kind_of(code), code, "%s", "");
  push_text(L, error, code);
  lua_setfield(L, -2, "message");
  if (lua_getfield(L, error, "data") == LUA_TNIL) {
    lua_pop(L, 1);
    lua_pushvalue(L, error);
  }
  lua_setfield(L, -2, "data");
  lua_getfield(L, error, "module");
  lua_setfield(L, -2, "module");
  describe(L, exchange);
}

/* The reply is on top. 1: it holds an error, and nil and that error were pushed. */
static int push_errors(lua_State *L, const struct mwl_exchange *exchange) {
  int reply = lua_gettop(L);
  if (lua_getfield(L, reply, "error") == LUA_TTABLE) {
    push_api_error(L, exchange, reply + 1);
    return 1;
  }
  lua_settop(L, reply);
  if (lua_getfield(L, reply, "errors") != LUA_TTABLE) {
    lua_settop(L, reply);
    return 0;
  }
  if (lua_geti(L, reply + 1, 1) != LUA_TTABLE) {
    lua_settop(L, reply);
    return 0;
  }
  push_api_error(L, exchange, reply + 2);
  push_codes(L, reply + 1);
  lua_setfield(L, -2, "codes");
  return 1;
}

/* == the whole =================================================================================== */

/* 4xx replies of the API itself (405, 413) are JSON with an error; a 5xx is never believed. */
static int may_be_api(const struct mwl_exchange *exchange) {
  char type[TYPE_SHOWN];
  if (exchange->status == 200) return 1;
  if (exchange->status < 400 || exchange->status >= 500 || exchange->status == 429) return 0;
  content_type(exchange, type, sizeof type);
  return strcasecmp(type, "application/json") == 0 &&
         mwl_reply_scan(exchange->reply.bytes, exchange->reply.length) == MWL_REPLY_SOUND;
}

int mwl_answer_push(lua_State *L, const struct mwl_exchange *exchange, const char *module) {
  if (!may_be_api(exchange)) {
    luaL_pushfail(L);
    push_status(L, exchange);
    return 2;
  }
  if (!decode(L, exchange)) return 2;
  if (push_errors(L, exchange)) return 2;
  if (exchange->status != 200) {
    luaL_pushfail(L);
    push_status(L, exchange);
    return 2;
  }
  if (module == NULL) return 1;
  if (lua_getfield(L, -1, module) == LUA_TTABLE) {
    lua_pop(L, 1);
    return 1;
  }
  luaL_pushfail(L);
  mwl_failure_push(L, "protocol", "no_module",
                   "The reply is JSON but holds no '%s': what answered is not this module.",
                   module);
  describe(L, exchange);
  return 2;
}
