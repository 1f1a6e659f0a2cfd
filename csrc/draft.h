/* A file replaced as a whole, by way of a draft beside it. Lua-free. */
#ifndef MWL_DRAFT_H
#define MWL_DRAFT_H

#include <stddef.h>

/* Either the whole new file has the name in the open folder, or the old one keeps it.
   1, or 0 with errno set. */
int mwl_draft_replace(int folder, const char *name, const char *bytes, size_t length);

/* Removes what writers of this file left behind when they were killed. */
void mwl_draft_remove_dead(int folder, const char *name);

#endif
