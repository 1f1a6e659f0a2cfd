#include "private_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core.h"
#include "deadline.h"
#include "failure.h"
#include "private_folder.h"

#define LOCK_CLASS "mwlogin.lock"
#define FIRST_PAUSE 5 /* ms */
#define LONGEST_PAUSE 100

struct lock {
  int fd;       /* -1: released */
  pid_t holder; /* a forked child has the lock's descriptor too, but must not release it */
  char path[PATH_MAX];
};

enum attempt { LOCKED, BUSY, REFUSED };

/* Whether the locked file still has the name: its last holder may have taken it away. */
static int is_named(const struct lock *lock) {
  struct stat held, named;
  return fstat(lock->fd, &held) == 0 && lstat(lock->path, &named) == 0 &&
         held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

static enum attempt try_lock(struct lock *lock, struct mwl_refusal *refusal) {
  struct stat status;
  int fd =
      open(lock->path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
  enum attempt result = REFUSED;
  if (fd < 0) {
    mwl_refuse_errno(refusal, lock->path, "open", errno);
    return REFUSED;
  }
  lock->fd = fd;
  if (fstat(fd, &status) != 0) {
    mwl_refuse_errno(refusal, lock->path, "look at", errno);
  } else if (status.st_nlink == 0) {
    result = BUSY;
  } else if (mwl_check_private(&status, lock->path, refusal)) {
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
      result = is_named(lock) ? LOCKED : BUSY;
    else if (errno == EWOULDBLOCK || errno == EINTR)
      result = BUSY;
    else
      mwl_refuse_errno(refusal, lock->path, "lock", errno);
  }
  if (result != LOCKED) {
    lock->fd = -1;
    close(fd);
  }
  return result;
}

/***
Holds the lock of a file, `PATH.lock` beside it, so that no other process (nor this one) takes it.
@function private_file.lock
@tparam string path the file that the lock is about; its folder must be there
@tparam[opt=0] number timeout seconds to wait for another holder
@treturn[1] lock `lock:release()`; also released when closed, collected, or when the process ends
@treturn[2] nil
@treturn[2] table error, kind `store`, code `timeout` (still held), `missing`, `unsafe`, `denied`, …
*/
int mwl_private_lock(lua_State *L) {
  struct mwl_refusal refusal;
  char folder[PATH_MAX];
  size_t length;
  const char *path = luaL_checklstring(L, 1, &length);
  double deadline = mwl_monotonic() + mwl_seconds(L, 2, "timeout", 0);
  int pause = FIRST_PAUSE;
  struct lock *lock;
  luaL_argcheck(L, strlen(path) == length && mwl_split_path(path, folder, sizeof folder) != NULL, 1,
                "not the path of a file");
  luaL_argcheck(L, length + sizeof MWL_LOCK_SUFFIX <= sizeof lock->path, 1, "path too long");
  lock = lua_newuserdatauv(L, sizeof *lock, 0);
  lock->fd = -1;
  lock->holder = getpid();
  snprintf(lock->path, sizeof lock->path, "%s" MWL_LOCK_SUFFIX, path);
  luaL_setmetatable(L, LOCK_CLASS);
  if (!mwl_check_folder(folder, &refusal)) {
    return mwl_failure(L, "store", refusal.code, "%s", refusal.message);
  }
  for (;;) {
    int left;
    switch (try_lock(lock, &refusal)) {
      case LOCKED:
        return 1;
      case REFUSED:
        return mwl_failure(L, "store", refusal.code, "%s", refusal.message);
      case BUSY:
        break;
    }
    left = mwl_milliseconds_left(deadline);
    if (left == 0) {
      return mwl_failure(L, "store", "timeout", "%s is in use by another process", path);
    }
    mwl_sleep_milliseconds(pause < left ? pause : left);
    mwl_run_hooks(L);
    pause = pause * 2 < LONGEST_PAUSE ? pause * 2 : LONGEST_PAUSE;
  }
}

/***
Gives the lock back; twice is fine.
@function lock:release
*/
static int lock_release(lua_State *L) {
  struct lock *lock = luaL_checkudata(L, 1, LOCK_CLASS);
  int fd = lock->fd;
  if (fd < 0) return 0;
  if (lock->holder == getpid() && is_named(lock)) unlink(lock->path);
  lock->fd = -1;
  close(fd);
  return 0;
}

static int lock_tostring(lua_State *L) {
  struct lock *lock = luaL_checkudata(L, 1, LOCK_CLASS);
  lua_pushstring(L, lock->fd < 0 ? "lock (released)" : "lock (held)");
  return 1;
}

void mwl_register_private_lock(lua_State *L) {
  static const luaL_Reg methods[] = {{"release", lock_release}, {NULL, NULL}};
  static const luaL_Reg metamethods[] = {
      {"__gc", lock_release}, {"__tostring", lock_tostring}, {NULL, NULL}};
  mwl_class(L, LOCK_CLASS, methods, metamethods);
}
