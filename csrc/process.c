/* Programs for Lua: started without a shell, written to, read from, awaited, ended. */
#define _GNU_SOURCE /* pipe2 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "command.h"
#include "core.h"
#include "deadline.h"
#include "failure.h"
#include "secret.h"

#define DEFAULT_TIMEOUT 30.0
#define DEFAULT_MOST (1024 * 1024)
#define LARGEST_MOST (256 * 1024 * 1024)

struct process {
  struct mwl_child child;
  double timeout;
  int open;
};

static struct process *check_process(lua_State *L) {
  struct process *process = luaL_checkudata(L, 1, MWL_PROCESS_CLASS);
  luaL_argcheck(L, process->open, 1, "attempt to use a closed process");
  return process;
}

static struct mwl_stream *check_stream(lua_State *L, struct process *process, int index,
                                       int writes) {
  int theirs = (int)luaL_checkinteger(L, index);
  struct mwl_stream *stream = mwl_child_stream(&process->child, theirs);
  luaL_argcheck(L, stream != NULL, index, "the program has no such pipe");
  luaL_argcheck(L, stream->writes == writes, index,
                writes ? "this pipe is read" : "this pipe is written");
  return stream;
}

struct mwl_child *mwl_process_prepare(lua_State *L, double timeout) {
  struct process *process = lua_newuserdatauv(L, sizeof *process, 0);
  mwl_child_prepare(&process->child);
  process->timeout = timeout;
  process->open = 1;
  luaL_setmetatable(L, MWL_PROCESS_CLASS);
  return &process->child;
}

/***
Starts a program. Its arguments are handed over as they are: there is no shell.
It gets the descriptors named here and no others, and a process group of its own unless it may use
our terminal.
@function process
@tparam {string,...} argv the program, looked up in PATH, and its arguments
@tparam[opt] table options
 `stdin`, `stdout`, `stderr`: `"null"` (default), `"inherit"` or `"pipe"`;
 `pipes`: `{ [3] = "write", [4] = "read" }`, more pipes as seen from us, on descriptors 3 to 63;
 `env`: `{ NAME = value }`, `false` takes a variable away;
 `timeout`: seconds for each read, write and wait (30);
 `terminal`: true when it may ask on our terminal, as `stdin = "inherit"` implies
@treturn[1] process
@treturn[2] nil
@treturn[2] table error, kind `answer`, code `not_found`, `denied` or `start`
*/
static int process_start(lua_State *L) {
  double timeout;
  lua_settop(L, 2);
  mwl_command_check(L, 1, 2, MWL_COMMAND_PROCESS);
  lua_settop(L, 2);
  timeout = mwl_command_timeout(L, 2, DEFAULT_TIMEOUT);
  return mwl_command_start(L, 1, 2, mwl_process_prepare(L, timeout)) ? 1 : 2;
}

/***
Writes to a pipe, all of it, reading meanwhile what the program writes to the others.
@function process:write
@tparam integer fd the program's number of the pipe: 0, or as in `pipes`
@tparam string|secret bytes
@tparam[opt] number timeout seconds
@treturn[1] boolean true
@treturn[2] nil
@treturn[2] table error, kind `answer`, code `eof` (the program reads no more), `timeout` or `io`
*/
static int process_write(lua_State *L) {
  struct process *process = check_process(L);
  struct mwl_stream *stream = check_stream(L, process, 2, 1);
  size_t length;
  const char *bytes = mwl_secret_or_string(L, 3, &length);
  double deadline = mwl_monotonic() + mwl_seconds(L, 4, "timeout", process->timeout);
  while (length > 0) {
    size_t written = 0;
    int ready;
    enum mwl_io result =
        stream->fd < 0 ? MWL_IO_END : mwl_stream_write(stream, bytes, length, &written);
    bytes += written;
    length -= written;
    if (result == MWL_IO_DONE) break;
    if (result == MWL_IO_END) {
      return mwl_failure(L, "answer", "eof", "the program reads no more from descriptor %d",
                         stream->theirs);
    }
    if (result == MWL_IO_ERROR) {
      return mwl_failure(L, "answer", "io", "cannot write to the program: %s", strerror(errno));
    }
    if (written > 0) continue;
    ready = mwl_child_wait_writable(&process->child, stream, deadline);
    if (ready < 0) {
      mwl_run_hooks(L);
      luaL_argcheck(L, process->open, 1, "closed while it was written to");
    }
    if (ready == 0) {
      return mwl_failure(L, "answer", "timeout", "the program did not read in time");
    }
  }
  lua_pushboolean(L, 1);
  return 1;
}

/* == reading =================================================================================== */

