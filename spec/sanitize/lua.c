/* A lua5.4 that is linked with the sanitizers itself: with LD_PRELOAD its children (php, chromium)
   would inherit them and fail. It takes -e, -l, -W, a script and its arguments, and Ctrl-C, as lua5.4
   does. `mwlogin.core` is the one that was built beside it, whatever package.cpath says, so that a
   folder on PATH is enough for every program that specs start. Its memory may run out:
   spec/sanitize/starve.c. */
#define MWL_STARVE
#include "starve.h"

#include <limits.h>
#include <lualib.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

/* What the dynamic linker keeps is no leak; it is told apart by who asks, which is us (starve.c).
   libcrypto (3.0) loses a name of its register where it has no memory; its stack ends there. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) { return "leak:_dl_\nleak:CRYPTO_zalloc"; }

static const char *const core = "mwlogin.core";

static int load_core(lua_State *L) {
  char path[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", path, sizeof path);
  while (length > 0 && path[length - 1] != '/') length--;
  lua_getglobal(L, "package");
  lua_getfield(L, -1, "loadlib");
  lua_pushlstring(L, path, (size_t)length);
  lua_pushliteral(L, "mwlogin/core.so");
  lua_concat(L, 2);
  lua_pushliteral(L, "luaopen_mwlogin_core");
  lua_call(L, 2, 2);
  if (lua_isnil(L, -2)) return lua_error(L);
  lua_pop(L, 1);
  lua_pushstring(L, core);
  lua_call(L, 1, 1);
  return 1;
}

/* LeakSanitizer looks at its process as a debugger does, which `mwlogin` forbids. */
static void be_dumpable(void) { prctl(PR_SET_DUMPABLE, 1); }

/* == lua5.4's command line ======================================================================= */

static lua_State *interrupted;

static void raise_interrupted(lua_State *L, lua_Debug *where) {
  (void)where;
  lua_sethook(L, NULL, 0, 0);
  luaL_error(L, "interrupted!");
}

static void interrupt(int number) {
  signal(number, SIG_DFL);
  lua_sethook(interrupted, raise_interrupted, LUA_MASKCALL | LUA_MASKRET | LUA_MASKCOUNT, 1);
}

static int traceback(lua_State *L) {
  luaL_traceback(L, L, luaL_tolstring(L, 1, NULL), 1);
  return 1;
}

/* Calls the chunk on top with `arguments` below it; what was no chunk is a message. */
static int run(lua_State *L, int status, int arguments) {
  int base = lua_gettop(L) - arguments;
  lua_pushcfunction(L, traceback);
  lua_insert(L, base);
  interrupted = L;
  signal(SIGINT, interrupt);
  if (status == LUA_OK) status = lua_pcall(L, arguments, 0, base);
  signal(SIGINT, SIG_DFL);
  if (status != LUA_OK) fprintf(stderr, "lua5.4: %s\n", lua_tostring(L, -1));
  lua_settop(L, base - 1);
  return status;
}

static int require_module(lua_State *L, const char *name) {
  lua_getglobal(L, "require");
  lua_pushstring(L, name);
  if (lua_pcall(L, 1, 1, 0) == LUA_OK) {
    lua_setglobal(L, name);
    return LUA_OK;
  }
  return run(L, LUA_ERRRUN, 0);
}

/* Takes -e CODE, -l NAME, -W; *at is left on the script's name. */
static int take_options(lua_State *L, char **words, int *at) {
  int status = LUA_OK;
  for (; status == LUA_OK && words[*at] != NULL && words[*at][0] == '-'; ++*at) {
    char option = words[*at][1];
    const char *value = words[*at] + 2;
    if (option == '\0') return LUA_OK;
    if (option == 'W') {
      lua_warning(L, "@on", 0);
      continue;
    }
    if (option != 'e' && option != 'l') return run(L, luaL_loadstring(L, "error 'option'"), 0);
    if (*value == '\0') value = words[++*at];
    if (value == NULL) return LUA_ERRRUN;
    status = option == 'l' ? require_module(L, value)
                           : run(L, luaL_loadbuffer(L, value, strlen(value), "=(command line)"), 0);
  }
  return status;
}

static void set_arg(lua_State *L, char **words, int count, int script) {
  lua_newtable(L);
  for (int i = 0; i < count; i++) {
    lua_pushstring(L, words[i]);
    lua_rawseti(L, -2, i - script);
  }
  lua_setglobal(L, "arg");
}

/* Where the script's name will be: options with a value of their own are two words. */
static int find_script(char **words) {
  int at = 1;
  while (words[at] != NULL && words[at][0] == '-' && words[at][1] != '\0') {
    if (strchr("el", words[at][1]) != NULL && words[at][2] == '\0' && words[at + 1] != NULL) at++;
    at++;
  }
  return at;
}

int main(int count, char **words) {
  lua_State *L = starve_state();
  int script = find_script(words);
  int at = 1;
  int status;
  atexit(be_dumpable);
  luaL_openlibs(L);
  starve_open(L);
  luaL_checkstack(L, count + LUA_MINSTACK, NULL);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  lua_pushcfunction(L, load_core);
  lua_setfield(L, -2, core);
  lua_settop(L, 0);
  set_arg(L, words, count, script < count ? script : 0);
  status = take_options(L, words, &at);
  if (status == LUA_OK && (at < count || at == 1)) {
    const char *name = at < count && strcmp(words[at], "-") != 0 ? words[at] : NULL;
    status = luaL_loadfile(L, name);
    if (status == LUA_OK) {
      for (int i = at + 1; i < count; i++) lua_pushstring(L, words[i]);
    }
    status = run(L, status, status == LUA_OK && at < count ? count - at - 1 : 0);
  }
  lua_close(L);
  return status == LUA_OK ? 0 : 1;
}
