/* luaopen: each class file registers its own. */
#define _GNU_SOURCE /* dladdr */

#if !__has_include(<curl/curl.h>)
#error "libcurl's headers are missing: apt-get install libcurl4-openssl-dev (or libcurl-devel)"
#endif

#include "core.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <lualib.h>

#include "curl_memory.h"

#if LIBCURL_VERSION_NUM < 0x075500
#error "libcurl 7.85 or newer is needed"
#endif

__attribute__((visibility("default"))) int luaopen_mwlogin_core(lua_State *L);

/* == the module ================================================================================== */

void mwl_class(lua_State *L, const char *name, const luaL_Reg *methods,
               const luaL_Reg *metamethods) {
  if (!luaL_newmetatable(L, name)) {
    lua_pop(L, 1);
    return;
  }
  lua_pushvalue(L, -1);
  luaL_setfuncs(L, metamethods, 1);
  lua_getfield(L, -1, "__gc");
  lua_setfield(L, -2, "__close");
  if (methods != NULL) {
    lua_newtable(L);
    lua_pushvalue(L, -2);
    luaL_setfuncs(L, methods, 1);
    lua_setfield(L, -2, "__index");
  }
  lua_pop(L, 1);
}

void *mwl_self(lua_State *L, const char *class) {
  void *self = lua_touserdata(L, 1);
  if (self != NULL && lua_getmetatable(L, 1)) {
    int is_one = lua_rawequal(L, -1, lua_upvalueindex(1));
    lua_pop(L, 1);
    if (is_one) return self;
  }
  return luaL_checkudata(L, 1, class);
}

/* libcurl's resolver threads may outlive a closed Lua state: this code must stay mapped. */
static void pin_module(void) {
  static int anchor;
  Dl_info info;
  if (dladdr(&anchor, &info) != 0)
    (void)dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
}

static void require_json(lua_State *L) {
  lua_getglobal(L, "require");
  lua_pushliteral(L, "mwlogin.json");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "encode");
  lua_setfield(L, LUA_REGISTRYINDEX, MWL_ENCODE);
  lua_pop(L, 1);
}

int luaopen_mwlogin_core(lua_State *L) {
  luaL_checkversion(L);
  pin_module();
  if (!mwl_curl_start()) return luaL_error(L, "libcurl cannot be started");
  require_json(L);
  lua_newtable(L);
  mwl_register_failure(L);
  mwl_register_secret(L);
  mwl_register_secret_source(L);
  mwl_register_secret_member(L);
  mwl_register_dumpable(L);
  mwl_register_standard_streams(L);
  mwl_register_option_names(L);
  mwl_register_held(L);
  mwl_register_address(L);
  mwl_register_parameters(L);
  mwl_register_exchange(L);
  mwl_register_json_value(L);
  mwl_register_pool(L);
  mwl_register_session(L);
  mwl_register_crypto(L);
  mwl_register_rsa(L);
  mwl_register_private_file(L);
  mwl_register_process(L);
  mwl_register_terminal(L);
  mwl_register_unnamed_file(L);
  return 1;
}