struct reading {
  int has_stop;
  char stop;
  size_t most;
  double deadline;
  int as_secret;
};

static void check_reading(lua_State *L, int index, double timeout, struct reading *reading) {
  static const char *const known[] = {"stop", "max", "timeout", "secret", NULL};
  size_t length = 0;
  const char *stop;
  lua_Integer most;
  mwl_command_check_options(L, index, known);
  lua_settop(L, index);
  if (lua_isnil(L, index)) {
    lua_newtable(L);
    lua_replace(L, index);
  }
  lua_getfield(L, index, "stop");
  stop = luaL_optlstring(L, -1, NULL, &length);
  luaL_argcheck(L, stop == NULL || length == 1, index, "stop must be one byte");
  lua_getfield(L, index, "max");
  most = luaL_optinteger(L, -1, DEFAULT_MOST);
  luaL_argcheck(L, most >= 1 && most <= LARGEST_MOST, index, "max must be 1 byte to 256 MiB");
  lua_getfield(L, index, "timeout");
  reading->deadline = mwl_monotonic() + mwl_seconds(L, -1, "timeout", timeout);
  lua_getfield(L, index, "secret");
  reading->as_secret = lua_toboolean(L, -1);
  reading->has_stop = stop != NULL;
  reading->stop = stop != NULL ? stop[0] : '\0';
  reading->most = (size_t)most;
  lua_settop(L, index);
}

/* Hands over `length` buffered bytes and drops `dropped`, the stop byte among them. */
static int push_buffered(lua_State *L, struct mwl_stream *stream, size_t length, size_t dropped,
                         int as_secret) {
  if (as_secret) {
    struct mwl_secret *secret = mwl_secret_prepare(L, length);
    if (length > 0) memcpy(secret->bytes, stream->bytes + stream->start, length);
    secret->length = length;
  } else {
    lua_pushlstring(L, length > 0 ? stream->bytes + stream->start : "", length);
  }
  mwl_stream_skip(stream, dropped);
  return 1;
}

/* Whether the stop byte is there; `length` is what stands before it. */
static int find_stop(struct mwl_stream *stream, char stop, size_t *length) {
  const char *first = stream->bytes + stream->start;
  const char *found;
  if (stream->length <= stream->searched) return 0;
  found = memchr(first + stream->searched, stop, stream->length - stream->searched);
  stream->searched = stream->length;
  if (found == NULL) return 0;
  *length = (size_t)(found - first);
  return 1;
}

/***
Reads from a pipe: up to a stop byte, which is taken away, or all there is until the program closes
it. What comes after the stop byte stays for the next read, and what came before a timeout, too.
@function process:read
@tparam integer fd the program's number of the pipe: 1, 2, or as in `pipes`
@tparam[opt] table options `stop`: one byte (`"\n"`, `"\0"`); `max`: bytes (1 MiB); `timeout`:
 seconds; `secret`: true for a secret instead of a string
@treturn[1] string|secret the last piece may lack its stop byte
@treturn[2] nil
@treturn[2] table error, kind `answer`, code `eof`, `timeout`, `large` (more than `max`) or `io`
*/
static int process_read(lua_State *L) {
  struct process *process = check_process(L);
  struct mwl_stream *stream = check_stream(L, process, 2, 0);
  struct reading reading;
  int ready;
  check_reading(L, 3, process->timeout, &reading);
  stream->searched = 0; /* the stop byte may be another one now */
  for (;;) {
    size_t length;
    enum mwl_io result;
    if (reading.has_stop && find_stop(stream, reading.stop, &length) && length <= reading.most) {
      return push_buffered(L, stream, length, length + 1, reading.as_secret);
    }
    result = mwl_stream_fill(stream, reading.most + 1);
    if (result == MWL_IO_DONE) continue;
    if (result == MWL_IO_FULL) {
      return mwl_failure(L, "answer", "large", "the program wrote more than %d bytes",
                         (int)reading.most);
    }
    if (result == MWL_IO_ERROR) {
      return mwl_failure(L, "answer", "io", "cannot read from the program: %s", strerror(errno));
    }
    if (result == MWL_IO_END) {
      if (stream->length > 0) {
        return push_buffered(L, stream, stream->length, stream->length, reading.as_secret);
      }
      return mwl_failure(L, "answer", "eof", "the program writes no more to descriptor %d",
                         stream->theirs);
    }
    ready = mwl_wait_ready(stream->fd, POLLIN, reading.deadline);
    if (ready < 0) {
      mwl_run_hooks(L);
      luaL_argcheck(L, process->open, 1, "closed while it was read from");
    }
    if (ready == 0) {
      return mwl_failure(L, "answer", "timeout", "the program did not answer in time");
    }
  }
}

