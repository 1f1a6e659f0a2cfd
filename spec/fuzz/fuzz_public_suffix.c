/* Which domains are everybody's: any bytes may be asked about. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../csrc/public_suffix.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = malloc(size > 0 ? size : 1);
  if (text == NULL) return 0;
  memcpy(text, data, size);
  mwl_is_public_suffix(text, size);
  free(text);
  return 0;
}
