#include "pool_lua.h"

#include <string.h>

#include "core.h"
#include "deadline.h"
#include "descriptors.h"
#include "exchange.h"
#include "failure.h"
#include "interrupt.h"
#include "option_names.h"
#include "session.h"

#define DEFAULT_PER_HOST 8
#define DEFAULT_IN_ALL 128
#define DEFAULT_CONNECTIONS 64
#define MOST 100000
#define LONGEST_STEP 1000 /* milliseconds */

/* User values of a pool: its tasks (weak keys), those that wait for an exchange (by its address, weak
   values), a foreign loop's function, exchanges that are over. */
enum { TASKS = 1, AWAITED, WAIT, OVER };
#define VALUES 4
#define MOST_OVER 256

struct mwl_pool *mwl_pool_check(lua_State *L) {
  struct mwl_pool *pool = mwl_self(L, MWL_POOL_CLASS);
  if (pool->multi == NULL) mwl_raise(L, "this pool is closed");
  return pool;
}

/* == tasks and foreign loops ===================================================================== */

/* From the exchange on top to its pool's user value. */
static void push_value(lua_State *L, int which) {
  lua_getiuservalue(L, -1, 1);
  lua_getiuservalue(L, -1, MWL_SESSION_POOL);
  lua_getiuservalue(L, -1, which);
  lua_replace(L, -3);
  lua_pop(L, 1);
}

int mwl_pool_push_over(lua_State *L, struct mwl_pool *pool) {
  if (pool->over == 0) return 0;
  lua_getiuservalue(L, 1, MWL_SESSION_POOL);
  lua_getiuservalue(L, -1, OVER);
  lua_rawgeti(L, -1, pool->over);
  lua_pushnil(L);
  lua_rawseti(L, -3, pool->over--);
  lua_replace(L, -3);
  lua_pop(L, 1);
  return 1;
}

void mwl_pool_keep_over(lua_State *L, struct mwl_pool *pool, int index) {
  if (pool->over == MOST_OVER) return;
  lua_getiuservalue(L, 1, MWL_SESSION_POOL);
  lua_getiuservalue(L, -1, OVER);
  lua_pushvalue(L, index);
  lua_rawseti(L, -2, pool->over + 1);
  pool->over++; /* now: there may have been no memory for its place */
  lua_pop(L, 2);
}

/* By identity: a script's own coroutine inside a task must block rather than yield to somebody who
   does not expect it. The table of tasks is on top. */
static int is_running(lua_State *L) {
  int found;
  lua_pushthread(L);
  found = lua_rawget(L, -2) != LUA_TNIL;
  lua_pop(L, 2);
  return found;
}

int mwl_pool_is_task(lua_State *L, const struct mwl_exchange *exchange) {
  if (!exchange->pool->has_tasks || !lua_isyieldable(L)) return 0;
  push_value(L, TASKS);
  return is_running(L);
}

void mwl_pool_await(lua_State *L, const struct mwl_exchange *exchange) {
  push_value(L, AWAITED);
  lua_pushthread(L);
  lua_rawsetp(L, -2, exchange);
  lua_pop(L, 1);
}

int mwl_pool_push_wait(lua_State *L, const struct mwl_exchange *exchange) {
  if (!exchange->pool->has_wait) return 0;
  push_value(L, WAIT);
  lua_getiuservalue(L, -2, 1);
  lua_getiuservalue(L, -1, MWL_SESSION_POOL);
  lua_replace(L, -2);
  return 1;
}

/***
Makes a coroutine a task of this pool: a session's calls yield in it, for the loop that resumes it.
@function pool:task
@tparam thread coroutine
*/
static int pool_task(lua_State *L) {
  struct mwl_pool *pool = mwl_pool_check(L);
  luaL_checktype(L, 2, LUA_TTHREAD);
  lua_getiuservalue(L, 1, TASKS);
  lua_pushvalue(L, 2);
  lua_pushboolean(L, 1);
  lua_rawset(L, -3);
  pool->has_tasks = 1;
  return 0;
}

/* == the pool ==================================================================================== */

static int whole_option(lua_State *L, const char *name, int otherwise) {
  lua_Integer value = otherwise;
  if (!lua_isnoneornil(L, 1) && lua_getfield(L, 1, name) != LUA_TNIL) {
    int is_whole;
    value = lua_tointegerx(L, -1, &is_whole);
    if (lua_type(L, -1) != LUA_TNUMBER || !is_whole || value < 1 || value > MOST) {
      mwl_raise(L, "pool: option '%s' is a whole number from 1 to %d", name, MOST);
    }
  }
  lua_settop(L, 2);
  return (int)value;
}

static void check_options(lua_State *L) {
  static const char *const known[] = {"per_host", "in_flight", "connections", "wait", NULL};
  mwl_option_names_check(L, 1, "pool", known);
}

