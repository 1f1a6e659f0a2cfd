/* A bot password's login that nothing hinders: token, login and proof in a row. Whatever is not as it
   should be is handed to the caller, who knows what it means, with the stage it came at. */
#define _GNU_SOURCE /* mempcpy */
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
enum { SESSION = 1, USERNAME, PASSWORD, LANGUAGE };

#define LONGEST_TOKEN 255
#define LONGEST_NAME 255

enum stage { TOKEN, LOGIN, PROOF };

struct plan {
  enum stage stage;
  size_t token_length; /* 0: none yet */
  char token[LONGEST_TOKEN];
  size_t name_length; /* 0: none yet */
  char name[LONGEST_NAME];
  size_t language_length; /* 0: none */
  size_t body_length;     /* of the login, up to the token */
  char encoded[];         /* the language, then the body */
};

#define FORMATS(errors) "errorformat=" errors "&format=json&formatversion=2"

/* == the requests ================================================================================ */

static void add(lua_State *L, struct mwl_parameters *parameters, const char *name, int index) {
  size_t length;
  const char *value = lua_tolstring(L, index, &length);
  if (value != NULL) mwl_parameters_add(parameters, name, value, length);
}

#define LOGIN_BEGINS "action=login&" FORMATS("raw") "&"
#define LOGIN_ENDS "&lgtoken="

static int make_plan(lua_State *L, struct mwl_exchange *exchange) {
  const struct mwl_secret *password = mwl_secret_test(L, PASSWORD);
  struct mwl_parameters login, language;
  struct plan *plan;
  char *at;
  size_t form;
  mwl_parameters_begin(&login);
  add(L, &login, "lgname", USERNAME);
  mwl_parameters_add(&login, "lgpassword", password->bytes, password->length);
  mwl_parameters_begin(&language);
  add(L, &language, "uselang", LANGUAGE);
  form = mwl_form_length(login.fields, login.count);
  exchange->plan_size = sizeof *plan + mwl_form_length(language.fields, language.count) +
                        strlen(LOGIN_BEGINS) + form + strlen(LOGIN_ENDS);
  exchange->plan = mwl_arena_alloc(exchange->plan_size);
  plan = exchange->plan;
  if (plan == NULL) return 0;
  memset(plan, 0, sizeof *plan);
  at = mwl_form_write(plan->encoded, language.fields, language.count);
  plan->language_length = (size_t)(at - plan->encoded);
  at = mempcpy(at, LOGIN_BEGINS, strlen(LOGIN_BEGINS));
  at = mwl_form_write(at, login.fields, login.count);
  at = mempcpy(at, LOGIN_ENDS, strlen(LOGIN_ENDS));
  plan->body_length = (size_t)(at - plan->encoded) - plan->language_length;
  return 1;
}

/* Room for the address and what follows it there. NULL: no memory. */
static char *start_url(struct mwl_exchange *exchange, size_t more) {
  const char *api = exchange->session->wiki->api;
  size_t length = strlen(api);
  exchange->url_size = length + more + 1;
  exchange->url = mwl_arena_alloc(exchange->url_size);
  if (exchange->url == NULL) return NULL;
  return mempcpy(exchange->url, api, length);
}

static int send_login(struct mwl_exchange *exchange) {
  const struct plan *plan = exchange->plan;
  char *at;
  mwl_exchange_renew(exchange);
  exchange->method = "POST";
  exchange->module = "login";
  exchange->key = "result";
  exchange->body_size = plan->body_length + mwl_percent_length(plan->token, plan->token_length);
  exchange->body = mwl_arena_alloc(exchange->body_size);
  if (exchange->body == NULL) return -1;
  at = mempcpy(exchange->body, plan->encoded + plan->language_length, plan->body_length);
  mwl_percent_write(at, plan->token, plan->token_length);
  exchange->body_length = exchange->body_size;
  at = start_url(exchange, 0);
  if (at == NULL) return -1;
  *at = '\0';
  return 1;
}

#define PROOF_BEGINS "?action=query&" FORMATS("plaintext") "&meta=userinfo&assertuser="

static int ask_proof(struct mwl_exchange *exchange) {
  const struct plan *plan = exchange->plan;
  char *at;
  mwl_exchange_renew(exchange);
  exchange->method = "GET";
  exchange->module = exchange->key = NULL;
  at =
      start_url(exchange, strlen(PROOF_BEGINS) + mwl_percent_length(plan->name, plan->name_length) +
                              1 + plan->language_length);
  if (at == NULL) return -1;
  at = mempcpy(at, PROOF_BEGINS, strlen(PROOF_BEGINS));
  at = mwl_percent_write(at, plan->name, plan->name_length);
  if (plan->language_length > 0) *at++ = '&';
  at = mempcpy(at, plan->encoded, plan->language_length);
  *at = '\0';
  return 1;
}

/* == the replies ================================================================================= */

/* Members of replies. */
#define MEMBER(name, kind) \
  { name, kind, NULL, NULL, 0 }
#define OBJECT(name, members) \
  { name, MWL_SHAPE_OBJECT, members, NULL, 0 }
#define END MEMBER(NULL, MWL_SHAPE_TRUE)

static int has_shape(const struct mwl_exchange *exchange, struct mwl_shape *members) {
  return exchange->status == 200 &&
         mwl_json_has_shape(exchange->reply.bytes, exchange->reply.length, members);
}

