/* The order of keys by itself: even on texts that are not sound it stays within its bounds. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../csrc/json_order.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = malloc(size > 0 ? size : 1);
  struct mwl_order order;
  if (text == NULL) return 0;
  memcpy(text, data, size);
  mwl_order_read(text, size, &order);
  mwl_order_free(&order);
  free(text);
  return 0;
}
