/* A bot password's login that nothing hinders: token, login and proof in a row. Whatever is not as it
   should be is handed to the caller, who knows what it means, with the stage it came at. */
#include <string.h>

#include "call.h"
#include "core.h"
#include "exchange.h"
#include "json_pick.h"
#include "json_value.h"
#include "reply.h"
#include "request.h"
#include "secret.h"
#include "session.h"

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

static int run_next(lua_State *L, struct mwl_exchange *exchange, struct mwl_request *request) {
  if (!exchange->session->is_open) return luaL_error(L, "this session is closed");
  if (!mwl_parameters_check(L, request->parameters)) return 2;
  request->url = exchange->session->wiki->api;
  return mwl_exchange_again(L, exchange, request);
}

/* == what came =================================================================================== */

/* What came is not the plain reply: it is for the caller to judge. */
static int stop(lua_State *L, struct mwl_exchange *exchange, const char *stage) {
  if (mwl_call_answer(L, exchange) == 1) {
    int reply = lua_gettop(L);
    luaL_pushfail(L);
    lua_pushnil(L);
    lua_pushstring(L, stage);
    lua_pushvalue(L, reply);
  } else {
    lua_pushstring(L, stage);
    lua_pushnil(L);
  }
  lua_pushvalue(L, TOKEN);
  lua_pushvalue(L, NAME);
  return 6;
}

static int pick(const struct mwl_pick *from, struct mwl_pick *picks, size_t count) {
  return from->value != NULL && mwl_json_pick(from->value, from->length, picks, count);
}

/* Picks of the object `name` in the reply, or of the one in its query. */
static int pick_reply(const struct mwl_exchange *exchange, const char *name, int in_query,
                      struct mwl_pick *picks, size_t count) {
  struct mwl_pick reply = {NULL, exchange->reply.bytes, exchange->reply.length};
  struct mwl_pick outer[] = {{"query", NULL, 0}, {"batchcomplete", NULL, 0}};
  struct mwl_pick inner = {name, NULL, 0};
  if (exchange->status != 200 || mwl_reply_scan(reply.value, reply.length) != MWL_REPLY_SOUND) {
    return 0;
  }
  if (!in_query) return pick(&reply, &inner, 1) && pick(&inner, picks, count);
  return pick(&reply, outer, 2) && pick(&outer[0], &inner, 1) && pick(&inner, picks, count);
}

/* Puts the text picked into a slot; 0: it is none. */
static int keep_text(lua_State *L, const struct mwl_pick *picked, int slot) {
  if (picked->value == NULL || picked->value[0] != '"' ||
      !mwl_json_push(L, picked->value, picked->length)) {
    return 0;
  }
  lua_replace(L, slot);
  return lua_rawlen(L, slot) > 0;
}

/* Pushes who we are; 0: nobody, or somebody else than was logged in. */
static int push_identity(lua_State *L, const struct mwl_pick *id, const struct mwl_pick *name) {
  int top = lua_gettop(L);
  if (id->value == NULL || name->value == NULL || !mwl_json_push(L, id->value, id->length) ||
      !lua_isinteger(L, -1) || lua_tointeger(L, -1) == 0 ||
      !mwl_json_push(L, name->value, name->length) || !lua_rawequal(L, -1, NAME)) {
    lua_settop(L, top);
    return 0;
  }
  lua_createtable(L, 0, 5); /* room for method and fresh */
  lua_insert(L, -2);
  lua_setfield(L, -2, "name");
  lua_insert(L, -2);
  lua_setfield(L, -2, "id");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "anonymous");
  return 1;
}

/* == the stages ================================================================================== */

static int proof_came(lua_State *L, struct mwl_exchange *exchange) {
  struct mwl_pick picks[] = {{"id", NULL, 0}, {"name", NULL, 0}};
  if (pick_reply(exchange, "userinfo", 1, picks, 2) && push_identity(L, &picks[0], &picks[1])) {
    return 1;
  }
  return stop(L, exchange, "proof");
}

static int ask_proof(lua_State *L, struct mwl_exchange *exchange) {
  struct mwl_parameters parameters;
  struct mwl_request request = {.method = "GET", .parameters = &parameters, .answer = proof_came};
  mwl_parameters_begin(&parameters);
  add_constant(&parameters, "action", "query");
  add_string(L, &parameters, "assertuser", NAME);
  add_formats(&parameters, "plaintext");
  add_constant(&parameters, "meta", "userinfo");
  add_string(L, &parameters, "uselang", LANGUAGE);
  return run_next(L, exchange, &request);
}

static int is_success(const struct mwl_pick *result) {
  static const char success[] = "\"Success\"";
  return result->value != NULL && result->length == sizeof success - 1 &&
         memcmp(result->value, success, result->length) == 0;
}

static int login_came(lua_State *L, struct mwl_exchange *exchange) {
  struct mwl_pick picks[] = {{"result", NULL, 0}, {"lgusername", NULL, 0}, {"lguserid", NULL, 0}};
  if (pick_reply(exchange, "login", 0, picks, 3) && is_success(&picks[0]) &&
      keep_text(L, &picks[1], NAME)) {
    return mwl_exchange_then(exchange, ask_proof);
  }
  return stop(L, exchange, "login");
}

static int log_in(lua_State *L, struct mwl_exchange *exchange) {
  const struct mwl_secret *password = mwl_secret_test(L, PASSWORD);
  struct mwl_parameters parameters;
  struct mwl_request request = {.method = "POST",
                                .parameters = &parameters,
                                .is_secret = 1,
                                .module = "login",
                                .key = "result",
                                .answer = login_came};
  if (password->bytes == NULL) return luaL_error(L, "the secret for 'lgpassword' has been wiped");
  mwl_parameters_begin(&parameters);
  add_constant(&parameters, "action", "login");
  add_formats(&parameters, "raw");
  add_string(L, &parameters, "lgname", USERNAME);
  mwl_parameters_add(&parameters, "lgpassword", password->bytes, password->length);
  add_string(L, &parameters, "lgtoken", TOKEN);
  parameters.has_secret = 1;
  return run_next(L, exchange, &request);
}

static int token_came(lua_State *L, struct mwl_exchange *exchange) {
  struct mwl_pick picked = {"logintoken", NULL, 0};
  if (pick_reply(exchange, "tokens", 1, &picked, 1) && keep_text(L, &picked, TOKEN)) {
    return mwl_exchange_then(exchange, log_in);
  }
  return stop(L, exchange, "token");
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
  struct mwl_request request = {.method = "GET", .parameters = &parameters, .answer = token_came};
  request.url = mwl_session_check(L, SESSION)->wiki->api;
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
  return mwl_exchange_run(L, SESSION, &request);
}
