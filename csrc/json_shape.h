/* A small JSON text of known shape: read in one pass, and taken for nothing else. Lua-free. */
#ifndef MWL_JSON_SHAPE_H
#define MWL_JSON_SHAPE_H

#include <stddef.h>

enum mwl_shape_kind {
  MWL_SHAPE_OBJECT,
  MWL_SHAPE_TEXT,  /* ASCII, escapes of one letter; not empty */
  MWL_SHAPE_WHOLE, /* an integer above 0, of 18 digits at most */
  MWL_SHAPE_TRUE
};

struct mwl_shape {
  const char *name;
  enum mwl_shape_kind kind;
  struct mwl_shape *members; /* of an object; a NULL name at the end */
  const char *value;         /* as it stands in the text; NULL: not there */
  size_t length;
};

/* Whether the text is one object with these members, each once at most, and nothing else; which are
   there, their values tell. */
int mwl_json_has_shape(const char *text, size_t length, struct mwl_shape *members);

/* Writes what a text says, without quotes and escapes; how long it is, or 0 beyond `max`. */
size_t mwl_json_text(const struct mwl_shape *text, char *out, size_t max);

#endif
