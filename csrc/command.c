#define _GNU_SOURCE /* pipe2, environ */

#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core.h"
#include "deadline.h"
#include "failure.h"

#define MWL_WITHHELD "mwlogin.withheld" /* registry: a table of names */

/* == what was given ============================================================================ */

void mwl_command_check_options(lua_State *L, int options, const char *const known[]) {
  if (lua_isnoneornil(L, options)) return;
  luaL_checktype(L, options, LUA_TTABLE);
  lua_pushnil(L);
  while (lua_next(L, options) != 0) {
    int found = 0;
    luaL_Buffer names;
    lua_pop(L, 1);
    for (int i = 0; known[i] != NULL && !found; i++) {
      found = lua_type(L, -1) == LUA_TSTRING && strcmp(lua_tostring(L, -1), known[i]) == 0;
    }
    if (found) continue;
    luaL_buffinit(L, &names);
    for (int i = 0; known[i] != NULL; i++) {
      if (i > 0) luaL_addstring(&names, ", ");
      luaL_addstring(&names, known[i]);
    }
    luaL_pushresult(&names);
    luaL_error(L, "unknown option '%s'; there are: %s", luaL_tolstring(L, -2, NULL),
               lua_tostring(L, -1));
  }
}

static const char *check_text(lua_State *L, int index, const char *what) {
  size_t length;
  const char *text;
  if (lua_type(L, index) != LUA_TSTRING) {
    luaL_error(L, "%s must be a string, not a %s", what, luaL_typename(L, index));
  }
  text = lua_tolstring(L, index, &length);
  if (strlen(text) != length) luaL_error(L, "%s must not hold a NUL", what);
  return text;
}

static int get_option(lua_State *L, int options, const char *name) {
  if (lua_isnoneornil(L, options)) {
    lua_pushnil(L);
    return LUA_TNIL;
  }
  return lua_getfield(L, options, name);
}

static void check_channel(lua_State *L, int options, const char *name) {
  if (get_option(L, options, name) != LUA_TNIL) {
    const char *text = check_text(L, -1, name);
    if (strcmp(text, "null") != 0 && strcmp(text, "inherit") != 0 && strcmp(text, "pipe") != 0) {
      luaL_error(L, "%s must be \"null\", \"inherit\" or \"pipe\", not \"%s\"", name, text);
    }
  }
  lua_pop(L, 1);
}

static void check_pipes(lua_State *L, int options) {
  int count = 0;
  if (get_option(L, options, "pipes") != LUA_TNIL) {
    luaL_argcheck(L, lua_istable(L, -1), options, "pipes must be a table");
    lua_pushnil(L);
    while (lua_next(L, -2) != 0) {
      lua_Integer fd = lua_isinteger(L, -2) ? lua_tointeger(L, -2) : -1;
      const char *way = check_text(L, -1, "the way of a pipe");
      if (fd < 3 || fd > MWL_HIGHEST_DESCRIPTOR)
        luaL_error(L, "pipes may have the numbers 3 to 63");
      if (strcmp(way, "read") != 0 && strcmp(way, "write") != 0) {
        luaL_error(L, "a pipe is \"read\" or \"write\", not \"%s\"", way);
      }
      if (++count > MWL_MOST_DESCRIPTORS - 3) luaL_error(L, "too many pipes");
      lua_pop(L, 1);
    }
  }
  lua_pop(L, 1);
}

static void check_environment(lua_State *L, int options) {
  if (get_option(L, options, "env") != LUA_TNIL) {
    luaL_argcheck(L, lua_istable(L, -1), options, "env must be a table");
    lua_pushnil(L);
    while (lua_next(L, -2) != 0) {
      const char *name = check_text(L, -2, "the name of an environment variable");
      if (name[0] == '\0' || strchr(name, '=') != NULL)
        luaL_error(L, "\"%s\" cannot be a variable", name);
      if (lua_type(L, -1) != LUA_TBOOLEAN || lua_toboolean(L, -1)) check_text(L, -1, name);
      lua_pop(L, 1);
    }
  }
  lua_pop(L, 1);
}

