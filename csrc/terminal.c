/* The terminal for Lua: questions whose answers are shown, or are not and become secrets. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "command.h"
#include "core.h"
#include "deadline.h"
#include "failure.h"
#include "line_editor.h"
#include "quiet.h"
#include "secret.h"

#define TERMINAL_CLASS "mwlogin.terminal"
#define DEFAULT_MOST 4096
#define LARGEST_MOST (1024 * 1024)
#define LONGEST_ASK 3600.0 /* seconds, where no timeout is given */
#define LONGEST_WRITE 60.0 /* seconds: a terminal stopped by Ctrl-S must not hold us for ever */

struct terminal {
  int fd; /* -1: closed */
};

static struct terminal *check_terminal(lua_State *L) {
  struct terminal *terminal = luaL_checkudata(L, 1, TERMINAL_CLASS);
  luaL_argcheck(L, terminal->fd >= 0, 1, "attempt to use a closed terminal");
  return terminal;
}

/***
Opens the terminal this process belongs to, whatever stdin and stdout are.
@function terminal
@treturn[1] terminal
@treturn[2] nil
@treturn[2] table error, kind `interaction`, code `no_terminal`
*/
static int terminal_open(lua_State *L) {
  struct terminal *terminal = lua_newuserdatauv(L, sizeof *terminal, 0);
  terminal->fd = -1;
  luaL_setmetatable(L, TERMINAL_CLASS);
  terminal->fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (terminal->fd >= 0) return 1;
  return mwl_failure(L, "interaction", "no_terminal", "there is no terminal to ask on: %s",
                     strerror(errno));
}

/* 1, 0 when the time is over, -1 with errno set. */
static int write_text(int fd, const char *text, size_t length) {
  double deadline = mwl_monotonic() + LONGEST_WRITE;
  while (length > 0) {
    ssize_t count = write(fd, text, length);
    struct pollfd waiting = {fd, POLLOUT, 0};
    if (count < 0 && errno != EAGAIN && errno != EINTR) return -1;
    if (count > 0) {
      text += count;
      length -= (size_t)count;
      continue;
    }
    if (mwl_milliseconds_left(deadline) == 0) return 0;
    (void)poll(&waiting, 1, mwl_milliseconds_left(deadline));
  }
  return 1;
}

/***
Writes to the terminal, as it is: what comes from a wiki has to be cleaned before.
@function terminal:write
@tparam string text
@treturn[1] boolean true
@treturn[2] nil
@treturn[2] table error, kind `cancelled`, code `eof` (the terminal is gone) or `timeout`
*/
static int terminal_write(lua_State *L) {
  struct terminal *terminal = check_terminal(L);
  size_t length;
  const char *text = luaL_checklstring(L, 2, &length);
  int result = write_text(terminal->fd, text, length);
  if (result < 0)
    return mwl_failure(L, "cancelled", "eof", "the terminal is gone: %s", strerror(errno));
  if (result == 0) return mwl_failure(L, "cancelled", "timeout", "the terminal takes no text");
  lua_pushboolean(L, 1);
  return 1;
}

/* == asking ==================================================================================== */

struct asking {
  int fd;
  int echo;
  const char *prompt;
  size_t prompt_length;
  double deadline;
  struct mwl_line_editor editor;
  struct mwl_quiet quiet;
};

enum outcome { ANSWERED, INTERRUPTED, ENDED, TOO_LATE, BUSY, GONE };

static void show(struct asking *asking, const char *text, size_t length) {
  (void)write_text(asking->fd, text, length);
}

static void show_prompt(struct asking *asking) {
  show(asking, asking->prompt, asking->prompt_length);
  if (asking->echo) show(asking, asking->editor.bytes, asking->editor.length);
}

static void show_key(struct asking *asking, char key, size_t erased, int visible) {
  if (!asking->echo) return;
  for (; erased > 0; erased--) show(asking, "\b \b", 3);
  if (visible) show(asking, key == '\t' ? " " : &key, 1);
}

