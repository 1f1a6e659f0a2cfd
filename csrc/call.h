/* One API call: parameters in, decoded reply out. */
#ifndef MWL_CALL_H
#define MWL_CALL_H

#include <lua.h>

#include "parameters.h"

struct mwl_exchange;

struct mwl_call {
  const char *method;
  const struct mwl_default *defaults; /* ends with a name of NULL */
  const char *module;                 /* the object the reply must hold; NULL: none */
  const char *key;                    /* the string in it; NULL: none */
  int is_secret;
};

/* The session is at 1, the parameters at `params`, a table of options or nil at `options` (0: none).
   `answer` makes the results of the bound function of the reply; NULL: mwl_call_answer. The last act
   of a bound function. */
int mwl_call_run(lua_State *L, const struct mwl_call *call, int params, int options,
                 int (*answer)(lua_State *L, struct mwl_exchange *exchange));

/* Pushes the decoded reply, its module and key verified, or nil and an error; how many. */
int mwl_call_answer(lua_State *L, struct mwl_exchange *exchange);

#endif
