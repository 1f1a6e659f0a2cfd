/* Files for Lua that are for one user alone: read, replaced as a whole, locked. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core.h"
#include "draft.h"
#include "failure.h"
#include "private_folder.h"
#include "private_lock.h"
#include "secret.h"

#define DESCRIPTOR_CLASS "mwlogin.descriptor"
#define FOLDER_CLASS "mwlogin.folder"
#define LARGEST_FILE (64 * 1024 * 1024)

static int push_refusal(lua_State *L, const struct mwl_refusal *refusal) {
  return mwl_failure(L, "store", refusal->code, "%s", refusal->message);
}

static int fail_errno(lua_State *L, const char *path, const char *doing, int error) {
  struct mwl_refusal refusal;
  mwl_refuse_errno(&refusal, path, doing, error);
  return push_refusal(L, &refusal);
}

/* A path argument; a NUL in it would be another file than the one named. */
static const char *check_path(lua_State *L, int index) {
  size_t length;
  const char *path = luaL_checklstring(L, index, &length);
  luaL_argcheck(L, length > 0 && strlen(path) == length, index, "not a path");
  return path;
}

static const char *check_split(lua_State *L, int index, char folder[PATH_MAX]) {
  const char *name = mwl_split_path(check_path(L, index), folder, PATH_MAX);
  luaL_argcheck(L, name != NULL, index, "not the path of a file");
  return name;
}

/* == descriptors that close themselves when an error passes ==================================== */

static int *prepare_descriptor(lua_State *L) {
  int *descriptor = lua_newuserdatauv(L, sizeof *descriptor, 0);
  *descriptor = -1;
  luaL_setmetatable(L, DESCRIPTOR_CLASS);
  return descriptor;
}

static void close_descriptor(int *descriptor) {
  int fd = *descriptor;
  *descriptor = -1;
  if (fd >= 0) close(fd);
}

static int descriptor_gc(lua_State *L) {
  close_descriptor(luaL_checkudata(L, 1, DESCRIPTOR_CLASS));
  return 0;
}

/* == reading =================================================================================== */

/* Opens what is safe to read; pushes nothing when it returns 1, else nil and an error. */
static int open_private(lua_State *L, const char *path, int *descriptor, struct stat *status) {
  struct mwl_refusal refusal;
  char folder[PATH_MAX];
  (void)check_split(L, 1, folder);
  *descriptor = mwl_open_private(path, status, &refusal);
  if (*descriptor >= 0) return 1;
  push_refusal(L, &refusal);
  return 0;
}

/***
Reads a file that only its owner can: a symbolic link, a file of another user, one that others can
read or that has a second name, and one in a folder others can change are refused.
@function private_file.read
@tparam string path
@treturn[1] string its bytes
@treturn[2] nil
@treturn[2] table error, kind `store`, code `missing`, `unsafe`, `denied`, `large` or `io`
*/
static int private_file_read(lua_State *L) {
  const char *path = check_path(L, 1);
  int *descriptor = prepare_descriptor(L);
  struct stat status;
  luaL_Buffer buffer;
  ssize_t count = 1;
  size_t length = 0;
  if (!open_private(L, path, descriptor, &status)) return 2;
  luaL_buffinit(L, &buffer);
  while (count > 0 && length <= LARGEST_FILE) {
    count = read(*descriptor, luaL_prepbuffer(&buffer), LUAL_BUFFERSIZE);
    if (count < 0 && errno == EINTR)
      count = 1;
    else if (count > 0) {
      luaL_addsize(&buffer, (size_t)count);
      length += (size_t)count;
    }
  }
  if (count < 0) return fail_errno(L, path, "read", errno);
  if (length > LARGEST_FILE) {
    return mwl_failure(L, "store", "large", "%s is larger than 64 MiB", path);
  }
  close_descriptor(descriptor);
  luaL_pushresult(&buffer);
  return 1;
}

