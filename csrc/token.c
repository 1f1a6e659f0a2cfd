/* Tokens of a session: one request for each type, kept until `drop_tokens`. */
#include <string.h>

#include "call.h"
#include "core.h"
#include "failure.h"
#include "session.h"

#define TYPE_MAX 40
#define LETTERS "abcdefghijklmnopqrstuvwxyz-_"

/* Finds query.tokens.<type>token in the reply on top; pushes it, or nil. */
static void push_found(lua_State *L, const char *type) {
  if (lua_getfield(L, -1, "query") == LUA_TTABLE && lua_getfield(L, -1, "tokens") == LUA_TTABLE) {
    lua_pushfstring(L, "%stoken", type);
    if (lua_gettable(L, -2) == LUA_TSTRING && lua_rawlen(L, -1) > 0) return;
  }
  lua_pushnil(L);
}

/* Slots of mwl_session_token. */
enum { SESSION = 1, TYPE, TOKENS };

static int token_answer(lua_State *L, struct mwl_exchange *exchange) {
  int results = mwl_call_answer(L, exchange);
  const char *type = lua_tostring(L, TYPE);
  if (results != 1) return results;
  push_found(L, type);
  if (lua_isnil(L, -1)) {
    return mwl_failure(L, "protocol", "no_token", "The wiki gave no token of type '%s'.", type);
  }
  lua_pushvalue(L, -1);
  lua_setfield(L, TOKENS, type);
  return 1;
}

/***
A token of a type ("csrf", "login", "createaccount", …), kept until `drop_tokens`.
@function session:token
@tparam string type
@treturn string
@return nil, err; kind protocol, code no_token, when the wiki gave none
*/
int mwl_session_token(lua_State *L) {
  static const struct mwl_default defaults[] = {
      {"action", "query"},    {"meta", "tokens"},           {"format", "json"},
      {"formatversion", "2"}, {"errorformat", "plaintext"}, {NULL, NULL}};
  static const struct mwl_call call = {"GET", defaults, NULL, NULL, 0};
  const char *type;
  size_t length;
  mwl_session_check(L);
  type = luaL_checklstring(L, TYPE, &length);
  luaL_argcheck(L, length > 0 && length <= TYPE_MAX && strspn(type, LETTERS) == length, TYPE,
                "a token's type is a word such as \"csrf\"");
  lua_settop(L, TYPE);
  if (lua_getiuservalue(L, SESSION, MWL_SESSION_TOKENS) != LUA_TTABLE) {
    lua_newtable(L);
    lua_replace(L, TOKENS);
    lua_pushvalue(L, TOKENS);
    lua_setiuservalue(L, SESSION, MWL_SESSION_TOKENS);
  }
  if (lua_getfield(L, TOKENS, type) == LUA_TSTRING) return 1;
  lua_newtable(L);
  lua_pushvalue(L, TYPE);
  lua_setfield(L, -2, "type");
  return mwl_call_run(L, &call, lua_gettop(L), 0, token_answer);
}

/***
Forgets the tokens: they die on every change of user.
@function session:drop_tokens
*/
int mwl_session_drop_tokens(lua_State *L) {
  mwl_session_check(L);
  lua_pushnil(L);
  lua_setiuservalue(L, 1, MWL_SESSION_TOKENS);
  return 0;
}
