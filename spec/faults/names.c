/* For LD_PRELOAD: names below example.test are as the file MWLOGIN_NAMES says (`NAME ADDRESS`, one a
   line), looked up each time, so that a spec can change them under a running program; of one that it
   does not name nobody ever answers. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LONG_ENOUGH 300 /* seconds */

typedef int lookup(const char *, const char *, const struct addrinfo *, struct addrinfo **);

static int is_ours(const char *name) {
  static const char ending[] = ".example.test";
  size_t length = name != NULL ? strlen(name) : 0;
  return length > sizeof ending && strcmp(name + length - (sizeof ending - 1), ending) == 0;
}

static int find(const char *name, char *address) {
  const char *path = getenv("MWLOGIN_NAMES");
  FILE *file = path != NULL ? fopen(path, "r") : NULL;
  char listed[256];
  int found = 0;
  if (file == NULL) return 0;
  while (!found && fscanf(file, "%255s %63s", listed, address) == 2)
    found = strcmp(listed, name) == 0;
  fclose(file);
  return found;
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **result) {
  lookup *real = (lookup *)dlsym(RTLD_NEXT, "getaddrinfo");
  char address[64];
  if (!is_ours(name)) return real(name, service, hints, result);
  if (find(name, address)) return real(address, service, hints, result);
  sleep(LONG_ENOUGH);
  return EAI_AGAIN;
}
