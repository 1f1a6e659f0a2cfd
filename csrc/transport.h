/* The seam for specs: a Lua function in libcurl's place. */
#ifndef MWL_TRANSPORT_H
#define MWL_TRANSPORT_H

#include <lua.h>

struct mwl_exchange;
struct mwl_request;
struct mwl_session;

/* Pushes what the wire carries as a table { method, url, headers, body }; the exchange's url and
   body are built. */
void mwl_transport_push_request(lua_State *L, struct mwl_session *session,
                                const struct mwl_exchange *exchange,
                                const struct mwl_request *request);

/* Sends by the session's transport instead of libcurl: the exchange is on top of the stack, its url
   and body are built. 0: nil and an error were pushed. */
int mwl_transport_run(lua_State *L, struct mwl_session *session, struct mwl_exchange *exchange,
                      const struct mwl_request *request);

#endif
