/* What the class files of mwlogin.core share: how a class is made and which file registers what. */
#ifndef MWL_CORE_H
#define MWL_CORE_H

#include <lauxlib.h>
#include <lua.h>

/* Registry keys of mwlogin.json's functions. */
#define MWL_ENCODE "mwlogin.json.encode"

/* Makes the class `name`: methods in a table of their own behind __index, so that __gc cannot be
   called as a method; a __gc also serves as __close. Leaves the stack as it was. */
void mwl_class(lua_State *L, const char *name, const luaL_Reg *methods,
               const luaL_Reg *metamethods);

/* The object that a method of the class was called on: as luaL_checkudata, but found at once, for the
   class is the method's upvalue. */
void *mwl_self(lua_State *L, const char *class);

/* Each adds its functions to the module table on top of the stack. */
void mwl_register_failure(lua_State *L);
void mwl_register_secret(lua_State *L);
void mwl_register_secret_source(lua_State *L);
void mwl_register_secret_member(lua_State *L);
void mwl_register_dumpable(lua_State *L);
void mwl_register_standard_streams(lua_State *L);
void mwl_register_option_names(lua_State *L);
void mwl_register_held(lua_State *L);
void mwl_register_address(lua_State *L);
void mwl_register_parameters(lua_State *L);
void mwl_register_exchange(lua_State *L);
void mwl_register_json_value(lua_State *L);
void mwl_register_pool(lua_State *L);
void mwl_register_session(lua_State *L);
void mwl_register_crypto(lua_State *L);
void mwl_register_rsa(lua_State *L);
void mwl_register_private_file(lua_State *L);
void mwl_register_process(lua_State *L);
void mwl_register_terminal(lua_State *L);
void mwl_register_unnamed_file(lua_State *L);

/* Methods that live in files of their own. */
int mwl_pool_session(lua_State *L);
int mwl_session_call(lua_State *L);
int mwl_session_cookies(lua_State *L);
int mwl_session_fetch(lua_State *L);
int mwl_session_token(lua_State *L);
int mwl_session_drop_tokens(lua_State *L);
int mwl_session_login(lua_State *L);
int mwl_session_bot_login(lua_State *L);
int mwl_session_auth_step(lua_State *L);

#endif
