#include "session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "address_lua.h"
#include "core.h"
#include "exchange.h"
#include "failure.h"
#include "option_names.h"
#include "proxy.h"
#include "pool_lua.h"

#define DEFAULT_TIMEOUT 60.0
#define DEFAULT_CONNECT_TIMEOUT 10.0
#define DEFAULT_MAX_RESPONSE (32.0 * 1024 * 1024)
#define DEFAULT_USER_AGENT "mwlogin"

struct mwl_session *mwl_session_check(lua_State *L, int index) {
  struct mwl_session *session = luaL_checkudata(L, index, MWL_SESSION_CLASS);
  if (!session->is_open) mwl_raise(L, "this session is closed");
  return session;
}

/* == options ===================================================================================== */

/* Strings are not copied: the table of options is a user value of the session. */
static const char *string_option(lua_State *L, int options, const char *name) {
  const char *value = NULL;
  if (lua_getfield(L, options, name) != LUA_TNIL) {
    if (lua_type(L, -1) != LUA_TSTRING) {
      mwl_raise(L, "option '%s' is a string, not a %s", name, luaL_typename(L, -1));
    }
    value = lua_tostring(L, -1);
    if (strlen(value) != lua_rawlen(L, -1) || strpbrk(value, "\r\n") != NULL) {
      mwl_raise(L, "option '%s' holds a line break or a NUL byte", name);
    }
  }
  lua_pop(L, 1);
  return value;
}

/* Plain text or a secret; a plain text is put into a secret, which stays in the options' copy. */
static struct mwl_secret *secret_option(lua_State *L, int options, const char *name) {
  struct mwl_secret *secret;
  lua_getfield(L, options, name);
  secret = mwl_secret_test(L, -1);
  if (secret == NULL) {
    size_t length;
    const char *text = mwl_secret_or_string(L, -1, &length);
    secret = mwl_secret_prepare(L, length);
    memcpy(secret->bytes, text, length);
    secret->length = length;
    lua_setfield(L, options, name);
  }
  lua_pop(L, 1);
  return secret;
}

static void read_http_auth(lua_State *L, struct mwl_session *session, int options) {
  if (lua_getfield(L, options, "http_auth") == LUA_TTABLE) {
    int given = lua_gettop(L);
    lua_newtable(L);
    lua_getfield(L, given, "username");
    lua_setfield(L, -2, "username");
    lua_getfield(L, given, "password");
    lua_setfield(L, -2, "password");
    session->auth_password = secret_option(L, given + 1, "password");
    session->auth_username = string_option(L, given + 1, "username");
    if (session->auth_username == NULL) mwl_raise(L, "option 'http_auth' needs a username");
    lua_setfield(L, options, "http_auth");
  } else if (!lua_isnil(L, -1)) {
    mwl_raise(L, "option 'http_auth' is a table { username, password }");
  }
  lua_pop(L, 1);
}

static int check_names(lua_State *L, int options) {
  static const char *const known[] = {
      "user_agent",  "timeout",    "connect_timeout", "max_response",  "proxy",     "ca_file",
      "client_cert", "client_key", "http_auth",       "insecure_http", "transport", "observe",
      NULL};
  return mwl_option_names_check(L, options, "session", known);
}

/* A copy of the options table, so that a later change of it changes nothing here. */
static void push_copy(lua_State *L, int table) {
  int count;
  if (lua_isnoneornil(L, table)) {
    lua_newtable(L);
    return;
  }
  luaL_checktype(L, table, LUA_TTABLE);
  count = check_names(L, table);
  lua_createtable(L, 0, count);
  lua_pushnil(L);
  while (lua_next(L, table) != 0) {
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_settable(L, -4);
  }
}

static void read_options(lua_State *L, struct mwl_session *session, int options) {
  session->user_agent = string_option(L, options, "user_agent");
  if (session->user_agent == NULL) session->user_agent = DEFAULT_USER_AGENT;
  session->proxy = string_option(L, options, "proxy");
  session->ca_file = string_option(L, options, "ca_file");
  session->client_cert = string_option(L, options, "client_cert");
  session->client_key = string_option(L, options, "client_key");
  session->timeout = mwl_option_bound(L, options, "timeout", DEFAULT_TIMEOUT);
  session->connect_timeout =
      mwl_option_bound(L, options, "connect_timeout", DEFAULT_CONNECT_TIMEOUT);
  session->max_response =
      (size_t)fmin(mwl_option_bound(L, options, "max_response", DEFAULT_MAX_RESPONSE), 1e15);
  read_http_auth(L, session, options);
  lua_getfield(L, options, "insecure_http");
  session->insecure_http = lua_toboolean(L, -1);
  lua_pop(L, 1);
}

/* == life ======================================================================================== */