void mwl_command_check(lua_State *L, int argv, int options, enum mwl_command_use use) {
  static const char *const for_process[] = {"stdin", "stdout",  "stderr",   "pipes",
                                            "env",   "timeout", "terminal", NULL};
  static const char *const for_line[] = {"env", "timeout", NULL};
  lua_Integer count;
  luaL_checktype(L, argv, LUA_TTABLE);
  count = luaL_len(L, argv);
  luaL_argcheck(L, count >= 1 && count <= 10000, argv, "a command is a list of 1 to 10000 strings");
  for (lua_Integer i = 1; i <= count; i++) {
    lua_geti(L, argv, i);
    check_text(L, -1, "each part of a command");
    lua_pop(L, 1);
  }
  mwl_command_check_options(L, options, use == MWL_COMMAND_PROCESS ? for_process : for_line);
  check_channel(L, options, "stdin");
  check_channel(L, options, "stdout");
  check_channel(L, options, "stderr");
  check_pipes(L, options);
  check_environment(L, options);
}

double mwl_command_timeout(lua_State *L, int options, double otherwise) {
  double seconds;
  get_option(L, options, "timeout");
  seconds = mwl_seconds(L, -1, "timeout", otherwise);
  lua_pop(L, 1);
  return seconds;
}

/* == what exec gets ============================================================================ */

/* Pushes a private table that keeps the strings, and an array of pointers to them. */
static char **push_arguments(lua_State *L, int argv) {
  lua_Integer count = luaL_len(L, argv);
  char **arguments = lua_newuserdatauv(L, ((size_t)count + 1) * sizeof *arguments, 0);
  lua_createtable(L, (int)count, 0);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_geti(L, argv, i);
    arguments[i - 1] = (char *)check_text(L, -1, "each part of a command");
    lua_rawseti(L, -2, i);
  }
  arguments[count] = NULL;
  return arguments;
}

/* Whether the table at `names` says something about NAME=value. */
static int is_named(lua_State *L, int names, const char *entry) {
  const char *equals = strchr(entry, '=');
  int named;
  if (equals == NULL || !lua_istable(L, names)) return 0;
  lua_pushlstring(L, entry, (size_t)(equals - entry));
  named = lua_gettable(L, names) != LUA_TNIL;
  lua_pop(L, 1);
  return named;
}

/***
Keeps an environment variable, which holds a secret, from every program that `process` and
`first_line` start from now on; `env` may give it all the same.
@function withhold
@tparam string name
*/
int mwl_withhold(lua_State *L) {
  (void)luaL_checkstring(L, 1);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, MWL_WITHHELD);
  lua_pushvalue(L, 1);
  lua_pushboolean(L, 1);
  lua_rawset(L, -3);
  return 0;
}

/* Pushes four values, which keep the strings that it points to. What is not changed stays where the
   environment has it: variables hold secrets, and no Lua string shall. */
static char **push_environment(lua_State *L, int options) {
  size_t kept = 0, changes = 0, count = 0;
  lua_Integer strings = 0;
  char **environment;
  int table, withheld, keeper;
  get_option(L, options, "env");
  table = lua_gettop(L);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, MWL_WITHHELD);
  withheld = lua_gettop(L);
  while (environ != NULL && environ[kept] != NULL) kept++;
  if (lua_istable(L, table)) {
    for (lua_pushnil(L); lua_next(L, table) != 0; lua_pop(L, 1)) changes++;
  }
  environment = lua_newuserdatauv(L, (kept + changes + 1) * sizeof *environment, 0);
  lua_createtable(L, (int)changes, 0);
  keeper = lua_gettop(L);
  for (size_t i = 0; i < kept && environ[i] != NULL; i++) {
    if (is_named(L, table, environ[i]) || is_named(L, withheld, environ[i])) continue;
    environment[count++] = environ[i];
  }
  if (lua_istable(L, table)) {
    for (lua_pushnil(L); lua_next(L, table) != 0 && count < kept + changes; lua_pop(L, 1)) {
      if (lua_type(L, -1) != LUA_TSTRING || lua_type(L, -2) != LUA_TSTRING) continue;
      environment[count++] =
          (char *)lua_pushfstring(L, "%s=%s", lua_tostring(L, -2), lua_tostring(L, -1));
      lua_rawseti(L, keeper, ++strings);
    }
  }
  lua_settop(L, keeper);
  environment[count] = NULL;
  return environment;
}

/* == descriptors =============================================================================== */

/* What the program gets: closed again in any case once it has started or failed to. */
struct plan {
  struct mwl_spawn spawn;
  int to_close[MWL_MOST_DESCRIPTORS];
  int close_count;
};

static void redirect(struct plan *plan, int ours, int theirs) {
  plan->spawn.redirections[plan->spawn.count].ours = ours;
  plan->spawn.redirections[plan->spawn.count].theirs = theirs;
  plan->spawn.count++;
}

