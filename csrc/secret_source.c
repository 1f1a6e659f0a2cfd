/* Where secrets come from without ever being a Lua string: a variable, a private file, stdin. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core.h"
#include "deadline.h"
#include "failure.h"
#include "private_folder.h"
#include "secret.h"

#define LONGEST_LINE 65536

void mwl_secret_push_fitting(lua_State *L, struct mwl_secret *large) {
  struct mwl_secret *secret = mwl_secret_prepare(L, large->length);
  memcpy(secret->bytes, large->bytes, large->length);
  secret->length = large->length;
  mwl_arena_free(large->bytes, large->capacity);
  large->bytes = NULL;
  large->length = large->capacity = 0;
}

/* Nothing after the line is read: it belongs to whoever reads next. Returns 1 (empty at the end of
   the file, too), 0 when the line is too long, -1 with errno set. */
static int read_line(lua_State *L, int fd, struct mwl_secret *line) {
  while (line->length < line->capacity) {
    char *at = line->bytes + line->length;
    ssize_t count = read(fd, at, 1);
    if (count == 0) return 1;
    if (count < 0) {
      if (errno != EINTR) return -1;
      mwl_run_hooks(L);
      continue;
    }
    if (*at == '\n' || *at == '\r') {
      *at = '\0';
      return 1;
    }
    line->length++;
  }
  return 0;
}

static int push_line(lua_State *L, int fd, const char *path) {
  struct mwl_secret *line = mwl_secret_prepare(L, LONGEST_LINE);
  int result = read_line(L, fd, line);
  if (result < 0) return mwl_failure(L, "store", "io", "cannot read %s: %s", path, strerror(errno));
  if (result == 0) {
    return mwl_failure(L, "answer", "large", "the first line of %s is too long", path);
  }
  mwl_secret_push_fitting(L, line);
  return 1;
}

/***
The value of an environment variable, straight into a secret.
@function secret_variable
@tparam string name
@treturn[1] secret
@treturn[2] nil when there is none
*/
static int secret_variable(lua_State *L) {
  const char *value = getenv(luaL_checkstring(L, 1));
  struct mwl_secret *secret;
  if (value == NULL) {
    luaL_pushfail(L);
    return 1;
  }
  secret = mwl_secret_prepare(L, strlen(value));
  secret->length = strlen(value);
  memcpy(secret->bytes, value, secret->length);
  return 1;
}

static int close_fd(lua_State *L) {
  int *fd = lua_touserdata(L, 1);
  if (*fd >= 0) close(*fd);
  *fd = -1;
  return 0;
}

/***
The first line of a file that only its owner can read (as of `private_file.read`), straight into a
secret.
@function secret_file
@tparam string path
@treturn[1] secret empty when the line is
@treturn[2] nil
@treturn[2] table error, kind `store`, code as of `private_file.read`; kind `answer`, code `large`
*/
static int secret_file(lua_State *L) {
  struct mwl_refusal refusal;
  struct stat status;
  size_t length;
  const char *path = luaL_checklstring(L, 1, &length);
  int *fd, results;
  luaL_argcheck(L, length > 0 && strlen(path) == length, 1, "not a path");
  fd = lua_newuserdatauv(L, sizeof *fd, 0);
  *fd = -1;
  luaL_setmetatable(L, "mwlogin.secret_file");
  *fd = mwl_open_private(path, &status, &refusal);
  if (*fd < 0) return mwl_failure(L, "store", refusal.code, "%s", refusal.message);
  results = push_line(L, *fd, path);
  close(*fd);
  *fd = -1;
  return results;
}

/***
The next line of standard input, straight into a secret; no byte after it is read.
@function secret_stdin
@treturn[1] secret empty when the line is, and at the end of the input
@treturn[2] nil
@treturn[2] table error, kind `store`, code `io`; kind `answer`, code `large`
*/
static int secret_stdin(lua_State *L) { return push_line(L, STDIN_FILENO, "standard input"); }

void mwl_register_secret_source(lua_State *L) {
  static const luaL_Reg functions[] = {{"secret_variable", secret_variable},
                                       {"secret_file", secret_file},
                                       {"secret_stdin", secret_stdin},
                                       {NULL, NULL}};
  static const luaL_Reg metamethods[] = {{"__gc", close_fd}, {NULL, NULL}};
  mwl_class(L, "mwlogin.secret_file", NULL, metamethods);
  luaL_setfuncs(L, functions, 0);
}
