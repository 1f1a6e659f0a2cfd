/* csrc/json_member.c: what is found lies in the text, in order, and is what it is said to be. */
#include <stdint.h>
#include <stdlib.h>

#include "../../csrc/json_member.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const char *text = (const char *)data;
  const char *after = text;
  struct mwl_member_scan scan;
  struct mwl_member member;
  mwl_member_begin(&scan, text, size);
  while (mwl_member_next(&scan, &member)) {
    if (member.name <= after || member.value <= member.name + member.name_length) abort();
    if (member.value_length == 0 || member.value + member.value_length >= text + size) abort();
    if (member.name[-1] != '"' || member.name[member.name_length] != '"') abort();
    if (member.value[-1] != '"' || member.value[member.value_length] != '"') abort();
    for (size_t i = 0; i < member.value_length; i++) {
      char c = member.value[i];
      if (c < '!' || c > '~' || c == '\\' || c == '"') abort();
    }
    after = member.value + member.value_length;
  }
  return 0;
}