static void set_weak_table(lua_State *L, int which, const char *mode) {
  lua_newtable(L);
  lua_createtable(L, 0, 1);
  lua_pushstring(L, mode);
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  lua_setiuservalue(L, -2, which);
}

/***
A pool: what all sessions of a program share (connections, name look-ups), and nothing else.
@function pool
@tparam[opt] table options `per_host` (8) and `in_flight` (128): how many requests at once;
  `connections` (64, or `in_flight` where that is more): how many are kept; `wait`: a foreign loop's
  function, called with the pool by a call that must wait
@treturn pool
*/
static int pool_new(lua_State *L) {
  struct mwl_pool *pool;
  int per_host, in_flight, connections;
  lua_settop(L, 1);
  check_options(L);
  lua_pushnil(L);
  per_host = whole_option(L, "per_host", DEFAULT_PER_HOST);
  in_flight = whole_option(L, "in_flight", DEFAULT_IN_ALL);
  /* fewer than are in flight would be closed and opened again all the time */
  connections = in_flight > DEFAULT_CONNECTIONS ? in_flight : DEFAULT_CONNECTIONS;
  connections = whole_option(L, "connections", connections);
  pool = lua_newuserdatauv(L, sizeof *pool, VALUES);
  memset(pool, 0, sizeof *pool);
  pool->watch.poll = -1;
  luaL_setmetatable(L, MWL_POOL_CLASS);
  set_weak_table(L, TASKS, "k");
  set_weak_table(L, AWAITED, "v");
  lua_newtable(L);
  lua_setiuservalue(L, -2, OVER);
  if (!lua_isnil(L, 1) && lua_getfield(L, 1, "wait") != LUA_TNIL) {
    luaL_argcheck(L, lua_isfunction(L, -1), 1, "option 'wait' is a function");
    lua_setiuservalue(L, 3, WAIT);
    pool->has_wait = 1;
  }
  lua_settop(L, 3);
  if (!mwl_pool_begin(pool, per_host, in_flight, connections)) {
    return luaL_error(L, mwl_descriptors_lack(1)
                             ? "no file descriptor is left for a pool: raise the limit (ulimit -n)"
                             : "not enough memory for a pool");
  }
  return 1;
}

/***
Ends what is in flight or waits, and closes the connections. Twice is fine.
@function pool:close
*/
static int pool_close(lua_State *L) {
  mwl_pool_end(mwl_self(L, MWL_POOL_CLASS));
  return 0;
}

/***
Whether the pool was closed.
@function pool:closed
@treturn boolean
*/
static int pool_closed(lua_State *L) {
  struct mwl_pool *pool = mwl_self(L, MWL_POOL_CLASS);
  lua_pushboolean(L, pool->multi == NULL);
  return 1;
}

/* The tasks whose exchange is done, for the loop that resumes them. */
static void push_finished(lua_State *L, struct mwl_pool *pool) {
  lua_Integer count = 0;
  lua_newtable(L);
  lua_getiuservalue(L, 1, AWAITED);
  while (pool->finished != NULL) {
    struct mwl_exchange *exchange = pool->finished;
    mwl_pool_drop(pool, exchange);
    if (lua_rawgetp(L, -1, exchange) != LUA_TNIL) {
      lua_rawseti(L, -3, ++count);
    } else {
      lua_pop(L, 1);
    }
    lua_pushnil(L);
    lua_rawsetp(L, -2, exchange);
  }
  lua_pop(L, 1);
}

/***
Moves everything in flight on.
@function pool:step
@tparam[opt] number seconds how long to wait for something to happen at most (0)
@treturn {thread,...} the tasks that waited for what is done now
@return nil, err (kind cancelled) when Ctrl-C ended the wait
*/
static int pool_step(lua_State *L) {
  struct mwl_pool *pool = mwl_pool_check(L);
  double deadline = mwl_monotonic() + mwl_seconds(L, 2, "seconds", 0);
  struct mwl_interrupt interrupt;
  int came;
  mwl_interrupt_watch(&interrupt);
  do {
    int left = mwl_milliseconds_left(deadline);
    mwl_pool_step(pool, left < LONGEST_STEP ? left : LONGEST_STEP);
    came = mwl_interrupt_came(&interrupt);
  } while (!came && pool->finished == NULL && mwl_milliseconds_left(deadline) > 0);
  if (came) return mwl_failure(L, "cancelled", "interrupted", "The wait was interrupted.");
  push_finished(L, pool);
  return 1;
}

/***
Whether a value is a pool, closed or not.
@function is_pool
@tparam any value anything
@treturn boolean
*/
static int pool_is(lua_State *L) {
  lua_pushboolean(L, luaL_testudata(L, 1, MWL_POOL_CLASS) != NULL);
  return 1;
}

/***
A clock that only goes forward, for bounds.
@function now
@treturn number seconds since some fixed moment
*/
static int pool_now(lua_State *L) {
  lua_pushnumber(L, mwl_monotonic());
  return 1;
}

