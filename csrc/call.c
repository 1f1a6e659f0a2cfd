#include "call.h"

#include <math.h>
#include <string.h>

#include "answer.h"
#include "core.h"
#include "exchange.h"
#include "failure.h"
#include "option_names.h"
#include "request.h"
#include "secret.h"
#include "session.h"

/* What the options say goes into the request; a value they hold stays on the stack. */
static void read_options(lua_State *L, int options, struct mwl_request *request) {
  static const char *const known[] = {"timeout", "max_response", "cookies", "authorization", NULL};
  if (options == 0 || mwl_option_names_check(L, options, "call", known) == 0) return;
  request->timeout = mwl_option_bound(L, options, "timeout", 0);
  request->reply_max = (size_t)fmin(mwl_option_bound(L, options, "max_response", 0), 1e15);
  if (lua_getfield(L, options, "cookies") != LUA_TNIL) request->no_cookies = !lua_toboolean(L, -1);
  lua_pop(L, 1);
  if (lua_getfield(L, options, "authorization") != LUA_TNIL) {
    request->authorization = mwl_secret_option(L, "authorization", &request->authorization_length);
  }
}

int mwl_call_answer(lua_State *L, struct mwl_exchange *exchange) {
  int results = mwl_answer_push(L, exchange, exchange->module);
  int type;
  if (results != 1 || exchange->key == NULL) return results;
  lua_getfield(L, -1, exchange->module);
  type = lua_getfield(L, -1, exchange->key);
  lua_pop(L, 2);
  if (type == LUA_TSTRING) return 1;
  return mwl_failure(L, "protocol", "no_status", "The reply's '%s' has no %s.", exchange->module,
                     exchange->key);
}

int mwl_call_run(lua_State *L, const struct mwl_call *call, int params, int options,
                 int (*answer)(lua_State *L, struct mwl_exchange *exchange)) {
  struct mwl_session *session = mwl_session_check(L);
  struct mwl_parameters parameters;
  struct mwl_request request;
  memset(&request, 0, sizeof request);
  if (!mwl_parameters_read(L, params, call->defaults, &parameters)) return 2;
  request.method = call->method;
  request.url = session->wiki->api;
  request.parameters = &parameters;
  request.is_secret = call->is_secret;
  request.module = call->module;
  request.key = call->key;
  request.answer = answer != NULL ? answer : mwl_call_answer;
  if (strcmp(call->method, "GET") == 0 && (parameters.has_secret || parameters.has_file)) {
    return mwl_raise(L, "secrets and files are sent by POST, never in an address");
  }
  read_options(L, options, &request);
  return mwl_exchange_run(L, &request);
}

/***
One call of the API. Adds `format=json`, `formatversion=2` and, where none is given,
`errorformat=plaintext`.
@function session:call
@tparam string method "GET" or "POST"
@tparam table params values: string, number, boolean, list, secret, file
@tparam[opt] table options `timeout` (seconds), `max_response` (bytes), `authorization`,
  `cookies = false`
@treturn table the decoded reply, warnings included
@return nil, err: `api` or `throttled` with the API's code, else network, tls, http, protocol, answer
*/
int mwl_session_call(lua_State *L) {
  static const char *const methods[] = {"GET", "POST", NULL};
  static const struct mwl_default defaults[] = {
      {"format", "json"}, {"formatversion", "2"}, {"errorformat", "plaintext"}, {NULL, NULL}};
  struct mwl_call call = {NULL, defaults, NULL, NULL, 0};
  mwl_session_check(L);
  call.method = methods[luaL_checkoption(L, 2, NULL, methods)];
  luaL_checktype(L, 3, LUA_TTABLE);
  lua_settop(L, 4);
  return mwl_call_run(L, &call, 3, 4, NULL);
}
