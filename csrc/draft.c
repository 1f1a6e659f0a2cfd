#include "draft.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define DRAFT_SUFFIX ".draft"

/* A draft is `.NAME.RANDOM.draft`, and its writer holds a lock on it while it is alive. */
static int is_draft_of(const char *entry, const char *name) {
  size_t length = strlen(entry), size = strlen(name), suffix = strlen(DRAFT_SUFFIX);
  return length == 1 + size + 1 + 16 + suffix && entry[0] == '.' &&
         memcmp(entry + 1, name, size) == 0 && entry[1 + size] == '.' &&
         strcmp(entry + length - suffix, DRAFT_SUFFIX) == 0;
}

static void remove_if_dead(int folder, const char *entry) {
  int fd = openat(folder, entry, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  struct stat opened, named;
  if (fd < 0) return;
  if (flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &opened) == 0 &&
      fstatat(folder, entry, &named, AT_SYMLINK_NOFOLLOW) == 0 && opened.st_ino == named.st_ino) {
    unlinkat(folder, entry, 0);
  }
  close(fd);
}

void mwl_draft_remove_dead(int folder, const char *name) {
  int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *stream = fd < 0 ? NULL : fdopendir(fd);
  struct dirent *entry;
  if (stream == NULL) {
    if (fd >= 0) close(fd);
    return;
  }
  for (entry = readdir(stream); entry != NULL; entry = readdir(stream)) {
    if (is_draft_of(entry->d_name, name)) remove_if_dead(folder, entry->d_name);
  }
  closedir(stream);
}

/* Returns the draft's descriptor, or -1 with errno set. */
static int open_draft(int folder, const char *name, char draft[NAME_MAX + 1]) {
  for (int attempt = 0; attempt < 16; attempt++) {
    unsigned char random[8];
    struct stat status;
    int fd, length;
    if (RAND_bytes(random, sizeof random) != 1) break;
    length = snprintf(draft, NAME_MAX + 1, ".%s.%02x%02x%02x%02x%02x%02x%02x%02x" DRAFT_SUFFIX,
                      name, random[0], random[1], random[2], random[3], random[4], random[5],
                      random[6], random[7]);
    if (length > NAME_MAX) {
      errno = ENAMETOOLONG;
      return -1;
    }
    fd = openat(folder, draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 && errno != EEXIST) return -1;
    if (fd < 0) continue;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &status) == 0 && status.st_nlink == 1)
      return fd;
    unlinkat(folder, draft, 0);
    close(fd);
  }
  errno = EIO;
  return -1;
}

static int write_all(int fd, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t count = write(fd, bytes, length);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return 0;
    bytes += count;
    length -= (size_t)count;
  }
  return 1;
}

int mwl_draft_replace(int folder, const char *name, const char *bytes, size_t length) {
  char draft[NAME_MAX + 1];
  int fd = open_draft(folder, name, draft);
  int error;
  if (fd < 0) return 0;
  if (write_all(fd, bytes, length) && fchmod(fd, 0600) == 0 && fsync(fd) == 0 &&
      renameat(folder, draft, folder, name) == 0) {
    close(fd);
    return 1;
  }
  error = errno;
  unlinkat(folder, draft, 0);
  close(fd);
  errno = error;
  return 0;
}