static int plan_null(struct plan *plan, int theirs) {
  int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (fd < 0) return 0;
  plan->to_close[plan->close_count++] = fd;
  redirect(plan, fd, theirs);
  return 1;
}

static int plan_pipe(struct plan *plan, struct mwl_child *child, int theirs, int writes) {
  struct mwl_stream *stream = &child->streams[child->stream_count];
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return 0;
  stream->theirs = theirs;
  stream->writes = writes;
  stream->fd = ends[writes ? 1 : 0];
  child->stream_count++;
  plan->to_close[plan->close_count++] = ends[writes ? 0 : 1];
  redirect(plan, ends[writes ? 0 : 1], theirs);
  return fcntl(stream->fd, F_SETFL, O_NONBLOCK) == 0;
}

enum channel { CHANNEL_NULL, CHANNEL_INHERIT, CHANNEL_PIPE };

static enum channel channel_of(lua_State *L, int options, const char *name) {
  const char *text;
  enum channel channel = CHANNEL_NULL;
  get_option(L, options, name);
  text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "null";
  if (text[0] == 'i') channel = CHANNEL_INHERIT;
  if (text[0] == 'p') channel = CHANNEL_PIPE;
  lua_pop(L, 1);
  return channel;
}

/* The extra pipes as numbers, so that no Lua is called while descriptors are open. */
static int list_pipes(lua_State *L, int options, int fds[], int writes[]) {
  int count = 0;
  get_option(L, options, "pipes");
  if (lua_istable(L, -1)) {
    for (lua_pushnil(L); lua_next(L, -2) != 0 && count < MWL_MOST_DESCRIPTORS - 3; lua_pop(L, 1)) {
      fds[count] = (int)lua_tointeger(L, -2);
      writes[count++] = strcmp(luaL_tolstring(L, -1, NULL), "write") == 0;
      lua_pop(L, 1);
    }
  }
  lua_pop(L, 1);
  return count;
}

static int fail_to_start(lua_State *L, const char *program, int error) {
  if (error == ENOENT) {
    return mwl_failure(L, "answer", "not_found", "there is no program %.200s", program);
  }
  if (error == EACCES || error == EPERM) {
    return mwl_failure(L, "answer", "denied", "the program %.200s cannot be run: %s", program,
                       strerror(error));
  }
  return mwl_failure(L, "answer", "start", "the program %.200s did not start: %s", program,
                     strerror(error));
}

int mwl_command_start(lua_State *L, int argv, int options, struct mwl_child *child) {
  static const char *const names[] = {"stdin", "stdout", "stderr"};
  enum channel channels[3];
  int fds[MWL_MOST_DESCRIPTORS], writes[MWL_MOST_DESCRIPTORS], extra, error = 0;
  int top = lua_gettop(L), good = 1;
  struct plan plan;
  memset(&plan, 0, sizeof plan);
  plan.spawn.arguments = push_arguments(L, argv);
  plan.spawn.environment = push_environment(L, options);
  for (int i = 0; i < 3; i++) channels[i] = channel_of(L, options, names[i]);
  extra = list_pipes(L, options, fds, writes);
  get_option(L, options, "terminal");
  plan.spawn.own_group = !lua_toboolean(L, -1) && channels[0] != CHANNEL_INHERIT;
  mwl_child_reap_left();
  for (int i = 0; good && i < 3; i++) {
    if (channels[i] == CHANNEL_NULL) good = plan_null(&plan, i);
    if (channels[i] == CHANNEL_INHERIT) redirect(&plan, i, i);
    if (channels[i] == CHANNEL_PIPE) good = plan_pipe(&plan, child, i, i == 0);
  }
  for (int i = 0; good && i < extra; i++) good = plan_pipe(&plan, child, fds[i], writes[i]);
  if (good) {
    pid_t pid = mwl_spawn(&plan.spawn);
    child->own_group = plan.spawn.own_group;
    good = pid > 0;
    if (good) child->pid = pid;
  }
  if (!good) error = errno;
  for (int i = 0; i < plan.close_count; i++) close(plan.to_close[i]);
  if (good) {
    lua_settop(L, top);
    return 1;
  }
  mwl_child_end(child);
  fail_to_start(L, plan.spawn.arguments[0], error);
  return 0;
}

void mwl_command_push_status(lua_State *L, int status) {
  lua_createtable(L, 0, 1);
  if (WIFSIGNALED(status)) {
    lua_pushinteger(L, WTERMSIG(status));
    lua_setfield(L, -2, "signal");
  } else {
    lua_pushinteger(L, WEXITSTATUS(status));
    lua_setfield(L, -2, "exit");
  }
}