/* Stops and goes on, or ends as the signal says. Returns 1 to go on asking. */
static int obey(struct asking *asking, int number, enum outcome *outcome) {
  if (number == SIGCONT) {
    mwl_quiet_again(&asking->quiet);
    return 1;
  }
  if (mwl_quiet_is_stop(number)) {
    if (mwl_quiet_suspend(&asking->quiet, number) != 0) {
      *outcome = GONE;
      return 0;
    }
    show_prompt(asking);
    return 1;
  }
  *outcome = INTERRUPTED;
  mwl_quiet_end(&asking->quiet);
  explicit_bzero(asking->editor.bytes, asking->editor.length);
  if (number != SIGINT) raise(number); /* with the terminal as it was, and no secret in a core */
  return 0;
}

/* One byte: the rest of what was typed or pasted belongs to the next question. Returns 1 to go on.
 */
static int read_key(struct asking *asking, enum outcome *outcome) {
  char key;
  size_t erased;
  int visible;
  enum mwl_key meaning;
  ssize_t count = read(asking->fd, &key, 1);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return 1;
  if (count <= 0) {
    *outcome = count == 0 || errno == EIO ? ENDED : GONE;
    return 0;
  }
  meaning = mwl_line_editor_key(&asking->editor, (unsigned char)key, &erased, &visible);
  show_key(asking, key, erased, visible);
  explicit_bzero(&key, sizeof key);
  if (meaning == MWL_KEY_TAKEN) return 1;
  *outcome = meaning == MWL_KEY_ENTER ? ANSWERED : ENDED;
  return 0;
}

static enum outcome read_line(struct asking *asking) {
  enum outcome outcome = ANSWERED;
  for (;;) {
    struct pollfd waiting[] = {{asking->fd, POLLIN, 0}, {asking->quiet.wake[0], POLLIN, 0}};
    int left = mwl_milliseconds_left(asking->deadline);
    int number;
    if (left == 0) return TOO_LATE;
    if (poll(waiting, 2, left) < 0 && errno != EINTR) return GONE;
    number = mwl_quiet_signal(&asking->quiet);
    if (number != 0) {
      if (!obey(asking, number, &outcome)) return outcome;
    } else if (waiting[0].revents != 0 && !read_key(asking, &outcome)) {
      return outcome;
    }
  }
}

static void set_keys(struct asking *asking) {
  const cc_t *keys = asking->quiet.before.c_cc;
  asking->editor.erase = keys[VERASE];
  asking->editor.kill = keys[VKILL];
  asking->editor.word = keys[VWERASE];
  asking->editor.end = keys[VEOF];
}

/* No Lua from here on until the terminal is as it was. */
static enum outcome ask(struct asking *asking) {
  enum outcome outcome;
  int error = mwl_quiet_begin(&asking->quiet, asking->fd);
  if (error != 0) return error == EBUSY ? BUSY : GONE;
  set_keys(asking);
  show_prompt(asking);
  outcome = read_line(asking);
  mwl_quiet_end(&asking->quiet);
  show(asking, "\n", 1);
  return outcome;
}

static int fail_to_ask(lua_State *L, enum outcome outcome) {
  switch (outcome) {
    case INTERRUPTED:
      return mwl_failure(L, "cancelled", "interrupted", "the question was interrupted");
    case TOO_LATE:
      return mwl_failure(L, "cancelled", "timeout", "nobody answered in time");
    case BUSY:
      return mwl_failure(L, "interaction", "busy", "another question is being asked");
    case GONE:
      return mwl_failure(L, "cancelled", "eof", "the terminal is gone");
    case ANSWERED:
    case ENDED:
      break;
  }
  return mwl_failure(L, "cancelled", "eof", "the question was left without an answer");
}

struct asked {
  int echo;
  size_t most;
  double seconds;
};

static void check_asked(lua_State *L, int index, struct asked *asked) {
  static const char *const known[] = {"echo", "max", "timeout", NULL};
  lua_Integer most;
  mwl_command_check_options(L, index, known);
  asked->echo = 1;
  asked->most = DEFAULT_MOST;
  asked->seconds = LONGEST_ASK;
  if (lua_isnil(L, index)) return;
  lua_getfield(L, index, "echo");
  if (!lua_isnil(L, -1)) asked->echo = lua_toboolean(L, -1);
  lua_getfield(L, index, "max");
  most = luaL_optinteger(L, -1, DEFAULT_MOST);
  luaL_argcheck(L, most >= 1 && most <= LARGEST_MOST, index, "max must be 1 byte to 1 MiB");
  asked->most = (size_t)most;
  lua_getfield(L, index, "timeout");
  asked->seconds = mwl_seconds(L, -1, "timeout", LONGEST_ASK);
  lua_settop(L, index);
}

