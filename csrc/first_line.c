/* The first line that a command prints, read straight into a secret. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "core.h"
#include "deadline.h"
#include "failure.h"
#include "secret.h"

#define DEFAULT_TIMEOUT 60.0
#define LONGEST_LINE 65536
#define SLICE 0.05 /* seconds between two looks at whether the program has ended */

/* A line as it comes in; what follows it is thrown away. */
struct line {
  struct mwl_secret *secret;
  int complete;
  int overlong;
};

static void take(struct line *line, const char *bytes, size_t length) {
  const char *end = memchr(bytes, '\n', length);
  size_t size = end == NULL ? length : (size_t)(end - bytes);
  if (line->complete) return;
  if (size > line->secret->capacity - line->secret->length) {
    line->overlong = 1;
    size = line->secret->capacity - line->secret->length;
  }
  memcpy(line->secret->bytes + line->secret->length, bytes, size);
  line->secret->length += size;
  line->complete = end != NULL || line->overlong;
}

/* Reads what is there: 1, or 0 at the end. */
static int drain(int fd, struct line *line) {
  char piece[512];
  for (;;) {
    ssize_t count = read(fd, piece, sizeof piece);
    if (count > 0) take(line, piece, (size_t)count);
    explicit_bzero(piece, sizeof piece);
    if (count == 0) return 0;
    if (count < 0 && errno != EINTR) return errno == EAGAIN;
  }
}

/* Until the program has ended; a child of its own may hold the pipe open for longer. */
static int read_until_end(lua_State *L, struct mwl_child *child, struct line *line,
                          double deadline) {
  int fd = child->streams[0].fd;
  int more = 1;
  for (;;) {
    double now = mwl_monotonic();
    double slice = now + SLICE < deadline ? now + SLICE : deadline;
    int ended = mwl_child_wait(child, more ? now : slice);
    if (more) more = drain(fd, line);
    if (ended > 0) return 1;
    if (more && mwl_wait_ready(fd, POLLIN, slice) < 0) mwl_run_hooks(L);
    if (ended < 0) mwl_run_hooks(L);
    if (mwl_milliseconds_left(deadline) == 0) return 0;
  }
}

static void strip_return(struct mwl_secret *secret) {
  if (secret->length > 0 && secret->bytes[secret->length - 1] == '\r') secret->length--;
}

/* The options of a process: output to us, the rest as it is here, so that it may ask the person. */
static void push_options(lua_State *L, int options) {
  lua_createtable(L, 0, 4);
  lua_pushstring(L, isatty(STDIN_FILENO) ? "inherit" : "null");
  lua_setfield(L, -2, "stdin");
  lua_pushliteral(L, "pipe");
  lua_setfield(L, -2, "stdout");
  lua_pushliteral(L, "inherit");
  lua_setfield(L, -2, "stderr");
  if (lua_istable(L, options)) {
    lua_getfield(L, options, "env");
    lua_setfield(L, -2, "env");
  }
}

/***
Runs a command and puts the first line of its output, without the line's end, straight into a
secret. It may ask on the terminal; its words on stderr go where ours go.
@function first_line
@tparam {string,...} argv the program and its arguments; there is no shell
@tparam[opt] table options `timeout`: seconds (60); `env`: as for `process`
@treturn[1] secret
@treturn[2] nil
@treturn[2] table error, kind `answer`, code `not_found`, `denied`, `start`, `timeout`, `exit` (with
 `exit` or `signal`), `empty` or `large`; no output is quoted in it
*/
int mwl_first_line(lua_State *L) {
  struct line line = {NULL, 0, 0};
  struct mwl_child *child;
  const char *program;
  double timeout;
  int good;
  lua_settop(L, 2);
  mwl_command_check(L, 1, 2, MWL_COMMAND_FIRST_LINE);
  timeout = mwl_command_timeout(L, 2, DEFAULT_TIMEOUT);
  lua_geti(L, 1, 1);
  program = lua_tostring(L, 3);
  push_options(L, 2);
  line.secret = mwl_secret_prepare(L, LONGEST_LINE);
  child = mwl_process_prepare(L, timeout);
  if (!mwl_command_start(L, 1, 4, child)) return 2;
  good = read_until_end(L, child, &line, mwl_monotonic() + timeout);
  mwl_child_end(child);
  if (!good) {
    return mwl_failure(L, "answer", "timeout", "%.200s did not end within %g seconds", program,
                       timeout);
  }
  if (child->finished && WIFSIGNALED(child->status)) {
    mwl_failure(L, "answer", "exit", "%.200s was ended by signal %d", program,
                WTERMSIG(child->status));
    lua_pushinteger(L, WTERMSIG(child->status));
    lua_setfield(L, -2, "signal");
    return 2;
  }
  if (child->finished && WEXITSTATUS(child->status) != 0) {
    mwl_failure(L, "answer", "exit", "%.200s ended with exit code %d", program,
                WEXITSTATUS(child->status));
    lua_pushinteger(L, WEXITSTATUS(child->status));
    lua_setfield(L, -2, "exit");
    return 2;
  }
  if (line.overlong)
    return mwl_failure(L, "answer", "large", "the first line of %.200s is too long", program);
  strip_return(line.secret);
  if (line.secret->length == 0)
    return mwl_failure(L, "answer", "empty", "%.200s printed nothing", program);
  mwl_secret_push_fitting(L, line.secret);
  return 1;
}