static int read_token(struct mwl_exchange *exchange, struct plan *plan) {
  struct mwl_shape tokens[] = {MEMBER("logintoken", MWL_SHAPE_TEXT), END};
  struct mwl_shape query[] = {OBJECT("tokens", tokens), END};
  struct mwl_shape reply[] = {MEMBER("batchcomplete", MWL_SHAPE_TRUE), OBJECT("query", query), END};
  if (!has_shape(exchange, reply) || tokens[0].value == NULL) return 0;
  plan->token_length = mwl_json_text(&tokens[0], plan->token, LONGEST_TOKEN);
  return plan->token_length > 0;
}

static int is_success(const struct mwl_shape *result) {
  static const char success[] = "\"Success\"";
  return result->value != NULL && result->length == sizeof success - 1 &&
         memcmp(result->value, success, result->length) == 0;
}

static int read_name(struct mwl_exchange *exchange, struct plan *plan) {
  struct mwl_shape login[] = {MEMBER("result", MWL_SHAPE_TEXT),
                              MEMBER("lgusername", MWL_SHAPE_TEXT),
                              MEMBER("lguserid", MWL_SHAPE_WHOLE), END};
  struct mwl_shape reply[] = {OBJECT("login", login), END};
  if (!has_shape(exchange, reply) || !is_success(&login[0]) || login[1].value == NULL) return 0;
  plan->name_length = mwl_json_text(&login[1], plan->name, LONGEST_NAME);
  return plan->name_length > 0;
}

static int follow(struct mwl_exchange *exchange) {
  struct plan *plan = exchange->plan;
  if (plan->stage == TOKEN && read_token(exchange, plan)) {
    plan->stage = LOGIN;
    return send_login(exchange);
  }
  if (plan->stage == LOGIN && read_name(exchange, plan)) {
    plan->stage = PROOF;
    return ask_proof(exchange);
  }
  return 0;
}

/* Pushes who the last reply says we are; 0: nobody, or somebody else than was logged in. */
static int push_identity(lua_State *L, const struct mwl_exchange *exchange,
                         const struct plan *plan) {
  struct mwl_shape user[] = {MEMBER("id", MWL_SHAPE_WHOLE), MEMBER("name", MWL_SHAPE_TEXT), END};
  struct mwl_shape query[] = {OBJECT("userinfo", user), END};
  struct mwl_shape reply[] = {MEMBER("batchcomplete", MWL_SHAPE_TRUE), OBJECT("query", query), END};
  char name[LONGEST_NAME];
  if (plan->stage != PROOF || !has_shape(exchange, reply) || user[0].value == NULL ||
      user[1].value == NULL || mwl_json_text(&user[1], name, LONGEST_NAME) != plan->name_length ||
      memcmp(name, plan->name, plan->name_length) != 0) {
    return 0;
  }
  lua_createtable(L, 0, 5); /* room for method and fresh */
  mwl_json_push(L, user[0].value, user[0].length);
  lua_setfield(L, -2, "id");
  lua_pushlstring(L, plan->name, plan->name_length);
  lua_setfield(L, -2, "name");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "anonymous");
  return 1;
}

static void push_text(lua_State *L, const char *text, size_t length) {
  if (length > 0) {
    lua_pushlstring(L, text, length);
  } else {
    lua_pushnil(L);
  }
}

/* The identity; or what stopped the login, which is for the caller to judge. Of a request that failed,
   nil and err are there already. */
static int answer(lua_State *L, struct mwl_exchange *exchange) {
  static const char *const names[] = {"token", "login", "proof"};
  const struct plan *plan = exchange->plan;
  int has_failed = exchange->result != CURLE_OK;
  if (!has_failed && push_identity(L, exchange, plan)) return 1;
  if (!has_failed && mwl_call_answer(L, exchange) == 1) {
    int reply = lua_gettop(L);
    luaL_pushfail(L);
    lua_pushnil(L);
    lua_pushstring(L, names[plan->stage]);
    lua_pushvalue(L, reply);
  } else {
    lua_pushstring(L, names[plan->stage]);
    lua_pushnil(L);
  }
  push_text(L, plan->token, plan->token_length);
  push_text(L, plan->name, plan->name_length);
  return 6;
}

/***
The login of a bot password, proved: three calls in a row as long as nothing hinders them.
@function session:bot_login
@tparam string username
@tparam secret password
@tparam[opt] string language for the wiki's messages
@treturn table `{ name, id, anonymous = false }`
@return nil, err, stage, reply, token, name: what went wrong at stage "token", "login" or "proof"
  (none: nothing was sent, or it was interrupted), or the reply that is not the plain one; the login
  token and the name the wiki gave, if they were had by then
*/
int mwl_session_bot_login(lua_State *L) {
  struct mwl_parameters parameters;
  struct mwl_request request = {
      .method = "GET",
      .encoded = "action=query&" FORMATS("plaintext") "&meta=tokens&type=login",
      .parameters = &parameters,
      .is_secret = 1,
      .answer = answer,
      .plan = make_plan,
      .follow = follow,
  };
  const struct mwl_secret *password;
  request.url = mwl_session_check(L)->wiki->api;
  luaL_checkstring(L, USERNAME);
  password = luaL_checkudata(L, PASSWORD, MWL_SECRET_CLASS);
  luaL_argcheck(L, password->bytes != NULL, PASSWORD, "the secret has been wiped");
  luaL_optstring(L, LANGUAGE, NULL);
  lua_settop(L, LANGUAGE);
  mwl_parameters_begin(&parameters);
  add(L, &parameters, "lgname", USERNAME);
  mwl_parameters_add(&parameters, "lgpassword", password->bytes, password->length);
  add(L, &parameters, "uselang", LANGUAGE);
  if (!mwl_parameters_check(L, &parameters)) return 2;
  mwl_parameters_begin(&parameters);
  add(L, &parameters, "uselang", LANGUAGE);
  return mwl_exchange_run(L, &request);
}
