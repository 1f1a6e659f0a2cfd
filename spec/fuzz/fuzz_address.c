/* Addresses: what is called sound has its parts, and what is private is https or this machine. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../csrc/address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct mwl_address *address) {
  if (strcmp(address->scheme, "http") != 0 && strcmp(address->scheme, "https") != 0) abort();
  if (address->host[0] == '\0' || address->path[0] != '/') abort();
  if (address->port < 1 || address->port > 65535) abort();
  if (mwl_address_is_private(address) && strcmp(address->scheme, "https") != 0 &&
      !mwl_address_is_loopback(address)) {
    abort();
  }
  if (!mwl_address_same_origin(address, address)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = malloc(size + 1);
  struct mwl_address address;
  if (text == NULL) return 0;
  memcpy(text, data, size);
  text[size] = '\0';
  if (mwl_address_parse(text, NULL, &address) == MWL_ADDRESS_SOUND) check(&address);
  mwl_address_free(&address);
  if (mwl_address_parse(text, "https://wiki.example/w/api.php", &address) == MWL_ADDRESS_SOUND) {
    check(&address);
  }
  mwl_address_free(&address);
  free(text);
  return 0;
}
