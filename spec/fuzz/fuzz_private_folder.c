/* csrc/private_folder.c: a path, whatever it is, is split into a folder and a name that are its own,
   within the room there is, and what is refused is told in the room there is. */
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../csrc/private_folder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int good) {
  if (!good) abort();
}

static void check_split(const char *path, size_t room) {
  char *folder = malloc(room > 0 ? room : 1); /* exactly: the sanitizer sees one byte more */
  const char *name;
  must(folder != NULL);
  name = mwl_split_path(path, folder, room);
  if (name != NULL) {
    must(strchr(name, '/') == NULL && name[0] != '\0');
    must(strcmp(name, ".") != 0 && strcmp(name, "..") != 0);
    must(strlen(folder) < room);
    must(path + strlen(path) == name + strlen(name));
    must(name == path ? strcmp(folder, ".") == 0 : folder[0] == '/' || folder[0] == path[0]);
  }
  free(folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct mwl_refusal refusal;
  char *path = malloc(size + 1);
  must(path != NULL);
  memcpy(path, data, size);
  path[size] = '\0';
  check_split(path, PATH_MAX);
  check_split(path, size > 0 ? data[0] : 0);
  must(mwl_refuse_errno(&refusal, path, "read", ENOENT) == 0);
  must(memchr(refusal.message, '\0', sizeof refusal.message) != NULL);
  /* looks, and changes nothing; a folder that is not there is fine */
  if (!mwl_check_folder(path, &refusal)) must(refusal.code != NULL && refusal.message[0] != '\0');
  free(path);
  return 0;
}
