/* A bot password's login that nothing hinders: token, login and proof in a row. Whatever is not as it
   should be is handed to the caller, who knows what it means, with the stage it came at. */
#include <string.h>

#include "call.h"
#include "core.h"
#include "exchange.h"
#include "request.h"
#include "secret.h"
#include "session.h"
#include "token.h"

/* Slots of mwl_session_bot_login. */
enum { SESSION = 1, USERNAME, PASSWORD, LANGUAGE, TOKEN, NAME };

/* == what is sent ================================================================================ */

static void add_string(lua_State *L, struct mwl_parameters *parameters, const char *name,
                       int index) {
  size_t length;
  const char *value = lua_tolstring(L, index, &length);
  if (value != NULL) mwl_parameters_add(parameters, name, value, length);
}

static void add_constant(struct mwl_parameters *parameters, const char *name, const char *value) {
  mwl_parameters_add(parameters, name, value, strlen(value));
}

static void add_formats(struct mwl_parameters *parameters, const char *errorformat) {
  add_constant(parameters, "errorformat", errorformat);
  add_constant(parameters, "format", "json");
  add_constant(parameters, "formatversion", "2");
}

/* `exchange` is NULL for the first. */
static int run(lua_State *L, struct mwl_exchange *exchange, struct mwl_request *request) {
  if (!mwl_parameters_check(L, request->parameters)) return 2;
  request->url = mwl_session_check(L, SESSION)->wiki->api;
  if (exchange == NULL) return mwl_exchange_run(L, SESSION, request);
  return mwl_exchange_again(L, exchange, request);
}

/* == what came =================================================================================== */

/* nil and an error are on top, or a reply that is not the plain one. */
static int stop(lua_State *L, const char *stage, int results) {
  if (results == 1) {
    luaL_pushfail(L);
    lua_pushnil(L);
    lua_pushstring(L, stage);
    lua_pushvalue(L, -4);
  } else {
    lua_pushstring(L, stage);
    lua_pushnil(L);
  }
  lua_pushvalue(L, TOKEN);
  lua_pushvalue(L, NAME);
  return 6;
}

/* Pushes whom the reply on top says is logged in; 0: it does not say so. */
static int push_name(lua_State *L) {
  int reply = lua_gettop(L);
  lua_pushliteral(L, "Success");
  lua_getfield(L, reply, "login");
  lua_getfield(L, -1, "result");
  if (lua_rawequal(L, -1, reply + 1) && lua_getfield(L, reply + 2, "lgusername") == LUA_TSTRING) {
    return 1;
  }
  lua_settop(L, reply);
  return 0;
}

/* Pushes who the reply on top says we are; 0: nobody, or somebody else than was logged in. */
static int push_identity(lua_State *L) {
  int reply = lua_gettop(L);
  int info = reply + 2;
  if (lua_getfield(L, reply, "query") != LUA_TTABLE ||
      lua_getfield(L, info - 1, "userinfo") != LUA_TTABLE ||
      lua_getfield(L, info, "name") != LUA_TSTRING || !lua_rawequal(L, -1, NAME) ||
      lua_getfield(L, info, "id") != LUA_TNUMBER || !lua_isinteger(L, -1) ||
      lua_tointeger(L, -1) == 0 || (lua_getfield(L, info, "anon"), lua_toboolean(L, -1))) {
    lua_settop(L, reply);
    return 0;
  }
  lua_createtable(L, 0, 5); /* room for method and fresh */
  lua_pushvalue(L, NAME);
  lua_setfield(L, -2, "name");
  lua_pushvalue(L, info + 2);
  lua_setfield(L, -2, "id");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "anonymous");
  return 1;
}

/* == the stages ================================================================================== */

static int proof_came(lua_State *L, struct mwl_exchange *exchange) {
  int results = mwl_call_answer(L, exchange);
  return results == 1 && push_identity(L) ? 1 : stop(L, "proof", results);
}

static int ask_proof(lua_State *L, struct mwl_exchange *exchange) {
  struct mwl_parameters parameters;
  struct mwl_request request = {
      .method = "GET", .parameters = &parameters, .answer = proof_came};
  mwl_parameters_begin(&parameters);
  add_constant(&parameters, "action", "query");
  add_string(L, &parameters, "assertuser", NAME);
  add_formats(&parameters, "plaintext");
  add_constant(&parameters, "meta", "userinfo");
  add_string(L, &parameters, "uselang", LANGUAGE);
  return run(L, exchange, &request);
}

static int login_came(lua_State *L, struct mwl_exchange *exchange) {
  int results = mwl_call_answer(L, exchange);
  if (results != 1) return stop(L, "login", results);
  if (!push_name(L)) return stop(L, "login", 1);
  lua_replace(L, NAME);
  return mwl_exchange_then(exchange, ask_proof);
}

static int log_in(lua_State *L, struct mwl_exchange *exchange) {
  const struct mwl_secret *password;
  struct mwl_parameters parameters;
  struct mwl_request request = {.method = "POST",
                                .parameters = &parameters,
                                .is_secret = 1,
                                .module = "login",
                                .key = "result",
                                .answer = login_came};
  password = mwl_secret_test(L, PASSWORD);
  if (password->bytes == NULL) return luaL_error(L, "the secret for 'lgpassword' has been wiped");
  mwl_parameters_begin(&parameters);
  add_constant(&parameters, "action", "login");
  add_formats(&parameters, "raw");
  add_string(L, &parameters, "lgname", USERNAME);
  mwl_parameters_add(&parameters, "lgpassword", password->bytes, password->length);
  add_string(L, &parameters, "lgtoken", TOKEN);
  parameters.has_secret = 1;
  return run(L, exchange, &request);
}

static int token_came(lua_State *L, struct mwl_exchange *exchange) {
  int results = mwl_call_answer(L, exchange);
  int reply = lua_gettop(L);
  if (results != 1) return stop(L, "token", results);
  mwl_token_push(L, "login");
  if (lua_isnil(L, -1)) {
    lua_settop(L, reply);
    return stop(L, "token", 1);
  }
  lua_replace(L, TOKEN);
  return mwl_exchange_then(exchange, log_in);
}

/***
The login of a bot password, proved: three calls in a row as long as nothing hinders them.
@function session:bot_login
@tparam string username
@tparam secret password
@tparam[opt] string language for the wiki's messages
@treturn table `{ name, id, anonymous = false }`
@return nil, err, stage, reply, token, name: what went wrong at stage "token", "login" or "proof"
  (none: nothing was answered), or the reply that is not the plain one; the login token and the name
  the wiki gave, if they were had by then
*/
int mwl_session_bot_login(lua_State *L) {
  struct mwl_parameters parameters;
  struct mwl_request request = {
      .method = "GET", .parameters = &parameters, .answer = token_came};
  mwl_session_check(L, SESSION);
  luaL_checkstring(L, USERNAME);
  luaL_checkudata(L, PASSWORD, MWL_SECRET_CLASS);
  luaL_optstring(L, LANGUAGE, NULL);
  lua_settop(L, NAME);
  lua_pushnil(L);
  lua_replace(L, TOKEN);
  mwl_parameters_begin(&parameters);
  add_constant(&parameters, "action", "query");
  add_formats(&parameters, "plaintext");
  add_constant(&parameters, "meta", "tokens");
  add_constant(&parameters, "type", "login");
  add_string(L, &parameters, "uselang", LANGUAGE);
  return run(L, NULL, &request);
}
