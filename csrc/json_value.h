/* A JSON text as Lua values, the way a wiki's reply is wanted: null is left out, whole numbers are
   integers, the fields and options of a login form keep the wiki's order, and an empty object can be
   told from an empty list. */
#ifndef MWL_JSON_VALUE_H
#define MWL_JSON_VALUE_H

#include <lua.h>
#include <stddef.h>

/* Pushes the value of a text that mwl_reply_scan found sound (nil for null). 0: nothing was pushed,
   for it holds what Lua cannot: half a surrogate pair, or a number beyond all bounds. */
int mwl_json_push(lua_State *L, const char *text, size_t length);

/* The metatable's name of an empty object. */
#define MWL_EMPTY_OBJECT "mwlogin.object"

#endif
