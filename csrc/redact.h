/* Hiding a secret in a text, whatever form it was written in. */
#ifndef MWL_REDACT_H
#define MWL_REDACT_H

#include <stddef.h>

struct mwl_redacted {
  char *bytes; /* from the arena: free with mwl_arena_free(bytes, capacity); NULL: nothing found */
  size_t length;
  size_t capacity;
};

/* 1: found, and `out` is the text with *** in its place; 0: not found; -1: no memory. */
int mwl_redact(const char *text, size_t length, const char *secret, size_t secret_length,
               struct mwl_redacted *out);

#endif
