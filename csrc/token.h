/* The tokens in a reply. */
#ifndef MWL_TOKEN_H
#define MWL_TOKEN_H

#include <lua.h>

/* Finds query.tokens.<type>token in the reply on top; pushes it, or nil. */
void mwl_token_push(lua_State *L, const char *type);

#endif
