/* Secrets: memory that is locked, left out of core dumps, wiped when released, and never printed. */
#ifndef MWL_SECRET_H
#define MWL_SECRET_H

#include <lua.h>
#include <stddef.h>

#include "arena.h"

#define MWL_SECRET_CLASS "mwlogin.secret"

struct mwl_secret {
  char *bytes; /* from the arena; not NUL-terminated */
  size_t length;
  size_t capacity;
};

/* Pushes an empty secret with room for `capacity` bytes; raises when there is no memory. */
struct mwl_secret *mwl_secret_prepare(lua_State *L, size_t capacity);

/* Pushes a secret in a block of its own size and wipes the large one, which it was read into. */
void mwl_secret_push_fitting(lua_State *L, struct mwl_secret *large);

/* NULL when the value is no secret. A wiped secret has bytes NULL and length 0. */
struct mwl_secret *mwl_secret_test(lua_State *L, int index);

/* An argument that may be a secret or a string; raises on anything else and on a wiped secret. */
const char *mwl_secret_or_string(lua_State *L, int index, size_t *length);

/* The same for an option's value, which is on top and stays there. */
const char *mwl_secret_option(lua_State *L, const char *name, size_t *length);

#endif
