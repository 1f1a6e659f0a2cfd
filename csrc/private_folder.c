#include "private_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OTHERS_CAN_WRITE (S_IWGRP | S_IWOTH)
#define OTHERS_CAN_ANYTHING (S_IRWXG | S_IRWXO)

static int refuse(struct mwl_refusal *refusal, const char *code, const char *path,
                  const char *why) {
  refusal->code = code;
  snprintf(refusal->message, sizeof refusal->message, "%.300s %s", path, why);
  return 0;
}

static const char *code_of(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return "missing";
    case ENOSPC:
    case EFBIG:
    case EDQUOT:
      return "full";
    case EACCES:
    case EPERM:
      return "denied";
    case EROFS:
      return "read_only";
    case ELOOP:
      return "unsafe";
    case EEXIST:
      return "exists";
    case ENAMETOOLONG:
      return "name";
    default:
      return "io";
  }
}

int mwl_refuse_errno(struct mwl_refusal *refusal, const char *path, const char *doing, int error) {
  refusal->code = code_of(error);
  if (error == ELOOP) return refuse(refusal, "unsafe", path, "is a symbolic link");
  snprintf(refusal->message, sizeof refusal->message, "cannot %s %.300s: %s", doing, path,
           strerror(error));
  return 0;
}

int mwl_check_private(const struct stat *status, const char *path, struct mwl_refusal *refusal) {
  if (S_ISLNK(status->st_mode)) return refuse(refusal, "unsafe", path, "is a symbolic link");
  if (!S_ISREG(status->st_mode)) return refuse(refusal, "unsafe", path, "is not a regular file");
  if (status->st_uid != geteuid())
    return refuse(refusal, "unsafe", path, "belongs to another user");
  if (status->st_nlink > 1) {
    return refuse(refusal, "unsafe", path, "has another name too (a hard link)");
  }
  if ((status->st_mode & OTHERS_CAN_ANYTHING) != 0) {
    return refuse(refusal, "unsafe", path, "is open to other users (chmod 600 would close it)");
  }
  return 1;
}

/* Where every user has a group of their own, folders are often open to that group. */
static int is_own_group(gid_t group) { return group == getegid() && group == (gid_t)geteuid(); }

int mwl_is_open_for_writing(const struct stat *status) {
  mode_t open_to = status->st_mode & OTHERS_CAN_WRITE;
  if (is_own_group(status->st_gid)) open_to &= ~(mode_t)S_IWGRP;
  return open_to != 0;
}

static int check_one_folder(const char *path, struct mwl_refusal *refusal) {
  struct stat status;
  if (stat(path, &status) != 0) {
    return errno == ENOENT ? 1 : mwl_refuse_errno(refusal, path, "look at", errno);
  }
  if (!S_ISDIR(status.st_mode)) return refuse(refusal, "exists", path, "is not a folder");
  if (status.st_uid != geteuid() && status.st_uid != 0) {
    return refuse(refusal, "unsafe", path, "is a folder of another user");
  }
  if (mwl_is_open_for_writing(&status) && (status.st_mode & S_ISVTX) == 0) {
    return refuse(refusal, "unsafe", path, "is a folder that other users can change");
  }
  return 1;
}

/* `path` and every folder above it; `path` is written to and put back. */
static int check_upwards(char *path, struct mwl_refusal *refusal) {
  char *slash = path;
  int good = 1;
  while (good && slash != NULL) {
    char kept;
    slash = strchr(slash + 1, '/');
    if (slash == NULL) break;
    kept = *slash;
    *slash = '\0';
    good = check_one_folder(path, refusal);
    *slash = kept;
  }
  return good && check_one_folder(path, refusal);
}

/* The address as written and, where links lead elsewhere, the one behind it. */
int mwl_check_folder(const char *path, struct mwl_refusal *refusal) {
  char whole[PATH_MAX], real[PATH_MAX];
  if (path[0] == '/') {
    if (snprintf(whole, sizeof whole, "%s", path) >= (int)sizeof whole) {
      return refuse(refusal, "name", path, "is too long");
    }
  } else {
    if (getcwd(real, sizeof real) == NULL) return mwl_refuse_errno(refusal, ".", "find", errno);
    if (snprintf(whole, sizeof whole, "%s/%s", real, path) >= (int)sizeof whole) {
      return refuse(refusal, "name", path, "is too long");
    }
  }
  if (!check_one_folder("/", refusal) || !check_upwards(whole, refusal)) return 0;
  if (realpath(whole, real) == NULL) return 1;
  return strcmp(whole, real) == 0 || check_upwards(real, refusal);
}

const char *mwl_split_path(const char *path, char *folder, size_t size) {
  const char *slash = strrchr(path, '/');
  const char *name = slash == NULL ? path : slash + 1;
  size_t length = slash == NULL ? 0 : (size_t)(slash - path);
  if (name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) return NULL;
  if (length + 2 > size) return NULL;
  memcpy(folder, path, length);
  folder[length] = '\0';
  if (length == 0) memcpy(folder, slash == NULL ? "." : "/", 2);
  return name;
}

int mwl_open_private(const char *path, struct stat *status, struct mwl_refusal *refusal) {
  char folder[PATH_MAX];
  int fd;
  if (mwl_split_path(path, folder, sizeof folder) == NULL) {
    refuse(refusal, "name", path, "is not the path of a file");
    return -1;
  }
  if (!mwl_check_folder(folder, refusal)) return -1;
  fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) {
    mwl_refuse_errno(refusal, path, "open", errno);
    return -1;
  }
  if (fstat(fd, status) != 0) {
    mwl_refuse_errno(refusal, path, "look at", errno);
  } else if (mwl_check_private(status, path, refusal)) {
    return fd;
  }
  close(fd);
  return -1;
}

static int make_one_folder(const char *path, struct mwl_refusal *refusal) {
  if (mkdir(path, 0700) == 0 || errno == EEXIST) return 1;
  return mwl_refuse_errno(refusal, path, "make the folder", errno);
}

int mwl_make_folder(const char *path, struct mwl_refusal *refusal) {
  char part[PATH_MAX];
  struct stat status;
  char *slash = part;
  if (snprintf(part, sizeof part, "%s", path) >= (int)sizeof part) {
    return refuse(refusal, "name", path, "is too long");
  }
  if (!mwl_check_folder(path, refusal)) return 0;
  for (;;) {
    slash = strchr(slash + 1, '/');
    if (slash == NULL) break;
    *slash = '\0';
    if (!make_one_folder(part, refusal)) return 0;
    *slash = '/';
  }
  if (!make_one_folder(part, refusal)) return 0;
  if (stat(part, &status) != 0) return mwl_refuse_errno(refusal, path, "look at", errno);
  if (!S_ISDIR(status.st_mode)) return refuse(refusal, "exists", path, "is not a folder");
  if (status.st_uid != geteuid()) return refuse(refusal, "unsafe", path, "belongs to another user");
  if ((status.st_mode & OTHERS_CAN_ANYTHING) != 0) {
    return refuse(refusal, "unsafe", path, "is open to other users (chmod 700 would close it)");
  }
  return 1;
}
