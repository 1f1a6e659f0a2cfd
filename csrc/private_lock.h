/* A lock that processes of one user share: flock on PATH.lock. */
#ifndef MWL_PRIVATE_LOCK_H
#define MWL_PRIVATE_LOCK_H

#include <lua.h>

#define MWL_LOCK_SUFFIX ".lock"

void mwl_register_private_lock(lua_State *L);
int mwl_private_lock(lua_State *L);

#endif
