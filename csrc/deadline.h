/* Waiting with an end: a point on the monotonic clock, and what is left until then. */
#ifndef MWL_DEADLINE_H
#define MWL_DEADLINE_H

#include <lauxlib.h>
#include <lua.h>
#include <math.h>
#include <time.h>

#include "failure.h"

#define MWL_LONGEST_WAIT (7 * 24 * 3600.0)

static inline double mwl_monotonic(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Milliseconds for poll(), rounded up so that nobody spins; 0 once the time has come. */
static inline int mwl_milliseconds_left(double deadline) {
  double left = deadline - mwl_monotonic();
  if (left <= 0) return 0;
  return left > 1e6 ? 1000000000 : (int)(left * 1000) + 1;
}

static inline void mwl_sleep_milliseconds(int milliseconds) {
  struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
  nanosleep(&time, NULL);
}

/* The one judge of how long a wait may be: seconds from an argument or option at `index`, `otherwise`
   when it is nil. What is no number, below zero or without an end raises; nothing waits for more than
   a week. */
static inline double mwl_seconds(lua_State *L, int index, const char *name, double otherwise) {
  double seconds = otherwise;
  if (!lua_isnoneornil(L, index)) {
    if (lua_type(L, index) != LUA_TNUMBER) {
      mwl_raise(L, "'%s' is a number of seconds, not a %s", name, luaL_typename(L, index));
    }
    seconds = lua_tonumber(L, index);
  }
  if (!isfinite(seconds) || seconds < 0) {
    mwl_raise(L, "'%s' is a number of seconds from 0 up, and must have an end", name);
  }
  return seconds > MWL_LONGEST_WAIT ? MWL_LONGEST_WAIT : seconds;
}

/* A signal came: lets a debug hook run (the lua program turns Ctrl-C into one), which may raise. */
static inline void mwl_run_hooks(lua_State *L) {
  if (lua_gethook(L) == NULL) return;
  if (luaL_loadstring(L, "") != LUA_OK) lua_error(L);
  lua_call(L, 0, 0);
}

#endif