/***
Whether a file would be read by `private_file.read`.
@function private_file.check
@tparam string path
@treturn[1] boolean true
@treturn[2] nil
@treturn[2] table error as of `private_file.read`
*/
static int private_file_check(lua_State *L) {
  const char *path = check_path(L, 1);
  int *descriptor = prepare_descriptor(L);
  struct stat status;
  if (!open_private(L, path, descriptor, &status)) return 2;
  close_descriptor(descriptor);
  lua_pushboolean(L, 1);
  return 1;
}

/***
Whether only its owner (this user or root) can change a file, who may read it notwithstanding. A
symbolic link is looked through: what counts is the file at its end, and that nobody else can put
another in its place.
@function private_file.owned
@tparam string path
@treturn[1] boolean true
@treturn[2] nil
@treturn[2] table error, kind `store`, code `missing`, `unsafe`, `denied` or `io`
*/
static int private_file_owned(lua_State *L) {
  struct mwl_refusal refusal;
  char real[PATH_MAX], folder[PATH_MAX];
  struct stat status;
  const char *path = check_path(L, 1);
  if (realpath(path, real) == NULL || stat(real, &status) != 0) {
    return fail_errno(L, path, "look at", errno);
  }
  (void)check_split(L, 1, folder);
  if (!mwl_check_folder(folder, &refusal)) return push_refusal(L, &refusal);
  (void)mwl_split_path(real, folder, PATH_MAX);
  if (!mwl_check_folder(folder, &refusal)) return push_refusal(L, &refusal);
  if (!S_ISREG(status.st_mode)) {
    return mwl_failure(L, "store", "unsafe", "%s is not a regular file", path);
  }
  if ((status.st_uid != geteuid() && status.st_uid != 0) || mwl_is_open_for_writing(&status)) {
    return mwl_failure(L, "store", "unsafe", "%s can be changed by other users", path);
  }
  lua_pushboolean(L, 1);
  return 1;
}

/* == writing =================================================================================== */

