/* The values of a small JSON object whose members are all known: judged and found in its text, without
   reading them. Lua-free. */
#ifndef MWL_JSON_PICK_H
#define MWL_JSON_PICK_H

#include <stddef.h>

struct mwl_pick {
  const char *name;
  const char *value; /* as it stands in the text; NULL: not there */
  size_t length;
};

/* Finds the members of an object in a text that mwl_reply_scan found sound, or in a value that was
   picked of it. Of two of one name the last counts. 0: it is no object, or has others. */
int mwl_json_pick(const char *text, size_t length, struct mwl_pick *picks, size_t count);

#endif