/***
Asks one question on the terminal. Without echo the answer goes from the keyboard straight into a
secret. Whatever happens, Ctrl-Z and signals included, the terminal is left as it was.
@function terminal:ask
@tparam string prompt shown as it is
@tparam[opt] table options `echo`: false for a secret (true); `max`: bytes (4096); `timeout`:
 seconds (one hour)
@treturn[1] string|secret the line without its end
@treturn[2] nil
@treturn[2] table error: kind `cancelled`, code `interrupted` (Ctrl-C), `eof` (Ctrl-D, or the
terminal is gone) or `timeout`; kind `answer`, code `large`; kind `interaction`, code `busy`
*/
static int terminal_ask(lua_State *L) {
  struct terminal *terminal = check_terminal(L);
  struct asking asking;
  struct asked asked;
  struct mwl_secret *secret;
  enum outcome outcome;
  memset(&asking, 0, sizeof asking);
  asking.prompt = luaL_checklstring(L, 2, &asking.prompt_length);
  lua_settop(L, 3);
  check_asked(L, 3, &asked);
  secret = mwl_secret_prepare(L, asked.most);
  asking.fd = terminal->fd;
  asking.echo = asked.echo;
  asking.deadline = mwl_monotonic() + asked.seconds;
  asking.editor.bytes = secret->bytes;
  asking.editor.capacity = secret->capacity;
  outcome = ask(&asking);
  if (outcome != ANSWERED) return fail_to_ask(L, outcome);
  if (asking.editor.overlong) {
    return mwl_failure(L, "answer", "large", "the answer is longer than %d bytes", (int)asked.most);
  }
  secret->length = asking.editor.length;
  if (asked.echo) lua_pushlstring(L, secret->bytes, secret->length);
  return 1;
}

/* == the rest ================================================================================== */

/***
How large the terminal is; 80 by 24 where it does not say.
@function terminal:size
@treturn table `{ columns, rows }`
*/
static int terminal_size(lua_State *L) {
  struct terminal *terminal = check_terminal(L);
  struct winsize size = {0, 0, 0, 0};
  (void)ioctl(terminal->fd, TIOCGWINSZ, &size);
  lua_createtable(L, 0, 2);
  lua_pushinteger(L, size.ws_col > 0 ? size.ws_col : 80);
  lua_setfield(L, -2, "columns");
  lua_pushinteger(L, size.ws_row > 0 ? size.ws_row : 24);
  lua_setfield(L, -2, "rows");
  return 1;
}

/***
Closes the terminal; twice is fine.
@function terminal:close
*/
static int terminal_close(lua_State *L) {
  struct terminal *terminal = luaL_checkudata(L, 1, TERMINAL_CLASS);
  int fd = terminal->fd;
  terminal->fd = -1;
  if (fd >= 0) close(fd);
  return 0;
}

static int terminal_tostring(lua_State *L) {
  struct terminal *terminal = luaL_checkudata(L, 1, TERMINAL_CLASS);
  lua_pushstring(L, terminal->fd < 0 ? "terminal (closed)" : "terminal");
  return 1;
}

/***
Whether a descriptor is a terminal.
@function isatty
@tparam integer fd 0, 1 or 2
@treturn boolean
*/
static int terminal_isatty(lua_State *L) {
  lua_pushboolean(L, isatty((int)luaL_checkinteger(L, 1)) == 1);
  return 1;
}

void mwl_register_terminal(lua_State *L) {
  static const luaL_Reg methods[] = {{"ask", terminal_ask},
                                     {"write", terminal_write},
                                     {"size", terminal_size},
                                     {"close", terminal_close},
                                     {NULL, NULL}};
  static const luaL_Reg metamethods[] = {
      {"__gc", terminal_close}, {"__tostring", terminal_tostring}, {NULL, NULL}};
  static const luaL_Reg functions[] = {
      {"terminal", terminal_open}, {"isatty", terminal_isatty}, {NULL, NULL}};
  mwl_class(L, TERMINAL_CLASS, methods, metamethods);
  luaL_setfuncs(L, functions, 0);
}
