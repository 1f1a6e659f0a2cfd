/* The members of a JSON object that are plain strings, found without reading the rest. Lua-free. */
#ifndef MWL_JSON_MEMBER_H
#define MWL_JSON_MEMBER_H

#include <stddef.h>

struct mwl_member {
  const char *name; /* as it stands in the text, escapes and all */
  size_t name_length;
  const char *value; /* visible ASCII without an escape, one byte at least */
  size_t value_length;
};

struct mwl_member_scan {
  const char *at;
  const char *end;
  int depth;
};

void mwl_member_begin(struct mwl_member_scan *scan, const char *text, size_t length);

/* The next such member of the outermost object: 1, or 0 when there is none. Of a text that is no
   JSON it finds what looks like one. */
int mwl_member_next(struct mwl_member_scan *scan, struct mwl_member *member);

#endif