/***
Closes one of our pipe ends: the program reads its end of file.
@function process:close_pipe
@tparam integer fd the program's number of the pipe
*/
static int process_close_pipe(lua_State *L) {
  struct process *process = check_process(L);
  struct mwl_stream *stream = mwl_child_stream(&process->child, (int)luaL_checkinteger(L, 2));
  luaL_argcheck(L, stream != NULL, 2, "the program has no such pipe");
  mwl_stream_close(stream);
  return 0;
}

/* == waiting and ending ======================================================================== */

/***
Waits for the program to end. Its pipes are not read meanwhile.
@function process:wait
@tparam[opt] number timeout seconds
@treturn[1] table `{ exit = code }` or `{ signal = number }`; the same again when asked again
@treturn[2] nil
@treturn[2] table error, kind `answer`, code `timeout`, or `lost` (reaped by other code)
*/
static int process_wait(lua_State *L) {
  struct process *process = check_process(L);
  double deadline = mwl_monotonic() + mwl_seconds(L, 2, "timeout", process->timeout);
  for (;;) {
    int result = mwl_child_wait(&process->child, deadline);
    if (result > 0) break;
    if (result == 0) return mwl_failure(L, "answer", "timeout", "the program is still running");
    mwl_run_hooks(L);
  }
  if (!process->child.finished) {
    return mwl_failure(L, "answer", "lost", "how the program ended is not known");
  }
  mwl_command_push_status(L, process->child.status);
  return 1;
}

static int check_signal(lua_State *L, int index) {
  static const char *const names[] = {"TERM", "KILL", "INT", "HUP", "QUIT", NULL};
  static const int numbers[] = {SIGTERM, SIGKILL, SIGINT, SIGHUP, SIGQUIT};
  if (lua_type(L, index) == LUA_TNUMBER) {
    lua_Integer number = luaL_checkinteger(L, index);
    luaL_argcheck(L, number >= 0 && number < NSIG, index, "no such signal");
    return (int)number;
  }
  return numbers[luaL_checkoption(L, index, "TERM", names)];
}

/***
Sends a signal to the program, and to all of its process group when it has its own.
@function process:kill
@tparam[opt="TERM"] string|integer signal `"TERM"`, `"KILL"`, `"INT"`, `"HUP"`, `"QUIT"`, or a
number
@treturn boolean false when it has ended already
*/
static int process_kill(lua_State *L) {
  struct process *process = check_process(L);
  lua_pushboolean(L, mwl_child_kill(&process->child, check_signal(L, 2)));
  return 1;
}

/***
The process id.
@function process:pid
@treturn integer|nil nil once it has ended and was waited for
*/
static int process_pid(lua_State *L) {
  struct process *process = check_process(L);
  if (process->child.pid == 0)
    luaL_pushfail(L);
  else
    lua_pushinteger(L, process->child.pid);
  return 1;
}

/***
Closes the pipes and lets the program run on; this process object is closed.
@function process:leave
*/
static int process_leave(lua_State *L) {
  struct process *process = check_process(L);
  process->open = 0;
  mwl_child_leave(&process->child);
  return 0;
}

/***
Ends the program if it still runs (TERM, after two seconds KILL), reaps it and closes the pipes.
Happens by itself when the process is closed or collected; twice is fine.
@function process:close
*/
static int process_close(lua_State *L) {
  struct process *process = luaL_checkudata(L, 1, MWL_PROCESS_CLASS);
  process->open = 0;
  mwl_child_end(&process->child);
  return 0;
}

static int process_tostring(lua_State *L) {
  struct process *process = luaL_checkudata(L, 1, MWL_PROCESS_CLASS);
  if (!process->open)
    lua_pushliteral(L, "process (closed)");
  else if (process->child.pid == 0)
    lua_pushliteral(L, "process (ended)");
  else
    lua_pushfstring(L, "process (%d)", (int)process->child.pid);
  return 1;
}

void mwl_register_process(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"write", process_write}, {"read", process_read},   {"close_pipe", process_close_pipe},
      {"wait", process_wait},   {"kill", process_kill},   {"pid", process_pid},
      {"leave", process_leave}, {"close", process_close}, {NULL, NULL}};
  static const luaL_Reg metamethods[] = {
      {"__gc", process_close}, {"__tostring", process_tostring}, {NULL, NULL}};
  static const luaL_Reg functions[] = {{"process", process_start},
                                       {"first_line", mwl_first_line},
                                       {"withhold", mwl_withhold},
                                       {NULL, NULL}};
  mwl_class(L, MWL_PROCESS_CLASS, methods, metamethods);
  luaL_setfuncs(L, functions, 0);
}
