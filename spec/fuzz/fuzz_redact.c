/* Redaction: the secret in its raw form is never left, and never more is written than measured. */
#define _GNU_SOURCE /* memmem */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../csrc/arena.h"
#include "../../csrc/redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const char *text = (const char *)data;
  struct mwl_redacted out = {NULL, 0, 0};
  size_t length = size > 0 ? data[0] % 32 : 0;
  if (size < 1 + length || length < 4) return 0;
  if (mwl_redact(text + 1 + length, size - 1 - length, text + 1, length, &out) == 1) {
    if (out.length > out.capacity) abort();
    mwl_arena_free(out.bytes, out.capacity);
  } else if (memmem(text + 1 + length, size - 1 - length, text + 1, length) != NULL) {
    abort();
  }
  return 0;
}
