/* LD_PRELOAD: one call on files fails, FAIL_CALL with FAIL_ERRNO, where it is about a draft. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int fails(const char *call) {
  const char *wanted = getenv("FAIL_CALL");
  const char *number = getenv("FAIL_ERRNO");
  if (wanted == NULL || number == NULL || strcmp(wanted, call) != 0) return 0;
  errno = atoi(number);
  return 1;
}

static int is_draft(int fd) {
  char link[64], path[4096];
  ssize_t length;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = '\0';
  return strstr(path, ".draft") != NULL;
}

int openat(int folder, const char *path, int flags, ...) {
  int (*real)(int, const char *, int, ...) =
      (int (*)(int, const char *, int, ...))dlsym(RTLD_NEXT, "openat");
  va_list more;
  mode_t mode;
  va_start(more, flags);
  mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  if (strstr(path, ".draft") != NULL && fails("openat")) return -1;
  return real(folder, path, flags, mode);
}

ssize_t write(int fd, const void *bytes, size_t length) {
  ssize_t (*real)(int, const void *, size_t) =
      (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  if (is_draft(fd) && fails("write")) return -1;
  return real(fd, bytes, length);
}

int fchmod(int fd, mode_t mode) {
  int (*real)(int, mode_t) = (int (*)(int, mode_t))dlsym(RTLD_NEXT, "fchmod");
  if (is_draft(fd) && fails("fchmod")) return -1;
  return real(fd, mode);
}

int fsync(int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  if (is_draft(fd) && fails("fsync")) return -1;
  return real(fd);
}

int renameat(int from, const char *old, int to, const char *new) {
  int (*real)(int, const char *, int, const char *) =
      (int (*)(int, const char *, int, const char *))dlsym(RTLD_NEXT, "renameat");
  if (strstr(old, ".draft") != NULL && fails("renameat")) return -1;
  return real(from, old, to, new);
}
