/* Lua values as the parameters of a request: ordered, joined, ready to be encoded. */
#ifndef MWL_PARAMETERS_H
#define MWL_PARAMETERS_H

#include <lua.h>

#include "form.h"

struct mwl_file {
  const char *path; /* the three are held by the userdata's user values */
  const char *name;
  const char *type; /* NULL: curl's default */
};

#define MWL_PARAMETERS_FEW 20

struct mwl_parameters {
  struct mwl_field *fields; /* what they point into is on the Lua stack */
  size_t count;
  struct mwl_field few[MWL_PARAMETERS_FEW];
  int has_secret;
  int has_file;
};

/* A parameter added where the caller gave none of that name. */
struct mwl_default {
  const char *name;
  const char *value;
};

/* Reads the table at `index`, and pushes what the fields point into: that stays on the stack until
   the request is built. 0: something cannot be sent; only nil and an error were pushed. */
int mwl_parameters_read(lua_State *L, int index, const struct mwl_default *defaults,
                        struct mwl_parameters *parameters);

/* The same without a table: at most MWL_PARAMETERS_FEW, in the order they are sent in. */
void mwl_parameters_begin(struct mwl_parameters *parameters);
void mwl_parameters_add(struct mwl_parameters *parameters, const char *name, const char *value,
                        size_t length);

/* 0: something cannot be sent; nil and an error were pushed. */
int mwl_parameters_check(lua_State *L, const struct mwl_parameters *parameters);

#endif
