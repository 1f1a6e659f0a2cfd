/* The judgement of a reply, and the order of keys in those found sound. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../csrc/json_order.h"
#include "../../csrc/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_entries(const struct mwl_order *order) {
  for (size_t i = 0; i < order->count; i++) {
    const struct mwl_order_entry *entry = &order->entries[i];
    if (entry->key_at + entry->key_length > order->text_length) abort();
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  /* a copy of the exact size, so that one byte too far is seen */
  char *text = malloc(size > 0 ? size : 1);
  struct mwl_order order;
  if (text == NULL) return 0;
  memcpy(text, data, size);
  if (mwl_reply_scan(text, size) == MWL_REPLY_SOUND) {
    if (!mwl_order_read(text, size, &order)) abort();
    check_entries(&order);
    mwl_order_free(&order);
  }
  free(text);
  return 0;
}
