/* Percent-encoding: what was measured is what is written, and nothing but unreserved bytes and %XX. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../csrc/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_encoded(const char *text, size_t length) {
  static const char allowed[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%=&";
  for (size_t i = 0; i < length; i++) {
    if (text[i] == '\0' || strchr(allowed, text[i]) == NULL) abort();
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const char *text = (const char *)data;
  size_t half = size / 2;
  struct mwl_field fields[2] = {{text, half, text + half, size - half, NULL, 0, 0},
                                {text, size, "", 0, NULL, 0, 1}};
  size_t length = mwl_form_length(fields, 2);
  char *out = malloc(length > 0 ? length : 1);
  if (out == NULL) return 0;
  if (mwl_form_write(out, fields, 2) != out + length) abort();
  check_encoded(out, length);
  mwl_form_is_botpassword(text, half, text + half, size - half);
  free(out);
  return 0;
}