/***
A session: one conversation with one wiki, with cookies of its own.
@function pool:session
@tparam string api address of the wiki's api.php, http or https, without user name or password
@tparam[opt] table options `user_agent`, `timeout` and `connect_timeout` (seconds), `max_response`
  (bytes), `proxy`, `ca_file`, `client_cert`, `client_key`, `http_auth = { username, password }`,
  `insecure_http`, `transport`, `observe` (called with the request and response of each exchange)
@treturn session
@return nil, err (kind answer) when the address, or the proxy's, is none
*/
int mwl_pool_session(lua_State *L) {
  struct mwl_pool *pool = mwl_pool_check(L, 1);
  const char *api = luaL_checkstring(L, 2);
  struct mwl_session *session;
  int is_sound;
  lua_settop(L, 3);
  push_copy(L, 3);
  session = lua_newuserdatauv(L, sizeof *session, MWL_SESSION_VALUES);
  memset(session, 0, sizeof *session);
  luaL_setmetatable(L, MWL_SESSION_CLASS);
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, 5, MWL_SESSION_POOL);
  lua_pushvalue(L, 4);
  lua_setiuservalue(L, 5, MWL_SESSION_OPTIONS);
  if (lua_getfield(L, 4, "transport") != LUA_TNIL) {
    luaL_argcheck(L, lua_isfunction(L, -1), 3, "option 'transport' is a function");
    session->has_transport = 1;
  }
  if (lua_getfield(L, 4, "observe") != LUA_TNIL) {
    luaL_argcheck(L, lua_isfunction(L, -1), 3, "option 'observe' is a function");
    session->has_observer = 1;
  }
  lua_settop(L, 5);
  session->pool = pool;
  session->number = ++pool->sessions;
  read_options(L, session, 4);
  session->wiki = mwl_wiki_find(pool, api, &is_sound);
  if (!is_sound) {
    return mwl_failure(L, "answer", "address",
                       "The address of a wiki is http:// or https://, a host and a path, "
                       "without user name and password.");
  }
  switch (mwl_proxy_judge(session->proxy)) {
    case MWL_PROXY_SOUND:
      break;
    case MWL_PROXY_SCHEME:
      return mwl_failure(
          L, "answer", "proxy",
          "The option 'proxy' has a scheme that is none of a proxy: there are " MWL_PROXY_SCHEMES
          ".");
    case MWL_PROXY_MALFORMED:
      return mwl_failure(L, "answer", "proxy", "The option 'proxy' is no address.");
  }
  lua_settop(L, 5);
  session->share = curl_share_init();
  if (session->wiki == NULL || session->share == NULL ||
      curl_share_setopt(session->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE) != CURLSHE_OK) {
    return luaL_error(L, "not enough memory for a session");
  }
  session->is_open = 1;
  return 1;
}

/***
Whether a request of this session waits in its queue or is under way.
@function session:is_busy
@treturn boolean
*/
static int session_is_busy(lua_State *L) {
  const struct mwl_session *session = mwl_session_check(L, 1);
  lua_pushboolean(L, mwl_pool_is_busy(session->pool, session));
  return 1;
}

/***
Forgets cookies and tokens and closes. Twice is fine; a later call raises.
@function session:close
*/
static int session_close(lua_State *L) {
  struct mwl_session *session = luaL_checkudata(L, 1, MWL_SESSION_CLASS);
  session->is_open = 0;
  if (session->wiki != NULL) {
    mwl_pool_cancel(session->pool, session);
    mwl_wiki_leave(session->pool, session->wiki);
  }
  session->wiki = NULL;
  free(session->last.url);
  session->last.url = NULL;
  if (session->share != NULL) curl_share_cleanup(session->share);
  session->share = NULL;
  mwl_jar_free(&session->jar);
  return 0;
}

static int session_tostring(lua_State *L) {
  struct mwl_session *session = luaL_checkudata(L, 1, MWL_SESSION_CLASS);
  if (session->is_open) {
    lua_pushfstring(L, "mwlogin session: %s", session->wiki->api);
  } else {
    lua_pushliteral(L, "mwlogin session (closed)");
  }
  return 1;
}

/***
What the last exchange was, for a trace.
@function session:last
@treturn table `{ method, url (no query), status, sent, received (bytes), seconds }`; nil before the
  first
*/
static int session_last(lua_State *L) {
  struct mwl_session *session = mwl_session_check(L, 1);
  const struct mwl_last *last = &session->last;
  if (last->method == NULL) {
    lua_pushnil(L);
    return 1;
  }
  lua_createtable(L, 0, 6);
  lua_pushstring(L, last->method);
  lua_setfield(L, -2, "method");
  lua_pushstring(L, last->url != NULL ? last->url : session->wiki->api);
  lua_setfield(L, -2, "url");
  lua_pushinteger(L, last->status);
  lua_setfield(L, -2, "status");
  lua_pushinteger(L, (lua_Integer)last->sent);
  lua_setfield(L, -2, "sent");
  lua_pushinteger(L, (lua_Integer)last->received);
  lua_setfield(L, -2, "received");
  lua_pushnumber(L, last->seconds);
  lua_setfield(L, -2, "seconds");
  return 1;
}

void mwl_register_session(lua_State *L) {
  static const luaL_Reg methods[] = {{"call", mwl_session_call},
                                     {"fetch", mwl_session_fetch},
                                     {"token", mwl_session_token},
                                     {"drop_tokens", mwl_session_drop_tokens},
                                     {"login", mwl_session_login},
                                     {"auth_step", mwl_session_auth_step},
                                     {"cookies", mwl_session_cookies},
                                     {"last", session_last},
                                     {"is_busy", session_is_busy},
                                     {"close", session_close},
                                     {NULL, NULL}};
  static const luaL_Reg metamethods[] = {
      {"__gc", session_close}, {"__tostring", session_tostring}, {NULL, NULL}};
  mwl_class(L, MWL_SESSION_CLASS, methods, metamethods);
}
