/* A bot password's login that nothing hinders: token, login and proof in a row. Whatever is not as it
   should be is handed to the caller, who knows what it means, with the stage it came at. */
#include <string.h>

#include "call.h"
#include "core.h"
#include "exchange.h"
#include "json_shape.h"
#include "json_value.h"
#include "request.h"
#include "secret.h"
#include "session.h"

/* Slots of mwl_session_bot_login. */
enum { SESSION = 1, USERNAME, PASSWORD, LANGUAGE, TOKEN, NAME };

#define FORMATS(errors) "errorformat=" errors "&format=json&formatversion=2"

/* Members of replies. */
#define COMPLETE \
  { "batchcomplete", MWL_SHAPE_TRUE, NULL, NULL, 0 }
#define END \
  { NULL, MWL_SHAPE_TRUE, NULL, NULL, 0 }

/* == what is sent ================================================================================ */

static void add_string(lua_State *L, struct mwl_parameters *parameters, const char *name,
                       int index) {
  size_t length;
  const char *value = lua_tolstring(L, index, &length);
  if (value != NULL) mwl_parameters_add(parameters, name, value, length);
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

static int has_shape(const struct mwl_exchange *exchange, struct mwl_shape *members) {
  return exchange->status == 200 &&
         mwl_json_has_shape(exchange->reply.bytes, exchange->reply.length, members);
}

/* Puts a text of the reply into a slot; 0: it was not there. */
static int keep_text(lua_State *L, const struct mwl_shape *text, int slot) {
  if (text->value == NULL || !mwl_json_push(L, text->value, text->length)) return 0;
  lua_replace(L, slot);
  return 1;
}

/* Pushes who we are; 0: nobody, or somebody else than was logged in. */
static int push_identity(lua_State *L, const struct mwl_shape *id, const struct mwl_shape *name) {
  int top = lua_gettop(L);
  if (id->value == NULL || name->value == NULL || !mwl_json_push(L, id->value, id->length) ||
      !lua_isinteger(L, -1) || !mwl_json_push(L, name->value, name->length) ||
      !lua_rawequal(L, -1, NAME)) {
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
  struct mwl_shape user[] = {
      {"id", MWL_SHAPE_WHOLE, NULL, NULL, 0}, {"name", MWL_SHAPE_TEXT, NULL, NULL, 0}, END};
  struct mwl_shape query[] = {{"userinfo", MWL_SHAPE_OBJECT, user, NULL, 0}, END};
  struct mwl_shape reply[] = {COMPLETE, {"query", MWL_SHAPE_OBJECT, query, NULL, 0}, END};
  if (has_shape(exchange, reply) && push_identity(L, &user[0], &user[1])) return 1;
  return stop(L, exchange, "proof");
}

static int ask_proof(lua_State *L, struct mwl_exchange *exchange) {
  struct mwl_parameters parameters;
  struct mwl_request request = {
      .method = "GET",
      .encoded = "action=query&" FORMATS("plaintext") "&meta=userinfo",
      .parameters = &parameters,
      .answer = proof_came,
  };
  mwl_parameters_begin(&parameters);
  add_string(L, &parameters, "assertuser", NAME);
  add_string(L, &parameters, "uselang", LANGUAGE);
  return run_next(L, exchange, &request);
}

static int is_success(const struct mwl_shape *result) {
  static const char success[] = "\"Success\"";
  return result->value != NULL && result->length == sizeof success - 1 &&
         memcmp(result->value, success, result->length) == 0;
}

static int login_came(lua_State *L, struct mwl_exchange *exchange) {
  struct mwl_shape login[] = {{"result", MWL_SHAPE_TEXT, NULL, NULL, 0},
                              {"lgusername", MWL_SHAPE_TEXT, NULL, NULL, 0},
                              {"lguserid", MWL_SHAPE_WHOLE, NULL, NULL, 0},
                              END};
  struct mwl_shape reply[] = {{"login", MWL_SHAPE_OBJECT, login, NULL, 0}, END};
  if (has_shape(exchange, reply) && is_success(&login[0]) && keep_text(L, &login[1], NAME)) {
    return mwl_exchange_then(exchange, ask_proof);
  }
  return stop(L, exchange, "login");
}

static int log_in(lua_State *L, struct mwl_exchange *exchange) {
  const struct mwl_secret *password = mwl_secret_test(L, PASSWORD);
  struct mwl_parameters parameters;
  struct mwl_request request = {
      .method = "POST",
      .encoded = "action=login&" FORMATS("raw"),
      .parameters = &parameters,
      .is_secret = 1,
      .module = "login",
      .key = "result",
      .answer = login_came,
  };
  if (password->bytes == NULL) return luaL_error(L, "the secret for 'lgpassword' has been wiped");
  mwl_parameters_begin(&parameters);
  add_string(L, &parameters, "lgname", USERNAME);
  mwl_parameters_add(&parameters, "lgpassword", password->bytes, password->length);
  add_string(L, &parameters, "lgtoken", TOKEN);
  parameters.has_secret = 1;
  return run_next(L, exchange, &request);
}

static int token_came(lua_State *L, struct mwl_exchange *exchange) {
  struct mwl_shape tokens[] = {{"logintoken", MWL_SHAPE_TEXT, NULL, NULL, 0}, END};
  struct mwl_shape query[] = {{"tokens", MWL_SHAPE_OBJECT, tokens, NULL, 0}, END};
  struct mwl_shape reply[] = {COMPLETE, {"query", MWL_SHAPE_OBJECT, query, NULL, 0}, END};
  if (has_shape(exchange, reply) && keep_text(L, &tokens[0], TOKEN)) {
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
  struct mwl_request request = {
      .method = "GET",
      .encoded = "action=query&" FORMATS("plaintext") "&meta=tokens&type=login",
      .parameters = &parameters,
      .answer = token_came,
  };
  request.url = mwl_session_check(L, SESSION)->wiki->api;
  luaL_checkstring(L, USERNAME);
  luaL_checkudata(L, PASSWORD, MWL_SECRET_CLASS);
  luaL_optstring(L, LANGUAGE, NULL);
  lua_settop(L, NAME);
  lua_pushnil(L);
  lua_replace(L, TOKEN);
  mwl_parameters_begin(&parameters);
  add_string(L, &parameters, "uselang", LANGUAGE);
  return mwl_exchange_run(L, SESSION, &request);
}
