/* Cookie lines and Set-Cookie headers: a jar never gives a cookie to a host it does not belong to. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../csrc/cookie_jar.h"
#include "../../csrc/cookie_lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = malloc(size + 1);
  struct mwl_cookie cookie;
  struct mwl_jar jar = {NULL, 0};
  char *header;
  if (text == NULL) return 0;
  memcpy(text, data, size);
  text[size] = '\0';
  mwl_cookie_parse(text, size, &cookie);
  mwl_jar_put(&jar, text, size);
  mwl_jar_free(&jar);
  mwl_jar_set_cookie(&jar, text, "wiki.example.org", "/w/api.php", 1, 1000);
  header = mwl_jar_header(&jar, "other.org", "/w/api.php", 1, 1000);
  if (header != NULL) abort();
  header = mwl_jar_header(&jar, "wiki.example.org", "/w/api.php", 1, 1000);
  free(header);
  mwl_jar_free(&jar);
  free(text);
  return 0;
}
