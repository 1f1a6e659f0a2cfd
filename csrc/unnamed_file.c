/* A file in memory without a name of its own: others of the same user reach it by our process's
   /proc entry, and with our process, however it ends, it is gone. */
#define _GNU_SOURCE /* memfd_create */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core.h"
#include "failure.h"
#include "secret.h"

#define UNNAMED_CLASS "mwlogin.unnamed_file"
#define PATH_SIZE 64

struct unnamed_file {
  int descriptor; /* -1: closed */
};

static int write_all(int descriptor, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t written = write(descriptor, bytes, length);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return 0;
    bytes += written;
    length -= (size_t)written;
  }
  return 1;
}

/***
A file that lives in memory and ends with this process.
@function unnamed_file
@tparam string|secret bytes
@treturn unnamed_file also for `<close>`
@return nil, err (kind store)
*/
static int unnamed_file_new(lua_State *L) {
  size_t length;
  const char *bytes = mwl_secret_or_string(L, 1, &length);
  struct unnamed_file *file = lua_newuserdatauv(L, sizeof *file, 0);
  file->descriptor = -1;
  luaL_setmetatable(L, UNNAMED_CLASS);
  file->descriptor = memfd_create("mwlogin", MFD_CLOEXEC);
  if (file->descriptor >= 0 && write_all(file->descriptor, bytes, length)) return 1;
  return mwl_failure(L, "store", "io", "A file in memory could not be made: %s.", strerror(errno));
}

/***
The path under which other programs of this user can open it, while this process is `dumpable` (the
command is not, but while `exec` runs a program).
@function unnamed_file:path
@treturn string
*/
static int unnamed_file_path(lua_State *L) {
  struct unnamed_file *file = luaL_checkudata(L, 1, UNNAMED_CLASS);
  char path[PATH_SIZE];
  luaL_argcheck(L, file->descriptor >= 0, 1, "this file is closed");
  snprintf(path, sizeof path, "/proc/%ld/fd/%d", (long)getpid(), file->descriptor);
  lua_pushstring(L, path);
  return 1;
}

/***
Ends the file: nobody can open it any more. Twice is fine.
@function unnamed_file:close
*/
static int unnamed_file_close(lua_State *L) {
  struct unnamed_file *file = luaL_checkudata(L, 1, UNNAMED_CLASS);
  if (file->descriptor >= 0) close(file->descriptor);
  file->descriptor = -1;
  return 0;
}

void mwl_register_unnamed_file(lua_State *L) {
  static const luaL_Reg functions[] = {{"unnamed_file", unnamed_file_new}, {NULL, NULL}};
  static const luaL_Reg methods[] = {
      {"path", unnamed_file_path}, {"close", unnamed_file_close}, {NULL, NULL}};
  static const luaL_Reg metamethods[] = {{"__gc", unnamed_file_close}, {NULL, NULL}};
  mwl_class(L, UNNAMED_CLASS, methods, metamethods);
  luaL_setfuncs(L, functions, 0);
}
