/* One API call: parameters in, decoded reply out. */
#ifndef MWL_CALL_H
#define MWL_CALL_H

#include <lua.h>

#include "parameters.h"

struct mwl_call {
  const char *method;
  const struct mwl_default *defaults; /* ends with a name of NULL */
  const char *module;                 /* the object the reply must hold; NULL: none */
  int is_secret;
};

/* The session is at 1, the parameters at `params`, a table of options or nil at `options` (0: none).
   Returns what a bound function returns: 1 (the reply) or 2 (nil, err). */
int mwl_call_run(lua_State *L, const struct mwl_call *call, int params, int options);

#endif
