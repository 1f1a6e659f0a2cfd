/* The pool for Lua: tasks that yield, loops of others, and the pool's own methods. */
#ifndef MWL_POOL_LUA_H
#define MWL_POOL_LUA_H

#include <lua.h>

#include "pool.h"

#define MWL_POOL_CLASS "mwlogin.pool"

struct mwl_exchange;

/* The pool at 1; raises when it is none, or a closed one. */
struct mwl_pool *mwl_pool_check(lua_State *L);

/* An exchange that is over serves the next request; the session is at 1 in both. */

/* Pushes one; 0 and nothing when there is none. */
int mwl_pool_push_over(lua_State *L, struct mwl_pool *pool);
/* Takes the one at `index`, which holds nothing any more. */
void mwl_pool_keep_over(lua_State *L, struct mwl_pool *pool, int index);

/* The exchange's userdata is on top in each of these. */

/* Whether the running coroutine is a task of the exchange's pool. */
int mwl_pool_is_task(lua_State *L, const struct mwl_exchange *exchange);
/* Lets `pool:step` name the exchange once it is done. */
void mwl_pool_await(lua_State *L, const struct mwl_exchange *exchange);
/* Pushes the foreign loop's function and the pool; 0 and nothing when there is none. */
int mwl_pool_push_wait(lua_State *L, const struct mwl_exchange *exchange);

#endif
