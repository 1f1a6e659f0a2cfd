/* Tables of options: their names and bounds are checked where they come in. */
#ifndef MWL_OPTION_NAMES_H
#define MWL_OPTION_NAMES_H

#include <lua.h>

/* Raises for a name that is not among `known` (NULL at its end), naming the nearest of them; nil is
   no options. Returns how many there are. */
int mwl_option_names_check(lua_State *L, int options, const char *what, const char *const known[]);

/* A bound of seconds or bytes; `otherwise` when it is nil. Raises where it bounds nothing. */
double mwl_option_bound(lua_State *L, int options, const char *name, double otherwise);

/* Whether the value at `name` is one of them. */
int mwl_option_names_has(lua_State *L, int name, const char *const known[]);

#endif
