/* Tells a session's `observe` function of each exchange as the wire saw it: what a record of a
   login is made from. */
#ifndef MWL_OBSERVE_H
#define MWL_OBSERVE_H

#include <lua.h>

struct mwl_exchange;
struct mwl_request;
struct mwl_session;

/* Keeps the request, for the end, beside the exchange on top of the stack. */
void mwl_observe_request(lua_State *L, struct mwl_session *session, struct mwl_exchange *exchange,
                         const struct mwl_request *request);

/* Calls the function with the request and the response, or nil and the error, of the exchange at
   `index`; `failure` is the index of that error, 0 with a response. Leaves the stack as it was. */
void mwl_observe_end(lua_State *L, const struct mwl_exchange *exchange, int index, int failure);

#endif
