/* The login primitives: one call each, the module's own object verified, nothing decided. */
#include "call.h"
#include "core.h"
#include "session.h"

/***
One call of action=login, by POST and with `errorformat=raw`.
@function session:login
@tparam table params `lgname`, `lgpassword`, `lgtoken`, …
@treturn table the whole reply; `reply.login.result` is a string: Success, NeedToken, WrongToken,
  Failed, Aborted, or an old wiki's own
@return nil, err
*/
int mwl_session_login(lua_State *L) {
  static const struct mwl_default defaults[] = {{"action", "login"},
                                                {"format", "json"},
                                                {"formatversion", "2"},
                                                {"errorformat", "raw"},
                                                {NULL, NULL}};
  static const struct mwl_call call = {"POST", defaults, "login", "result", 1};
  mwl_session_check(L);
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  return mwl_call_run(L, &call, 2, 0, NULL);
}

/***
One call of clientlogin, createaccount or linkaccount, by POST; messages are asked for as html.
@function session:auth_step
@tparam string action "clientlogin", "createaccount" or "linkaccount"
@tparam table params token, return url or continue, and the fields
@treturn table the whole reply; `reply[action].status` is a string
@return nil, err
*/
int mwl_session_auth_step(lua_State *L) {
  static const char *const actions[] = {"clientlogin", "createaccount", "linkaccount", NULL};
  static const char *const formats[] = {"loginmessageformat", "createmessageformat",
                                        "linkmessageformat"};
  struct mwl_default defaults[] = {{"action", NULL},
                                   {NULL, "html"},
                                   {"format", "json"},
                                   {"formatversion", "2"},
                                   {"errorformat", "plaintext"},
                                   {NULL, NULL}};
  struct mwl_call call = {"POST", defaults, NULL, "status", 1};
  int which;
  mwl_session_check(L);
  which = luaL_checkoption(L, 2, NULL, actions);
  luaL_checktype(L, 3, LUA_TTABLE);
  lua_settop(L, 3);
  defaults[0].value = actions[which];
  defaults[1].name = formats[which];
  call.module = actions[which];
  return mwl_call_run(L, &call, 3, 0, NULL);
}