/***
Writes a file that only its owner can read (0600): all of it or nothing, on disk when it returns.
What `private_file.read` would refuse is not overwritten.
@function private_file.write
@tparam string path its folder must be there
@tparam string|secret bytes
@treturn[1] boolean true
@treturn[2] nil
@treturn[2] table error, kind `store`, code `unsafe`, `missing` (the folder), `full`, `denied`, …
*/
static int private_file_write(lua_State *L) {
  struct mwl_refusal refusal;
  struct stat status;
  char folder[PATH_MAX];
  size_t length;
  const char *path = check_path(L, 1);
  const char *name = check_split(L, 1, folder);
  const char *bytes = mwl_secret_or_string(L, 2, &length);
  int *descriptor = prepare_descriptor(L);
  if (!mwl_check_folder(folder, &refusal)) return push_refusal(L, &refusal);
  *descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (*descriptor < 0) return fail_errno(L, folder, "open the folder", errno);
  if (fstatat(*descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0) {
    if (!mwl_check_private(&status, path, &refusal)) return push_refusal(L, &refusal);
  } else if (errno != ENOENT) {
    return fail_errno(L, path, "look at", errno);
  }
  mwl_draft_remove_dead(*descriptor, name);
  if (!mwl_draft_replace(*descriptor, name, bytes, length))
    return fail_errno(L, path, "write", errno);
  if (fsync(*descriptor) != 0 && errno != EINVAL) return fail_errno(L, folder, "sync", errno);
  close_descriptor(descriptor);
  lua_pushboolean(L, 1);
  return 1;
}

/***
Removes a file. One that is not there is removed already.
@function private_file.remove
@tparam string path
@treturn[1] boolean true
@treturn[2] nil
@treturn[2] table error, kind `store`
*/
static int private_file_remove(lua_State *L) {
  struct mwl_refusal refusal;
  char folder[PATH_MAX];
  const char *path = check_path(L, 1);
  const char *name = check_split(L, 1, folder);
  int *descriptor = prepare_descriptor(L);
  if (!mwl_check_folder(folder, &refusal)) return push_refusal(L, &refusal);
  *descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (*descriptor >= 0) mwl_draft_remove_dead(*descriptor, name);
  if (*descriptor >= 0 && unlinkat(*descriptor, name, 0) == 0)
    (void)fsync(*descriptor);
  else if (errno != ENOENT)
    return fail_errno(L, path, "remove", errno);
  close_descriptor(descriptor);
  lua_pushboolean(L, 1);
  return 1;
}

/* == folders =================================================================================== */

/***
Makes a folder that only its owner can enter (0700), and the missing ones above it.
@function private_file.folder
@tparam string path
@treturn[1] boolean true, also when it was there and is private
@treturn[2] nil
@treturn[2] table error, kind `store`, code `unsafe`, `exists` (not a folder), `full`, `denied`, …
*/
static int private_file_folder(lua_State *L) {
  struct mwl_refusal refusal;
  if (!mwl_make_folder(check_path(L, 1), &refusal)) return push_refusal(L, &refusal);
  lua_pushboolean(L, 1);
  return 1;
}

static int folder_gc(lua_State *L) {
  DIR **stream = luaL_checkudata(L, 1, FOLDER_CLASS);
  DIR *open_stream = *stream;
  *stream = NULL;
  if (open_stream != NULL) closedir(open_stream);
  return 0;
}

/* Names that are about other files: drafts and locks. */
static int is_listed(const char *name) {
  size_t length = strlen(name), suffix = strlen(MWL_LOCK_SUFFIX);
  return name[0] != '.' &&
         !(length > suffix && strcmp(name + length - suffix, MWL_LOCK_SUFFIX) == 0);
}

/***
The names in a folder, in no particular order; hidden ones and locks are left out.
@function private_file.list
@tparam string path
@treturn[1] {string,...}
@treturn[2] nil
@treturn[2] table error, kind `store`, code `missing`, `unsafe`, `denied`, …
*/
static int private_file_list(lua_State *L) {
  struct mwl_refusal refusal;
  const char *path = check_path(L, 1);
  struct dirent *entry;
  lua_Integer count = 0;
  DIR **stream = lua_newuserdatauv(L, sizeof *stream, 0);
  *stream = NULL;
  luaL_setmetatable(L, FOLDER_CLASS);
  if (!mwl_check_folder(path, &refusal)) return push_refusal(L, &refusal);
  *stream = opendir(path);
  if (*stream == NULL) return fail_errno(L, path, "open the folder", errno);
  lua_newtable(L);
  for (entry = readdir(*stream); entry != NULL; entry = readdir(*stream)) {
    if (!is_listed(entry->d_name)) continue;
    lua_pushstring(L, entry->d_name);
    lua_rawseti(L, -2, ++count);
  }
  closedir(*stream);
  *stream = NULL;
  return 1;
}

void mwl_register_private_file(lua_State *L) {
  static const luaL_Reg functions[] = {{"read", private_file_read},
                                       {"check", private_file_check},
                                       {"owned", private_file_owned},
                                       {"write", private_file_write},
                                       {"remove", private_file_remove},
                                       {"folder", private_file_folder},
                                       {"list", private_file_list},
                                       {"lock", mwl_private_lock},
                                       {NULL, NULL}};
  static const luaL_Reg descriptor_metamethods[] = {{"__gc", descriptor_gc}, {NULL, NULL}};
  static const luaL_Reg folder_metamethods[] = {{"__gc", folder_gc}, {NULL, NULL}};
  mwl_class(L, DESCRIPTOR_CLASS, NULL, descriptor_metamethods);
  mwl_class(L, FOLDER_CLASS, NULL, folder_metamethods);
  luaL_newlib(L, functions);
  lua_setfield(L, -2, "private_file");
  mwl_register_private_lock(L);
}
