/* Lua values as the parameters of a request (DESIGN §2): ordered, joined, ready to be encoded. */
#ifndef MWL_PARAMETERS_H
#define MWL_PARAMETERS_H

#include <lua.h>

#include "form.h"

struct mwl_file {
  const char *path; /* the three are held by the userdata's user values */
  const char *name;
  const char *type; /* NULL: curl's default */
};

struct mwl_parameters {
  struct mwl_field *fields;      /* what lives here is anchored on the Lua stack until the */
  const struct mwl_file **files; /* request is built; NULL where the field is no file */
  size_t count;
  int has_secret;
  int has_file;
};

/* A parameter added where the caller gave none of that name. */
struct mwl_default {
  const char *name;
  const char *value;
};

/* Reads the table at `index` and pushes ONE value that anchors what `parameters` points into.
   0: something cannot be sent; nil and an error were pushed instead of the anchor. */
int mwl_parameters_read(lua_State *L, int index, const struct mwl_default *defaults,
                        struct mwl_parameters *parameters);

#endif