static int is_sleeping_task(lua_State *L, const struct mwl_pool *pool) {
  if (!pool->has_tasks || !lua_isyieldable(L)) return 0;
  lua_getiuservalue(L, 1, TASKS);
  return is_running(L);
}

/* A task that sleeps yields its seconds instead of an exchange. */
static int slept(lua_State *L, int status, lua_KContext context) {
  (void)status;
  (void)context;
  lua_pushboolean(L, 1);
  return 1;
}

/* A foreign loop waits its own way, again and again until the time has come; the end is at 3. */
static int sleep_outside(lua_State *L, int status, lua_KContext context) {
  (void)status;
  lua_settop(L, 3);
  while (mwl_monotonic() < lua_tonumber(L, 3)) {
    mwl_pool_wake_at(mwl_pool_check(L), lua_tonumber(L, 3));
    lua_getiuservalue(L, 1, WAIT);
    lua_pushvalue(L, 1);
    lua_callk(L, 1, 0, context, sleep_outside);
    mwl_pool_step(mwl_pool_check(L), 1);
  }
  return slept(L, LUA_OK, 0);
}

/***
Waits, while what is in flight goes on; in a task it yields the seconds.
@function pool:sleep
@tparam number seconds
@treturn boolean true; nil, err (kind cancelled) when Ctrl-C ended it
*/
static int pool_sleep(lua_State *L) {
  struct mwl_pool *pool = mwl_pool_check(L);
  double seconds;
  struct mwl_interrupt interrupt;
  double deadline;
  int came = 0;
  luaL_checkany(L, 2);
  seconds = mwl_seconds(L, 2, "seconds", 0);
  lua_settop(L, 2);
  if (is_sleeping_task(L, pool)) return lua_yieldk(L, 1, 0, slept);
  deadline = mwl_monotonic() + seconds;
  if (pool->has_wait) {
    lua_pushnumber(L, deadline);
    return sleep_outside(L, LUA_OK, 0);
  }
  mwl_interrupt_watch(&interrupt);
  while (!came && mwl_milliseconds_left(deadline) > 0) {
    int left = mwl_milliseconds_left(deadline);
    mwl_pool_step(pool, left < LONGEST_STEP ? left : LONGEST_STEP);
    came = mwl_interrupt_came(&interrupt);
  }
  if (came) return mwl_failure(L, "cancelled", "interrupted", "The wait was interrupted.");
  return slept(L, LUA_OK, 0);
}

/* == for other loops ============================================================================= */

/***
The descriptor that is readable when the pool has something to do: cqueues' protocol, with `events`
and `timeout`.
@function pool:pollfd
@treturn integer
*/
/***
The same for LuaSocket's `select`, with `dirty`.
@function pool:getfd
@treturn integer
*/
static int pool_pollfd(lua_State *L) {
  lua_pushinteger(L, mwl_pool_check(L)->watch.poll);
  return 1;
}

/***
What to wait for on `pollfd`.
@function pool:events
@treturn string "r"
*/
static int pool_events(lua_State *L) {
  mwl_pool_check(L);
  lua_pushliteral(L, "r");
  return 1;
}

/***
When the pool wants to be stepped in any case.
@function pool:timeout
@treturn number|nil seconds; nil: never
*/
static int pool_timeout(lua_State *L) {
  double seconds = mwl_pool_timeout(mwl_pool_check(L));
  if (seconds < 0) return 0;
  lua_pushnumber(L, seconds);
  return 1;
}

/***
Whether the pool wants to be stepped now, readable or not.
@function pool:dirty
@treturn boolean
*/
static int pool_dirty(lua_State *L) {
  struct mwl_pool *pool = mwl_pool_check(L);
  double seconds = mwl_pool_timeout(pool);
  lua_pushboolean(L, seconds >= 0 && seconds <= 0);
  return 1;
}

static int pool_tostring(lua_State *L) {
  struct mwl_pool *pool = mwl_self(L, MWL_POOL_CLASS);
  lua_pushstring(L, pool->multi != NULL ? "mwlogin pool" : "mwlogin pool (closed)");
  return 1;
}

void mwl_register_pool(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"pool", pool_new}, {"is_pool", pool_is}, {"now", pool_now}, {NULL, NULL}};
  static const luaL_Reg methods[] = {
      {"session", mwl_pool_session}, {"task", pool_task},    {"step", pool_step},
      {"sleep", pool_sleep},         {"close", pool_close},  {"closed", pool_closed},
      {"pollfd", pool_pollfd},       {"getfd", pool_pollfd}, {"events", pool_events},
      {"timeout", pool_timeout},     {"dirty", pool_dirty},  {NULL, NULL}};
  static const luaL_Reg metamethods[] = {
      {"__gc", pool_close}, {"__tostring", pool_tostring}, {NULL, NULL}};
  mwl_class(L, MWL_POOL_CLASS, methods, metamethods);
  luaL_setfuncs(L, functions, 0);
}
