#define _GNU_SOURCE
#include "public_suffix.h"

#include <ctype.h>
#include <dlfcn.h>
#include <string.h>

#define LONGEST_NAME 253 /* of a host, RFC 1035 */

typedef const void *(*builtin_function)(void);
typedef int (*is_suffix_function)(const void *list, const char *domain);

/* libcurl's own list, in this process already where libcurl was built with one (libpsl): it judges
   the cookies that a server sets, and has no call for those that are imported. */
static int is_listed(const char *domain, int *known) {
  void *symbols[2] = {dlsym(RTLD_DEFAULT, "psl_builtin"),
                      dlsym(RTLD_DEFAULT, "psl_is_public_suffix")};
  builtin_function builtin;
  is_suffix_function is_suffix;
  const void *list;
  *known = 0;
  if (symbols[0] == NULL || symbols[1] == NULL) return 0;
  /* C knows no cast from an object's address to a function's */
  memcpy(&builtin, &symbols[0], sizeof builtin);
  memcpy(&is_suffix, &symbols[1], sizeof is_suffix);
  list = builtin();
  if (list == NULL) return 0;
  *known = 1;
  return is_suffix(list, domain);
}

int mwl_is_public_suffix(const char *domain, size_t length) {
  char name[LONGEST_NAME + 1];
  int known, listed;
  if (length == 0 || length > LONGEST_NAME) return 1;
  for (size_t i = 0; i < length; i++) name[i] = (char)tolower((unsigned char)domain[i]);
  name[length] = '\0';
  listed = is_listed(name, &known);
  return known ? listed : strchr(name, '.') == NULL;
}
