/* What libcurl reports, as an error of ours. */
#ifndef MWL_TROUBLE_H
#define MWL_TROUBLE_H

#include <lua.h>

struct mwl_exchange;
struct mwl_session;

/* Pushes the error of an exchange that got no reply. Its `sent` tells whether the wiki may have
   executed the request all the same. */
void mwl_trouble_push(lua_State *L, const struct mwl_exchange *exchange,
                      const struct mwl_session *session);

#endif
