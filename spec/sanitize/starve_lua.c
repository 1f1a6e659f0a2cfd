/* What a script finds of spec/sanitize/starve.c, as `starve`:
     at(n, once, all)   from now on the n-th allocation fails; without `once`, all after it too; with
                        `all` each of Lua's is one
     feed() → count, refused   none fails any more; how many were asked for since, and refused
     held() → blocks    of the core, libcurl and libcrypto
     secret(text)       no block that is freed may hold it
     unwiped() → count, stack   blocks that did since the last call, and who freed the last one
     children(n, log)   programs that are started from here on, by this interpreter, starve at their
                        n-th (0: are counted); each adds its two counts to the file
     bound(seconds, what)   then an error is raised in what runs; where it runs on all the same, in C,
                        the process ends by its stack; 0: no bound */
#define MWL_STARVE
#include "starve.h"

#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#define GRACE 60 /* seconds between the error and the end */

static int at(lua_State *L) {
  starve_begin((long)luaL_checkinteger(L, 1), lua_toboolean(L, 2), lua_toboolean(L, 3));
  return 0;
}

static int feed(lua_State *L) {
  struct starve_counts counts = starve_counts();
  starve_begin(0, 0, 0);
  lua_pushinteger(L, counts.asked);
  lua_pushinteger(L, counts.refused);
  return 2;
}

static int held(lua_State *L) {
  lua_pushinteger(L, starve_counts().blocks);
  return 1;
}

static int secret(lua_State *L) {
  size_t length;
  const char *text = luaL_checklstring(L, 1, &length);
  starve_look_for(text, length);
  return 0;
}

static int unwiped(lua_State *L) {
  void *stack[STARVE_DEPTH];
  int depth;
  luaL_Buffer where;
  long count = starve_unwiped(stack, &depth);
  char **names = count > 0 ? backtrace_symbols(stack, depth) : NULL;
  lua_pushinteger(L, count);
  luaL_buffinit(L, &where);
  for (int i = 0; names != NULL && i < depth; i++) {
    luaL_addstring(&where, names[i]);
    luaL_addchar(&where, '\n');
  }
  luaL_pushresult(&where);
  free(names);
  return 2;
}

/* == a bound ===================================================================================== */

static lua_State *bounded;
static char what[256];

static void raise_overtime(lua_State *L, lua_Debug *where) {
  (void)where;
  lua_sethook(L, NULL, 0, 0);
  luaL_error(L, "stopped: it took too long");
}

static void end_process(int number) {
  static const char words[] = "HANGS   ";
  void *stack[STARVE_DEPTH];
  (void)number;
  (void)!write(STDERR_FILENO, words, sizeof words - 1);
  (void)!write(STDERR_FILENO, what, strlen(what));
  (void)!write(STDERR_FILENO, "\n", 1);
  backtrace_symbols_fd(stack, backtrace(stack, STARVE_DEPTH), STDERR_FILENO);
  _exit(9);
}

/* As lua.c does for Ctrl-C: a hook may be set in a signal handler. */
static void out_of_time(int number) {
  (void)number;
  signal(SIGALRM, end_process);
  alarm(GRACE);
  lua_sethook(bounded, raise_overtime, LUA_MASKCALL | LUA_MASKRET | LUA_MASKCOUNT, 1);
}

static int bound(lua_State *L) {
  unsigned seconds = (unsigned)luaL_checkinteger(L, 1);
  bounded = L;
  snprintf(what, sizeof what, "%s", luaL_optstring(L, 2, ""));
  signal(SIGALRM, seconds > 0 ? out_of_time : SIG_DFL);
  alarm(seconds);
  return 0;
}

/* == programs that a script of this interpreter starts =========================================== */

static int children(lua_State *L) {
  setenv("STARVE_AT", lua_pushfstring(L, "%I", luaL_checkinteger(L, 1)), 1);
  setenv("STARVE_LOG", luaL_checkstring(L, 2), 1);
  return 0;
}

static void tell_counts(void) {
  char line[64];
  struct starve_counts counts = starve_counts();
  int file = open(getenv("STARVE_LOG"), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  int length = snprintf(line, sizeof line, "%ld %ld\n", counts.asked, counts.refused);
  if (file >= 0) (void)!write(file, line, (size_t)length);
}

void starve_open(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"at", at},           {"feed", feed},   {"held", held},         {"secret", secret},
      {"unwiped", unwiped}, {"bound", bound}, {"children", children}, {NULL, NULL}};
  const char *from_parent = getenv("STARVE_AT");
  luaL_newlib(L, functions);
  lua_setglobal(L, "starve");
  if (from_parent == NULL || getenv("STARVE_LOG") == NULL) return;
  starve_begin(strtol(from_parent, NULL, 10), 1, 0);
  atexit(tell_counts);
}
