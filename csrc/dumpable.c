/* Whether this process can be looked into by others of its user, and leaves cores behind. The
   library leaves that to its host; the command turns it off. */
#include <lauxlib.h>
#include <sys/resource.h>

#include "core.h"

#ifdef __linux__
#include <sys/prctl.h>
#endif

static rlim_t core_before = RLIM_INFINITY;

static void limit_cores(int dumpable) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_CORE, &limit) != 0) return;
  if (dumpable) {
    limit.rlim_cur = core_before < limit.rlim_max ? core_before : limit.rlim_max;
  } else {
    core_before = limit.rlim_cur;
    limit.rlim_cur = 0;
  }
  (void)setrlimit(RLIMIT_CORE, &limit);
}

/***
Lets others of this user read this process's memory, attach a debugger and find its cores, or, with
false, forbids it. It never stops root.
@function dumpable
@tparam boolean dumpable
@treturn boolean whether the system did it
*/
static int dumpable(lua_State *L) {
  int wanted = lua_toboolean(L, 1);
  int done = 0;
  luaL_checktype(L, 1, LUA_TBOOLEAN);
  limit_cores(wanted);
#ifdef __linux__
  done = prctl(PR_SET_DUMPABLE, (unsigned long)wanted, 0UL, 0UL, 0UL) == 0;
#endif
  lua_pushboolean(L, done);
  return 1;
}

void mwl_register_dumpable(lua_State *L) {
  static const luaL_Reg functions[] = {{"dumpable", dumpable}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
