#include "address_lua.h"

#include <string.h>

#include "core.h"
#include "failure.h"

#define ADDRESS_CLASS "mwlogin.address"

static int address_gc(lua_State *L) {
  mwl_address_free(luaL_checkudata(L, 1, ADDRESS_CLASS));
  return 0;
}

struct mwl_address *mwl_address_new(lua_State *L) {
  struct mwl_address *address = lua_newuserdatauv(L, sizeof *address, 0);
  memset(address, 0, sizeof *address);
  luaL_setmetatable(L, ADDRESS_CLASS);
  return address;
}

/* scheme://host, and the port where it is not the scheme's own. */
static void push_origin(lua_State *L, const struct mwl_address *address) {
  if (address->port == (strcmp(address->scheme, "https") == 0 ? 443 : 80)) {
    lua_pushfstring(L, "%s://%s", address->scheme, address->host);
  } else {
    lua_pushfstring(L, "%s://%s:%d", address->scheme, address->host, address->port);
  }
}

void mwl_address_push(lua_State *L, const struct mwl_address *address) {
  push_origin(L, address);
  lua_pushstring(L, address->path);
  if (address->query == NULL) {
    lua_concat(L, 2);
    return;
  }
  lua_pushfstring(L, "?%s", address->query);
  lua_concat(L, 3);
}

static int push_address_fault(lua_State *L, enum mwl_address_fault fault) {
  if (fault == MWL_ADDRESS_NO_MEMORY) return luaL_error(L, "not enough memory for an address");
  if (fault == MWL_ADDRESS_SCHEME) {
    return mwl_failure(L, "answer", "scheme", "An address begins with http:// or https://.");
  }
  return mwl_failure(L, "answer", "address", "This is not an address.");
}

static void set_string(lua_State *L, const char *name, const char *value) {
  lua_pushstring(L, value);
  lua_setfield(L, -2, name);
}

/***
An address taken apart.
@function address
@tparam string url http or https
@treturn table `{ scheme, host, port, path, query, fragment, origin, loopback, userinfo }`
@return nil, err (kind answer)
*/
static int address_parse(lua_State *L) {
  const char *text = luaL_checkstring(L, 1);
  struct mwl_address *address = mwl_address_new(L);
  enum mwl_address_fault fault = mwl_address_parse(text, NULL, address);
  if (strlen(text) != lua_rawlen(L, 1)) fault = MWL_ADDRESS_MALFORMED;
  if (fault != MWL_ADDRESS_SOUND) return push_address_fault(L, fault);
  lua_createtable(L, 0, 9);
  set_string(L, "scheme", address->scheme);
  set_string(L, "host", address->host);
  set_string(L, "path", address->path);
  set_string(L, "query", address->query);
  set_string(L, "fragment", address->fragment);
  push_origin(L, address);
  lua_setfield(L, -2, "origin");
  lua_pushinteger(L, address->port);
  lua_setfield(L, -2, "port");
  lua_pushboolean(L, mwl_address_is_loopback(address));
  lua_setfield(L, -2, "loopback");
  lua_pushboolean(L, address->has_userinfo);
  lua_setfield(L, -2, "userinfo");
  return 1;
}

/***
An address as seen from another.
@function resolve
@tparam string base
@tparam string relative
@treturn string the absolute address
@return nil, err (kind answer)
*/
static int address_resolve(lua_State *L) {
  const char *base = luaL_checkstring(L, 1);
  const char *relative = luaL_checkstring(L, 2);
  struct mwl_address *address = mwl_address_new(L);
  enum mwl_address_fault fault = mwl_address_parse(relative, base, address);
  if (strlen(relative) != lua_rawlen(L, 2)) fault = MWL_ADDRESS_MALFORMED;
  if (fault != MWL_ADDRESS_SOUND) return push_address_fault(L, fault);
  mwl_address_push(L, address);
  if (address->fragment != NULL) {
    lua_pushfstring(L, "#%s", address->fragment);
    lua_concat(L, 2);
  }
  return 1;
}

void mwl_register_address(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"address", address_parse}, {"resolve", address_resolve}, {NULL, NULL}};
  static const luaL_Reg metamethods[] = {{"__gc", address_gc}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
  mwl_class(L, ADDRESS_CLASS, NULL, metamethods);
}
