/* csrc/secret_name.c: no byte beyond the text is read, a name that is secret is so as a member of
   an object, and what stands in a value is none. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../csrc/secret_name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* {"NAME":0}, and ["NAME"] */
static int is_found(const char *before, const char *name, size_t size, const char *after) {
  size_t head = strlen(before), tail = strlen(after);
  char *text = malloc(head + size + tail); /* exactly: the sanitizer sees one byte more */
  int found;
  if (text == NULL) abort();
  memcpy(text, before, head);
  memcpy(text + head, name, size);
  memcpy(text + head + size, after, tail);
  found = mwl_secret_name_in_json(text, head + size + tail);
  free(text);
  return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *name = malloc(size > 0 ? size : 1);
  int plain;
  if (name == NULL) abort();
  memcpy(name, data, size);
  plain = memchr(name, '"', size) == NULL && memchr(name, '\\', size) == NULL;
  mwl_secret_name_in_json(name, size);
  if (plain && is_found("{\"", name, size, "\" :0}") != mwl_secret_name(name, size)) abort();
  if (plain && is_found("[\"", name, size, "\"]")) abort();
  free(name);
  return 0;
}
