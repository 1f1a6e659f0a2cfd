#include "session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "address_lua.h"
#include "core.h"
#include "exchange.h"
#include "failure.h"
#include "handle.h"
#include "option_names.h"
#include "proxy.h"
#include "pool_lua.h"

#define DEFAULT_TIMEOUT 60.0
#define DEFAULT_CONNECT_TIMEOUT 10.0
#define DEFAULT_MAX_RESPONSE (32.0 * 1024 * 1024)

static const char default_user_agent[] = "mwlogin";

/* Slots of mwl_pool_session. */
enum { POOL = 1, API, OPTIONS, SESSION };

struct mwl_session *mwl_session_check(lua_State *L) {
  struct mwl_session *session = mwl_self(L, MWL_SESSION_CLASS);
  if (!session->is_open) mwl_raise(L, "this session is closed");
  return session;
}

/* == options ===================================================================================== */

/* The value on top, which is not copied: a user value of the session holds it. */
static const char *check_string(lua_State *L, const char *name) {
  const char *value;
  if (lua_type(L, -1) != LUA_TSTRING) {
    mwl_raise(L, "option '%s' is a string, not a %s", name, luaL_typename(L, -1));
  }
  value = lua_tostring(L, -1);
  if (strlen(value) != lua_rawlen(L, -1) || strpbrk(value, "\r\n") != NULL) {
    mwl_raise(L, "option '%s' holds a line break or a NUL byte", name);
  }
  return value;
}

static const char *string_option(lua_State *L, int options, const char *name) {
  const char *value = NULL;
  if (lua_getfield(L, options, name) != LUA_TNIL) value = check_string(L, name);
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
    const char *text = mwl_secret_option(L, name, &length);
    secret = mwl_secret_prepare(L, length);
    memcpy(secret->bytes, text, length);
    secret->length = length;
    lua_setfield(L, options, name);
  }
  lua_pop(L, 1);
  return secret;
}

/* libcurl would take it for the end, and send another password. */
static int has_nul(const struct mwl_secret *secret) {
  return secret->length > 0 && memchr(secret->bytes, '\0', secret->length) != NULL;
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
    if (has_nul(session->auth_password)) mwl_raise(L, "option 'password' holds a NUL byte");
    lua_setfield(L, options, "http_auth");
  } else if (!lua_isnil(L, -1)) {
    mwl_raise(L, "option 'http_auth' is a table { username, password }");
  }
  lua_pop(L, 1);
}

static const char *const known[] = {
    "user_agent",  "timeout",    "connect_timeout", "max_response",  "proxy",     "ca_file",
    "client_cert", "client_key", "http_auth",       "insecure_http", "transport", "observe",
    NULL};

/* A copy of the options a session has besides its user agent, so that a later change of the table
   changes nothing here; nil where there are none. */
static void push_copy(lua_State *L, int table) {
  int copy;
  lua_pushnil(L);
  copy = lua_gettop(L);
  if (lua_isnil(L, table)) return;
  lua_pushnil(L);
  while (lua_next(L, table) != 0) {
    if (!mwl_option_names_has(L, -2, known) || strcmp(lua_tostring(L, -2), known[0]) == 0) {
      lua_pop(L, 1);
      continue;
    }
    if (lua_isnil(L, copy)) {
      lua_createtable(L, 0, 2);
      lua_replace(L, copy);
    }
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_settable(L, copy);
  }
}

static int has_function(lua_State *L, int options, const char *name) {
  int type = lua_getfield(L, options, name);
  lua_pop(L, 1);
  if (type != LUA_TNIL && type != LUA_TFUNCTION) luaL_error(L, "option '%s' is a function", name);
  return type == LUA_TFUNCTION;
}

static void read_user_agent(lua_State *L, struct mwl_session *session, int options) {
  session->user_agent = default_user_agent;
  if (lua_isnil(L, options)) return;
  /* asked for once: a table may make its values, and what it gives the next time is another string */
  if (lua_getfield(L, options, "user_agent") != LUA_TNIL) {
    session->user_agent = check_string(L, "user_agent");
  }
  lua_setiuservalue(L, SESSION, MWL_SESSION_USER_AGENT);
}

static void read_options(lua_State *L, struct mwl_session *session, int options) {
  session->has_transport = has_function(L, options, "transport");
  session->has_observer = has_function(L, options, "observe");
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
@tparam[opt] boolean among_others the table holds options of others, too, which are passed over
@treturn session
@return nil, err (kind answer) when the address, or the proxy's, is none
*/
int mwl_pool_session(lua_State *L) {
  struct mwl_pool *pool = mwl_pool_check(L);
  size_t length;
  const char *api = luaL_checklstring(L, API, &length);
  struct mwl_session *session;
  int is_sound;
  int among_others = lua_toboolean(L, OPTIONS + 1);
  lua_settop(L, OPTIONS);
  if (!lua_isnil(L, OPTIONS)) luaL_checktype(L, OPTIONS, LUA_TTABLE);
  if (!among_others) mwl_option_names_check(L, OPTIONS, "session", known);
  session = lua_newuserdatauv(L, sizeof *session, MWL_SESSION_VALUES);
  memset(session, 0, sizeof *session);
  luaL_setmetatable(L, MWL_SESSION_CLASS);
  lua_pushvalue(L, POOL);
  lua_setiuservalue(L, SESSION, MWL_SESSION_POOL);
  session->pool = pool;
  session->number = ++pool->sessions;
  session->timeout = DEFAULT_TIMEOUT;
  session->connect_timeout = DEFAULT_CONNECT_TIMEOUT;
  session->max_response = (size_t)DEFAULT_MAX_RESPONSE;
  read_user_agent(L, session, OPTIONS);
  push_copy(L, OPTIONS);
  if (!lua_isnil(L, -1)) read_options(L, session, lua_gettop(L));
  lua_setiuservalue(L, SESSION, MWL_SESSION_OPTIONS);
  is_sound = strlen(api) == length;
  if (is_sound) session->wiki = mwl_wiki_find(pool, api, &is_sound);
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
  lua_pushboolean(L, mwl_session_check(L)->under_way > 0);
  return 1;
}

/***
Whether nobody on the way can read what is sent: https, or an address of this machine.
@function session:is_private
@treturn boolean
*/
static int session_is_private(lua_State *L) {
  lua_pushboolean(L, mwl_session_check(L)->wiki->is_private);
  return 1;
}

/***
Forgets cookies and tokens and closes. Twice is fine; a later call raises.
@function session:close
*/
static int session_close(lua_State *L) {
  struct mwl_session *session = mwl_self(L, MWL_SESSION_CLASS);
  session->is_open = 0;
  if (session->wiki != NULL) {
    mwl_pool_cancel(session->pool, session);
    mwl_handle_forget(session->pool, session);
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
  struct mwl_session *session = mwl_self(L, MWL_SESSION_CLASS);
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
  struct mwl_session *session = mwl_session_check(L);
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
                                     {"bot_login", mwl_session_bot_login},
                                     {"auth_step", mwl_session_auth_step},
                                     {"cookies", mwl_session_cookies},
                                     {"last", session_last},
                                     {"is_busy", session_is_busy},
                                     {"is_private", session_is_private},
                                     {"close", session_close},
                                     {NULL, NULL}};
  static const luaL_Reg metamethods[] = {
      {"__gc", session_close}, {"__tostring", session_tostring}, {NULL, NULL}};
  mwl_class(L, MWL_SESSION_CLASS, methods, metamethods);
}
