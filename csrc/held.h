/* A text that C allocated, held by Lua: a raised error would lose it otherwise. */
#ifndef MWL_HELD_H
#define MWL_HELD_H

#include <lua.h>

/* Pushes a place for a text from malloc; what is put there is wiped and freed with the place. */
char **mwl_held_new(lua_State *L);

#endif
