/* From a reply to a Lua value or an error, in this order and no other (I12 of doc/traps.md): status,
   complete JSON, the API's errors, the module's own object. */
#ifndef MWL_ANSWER_H
#define MWL_ANSWER_H

#include <lua.h>

struct mwl_exchange;

/* Pushes the decoded reply and returns 1, or nil and an error and returns 2. `module`: the object
   that must be there; NULL: any reply will do. */
int mwl_answer_push(lua_State *L, const struct mwl_exchange *exchange, const char *module);

/* What Retry-After says: seconds, or a date from which they are counted; below 0: nothing. */
double mwl_answer_retry_after(const struct mwl_exchange *exchange);

#endif
