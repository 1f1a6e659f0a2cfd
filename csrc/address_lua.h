/* Addresses for Lua. */
#ifndef MWL_ADDRESS_LUA_H
#define MWL_ADDRESS_LUA_H

#include <lua.h>

#include "address.h"

/* Pushes an empty address, which is freed when Lua lets it go: pushing what it holds may raise. */
struct mwl_address *mwl_address_new(lua_State *L);

/* Pushes the address as a string, without its fragment. */
void mwl_address_push(lua_State *L, const struct mwl_address *address);

#endif
