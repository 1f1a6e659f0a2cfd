/* Tokens in a reply go from its bytes into secrets; what is left is a text for any JSON reader. */
#include <string.h>

#include "core.h"
#include "json_member.h"
#include "secret.h"

/* The index in the list at 2 of this member's name, or 0. */
static lua_Integer find_name(lua_State *L, const struct mwl_member *member) {
  lua_Integer count = luaL_len(L, 2);
  for (lua_Integer i = 1; i <= count; i++) {
    size_t length;
    const char *name;
    int same;
    lua_geti(L, 2, i);
    name = luaL_checklstring(L, -1, &length);
    same = length == member->name_length && memcmp(name, member->name, length) == 0;
    lua_pop(L, 1);
    if (same) return i;
  }
  return 0;
}

static void take(lua_State *L, lua_Integer name, const struct mwl_member *member) {
  struct mwl_secret *secret = mwl_secret_prepare(L, member->value_length);
  memcpy(secret->bytes, member->value, member->value_length);
  secret->length = member->value_length;
  lua_geti(L, 2, name);
  lua_insert(L, -2);
  lua_settable(L, 3);
}

/* Room is there: the rest is never longer than the text. */
static void add(struct mwl_secret *rest, const char *from, const char *to) {
  memcpy(rest->bytes + rest->length, from, (size_t)(to - from));
  rest->length += (size_t)(to - from);
}

/***
Takes strings out of the outermost object of a JSON text that is a secret, each into a secret of its
own. A value with an escape or anything but visible ASCII in it is left where it is.
@function json_secrets
@tparam secret text
@tparam {string,...} names of the members that are taken
@treturn table `rest`: the text with an empty string in the place of each; and the secrets by name
*/
static int json_secrets(lua_State *L) {
  struct mwl_member_scan scan;
  struct mwl_member member;
  struct mwl_secret *rest;
  size_t length;
  const char *kept = mwl_secret_or_string(L, 1, &length);
  const char *end = kept + length;
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  lua_newtable(L);
  rest = mwl_secret_prepare(L, length);
  mwl_member_begin(&scan, kept, length);
  while (mwl_member_next(&scan, &member)) {
    lua_Integer name = find_name(L, &member);
    if (name == 0) continue;
    take(L, name, &member);
    add(rest, kept, member.value);
    kept = member.value + member.value_length;
  }
  add(rest, kept, end);
  lua_pushlstring(L, rest->bytes, rest->length);
  lua_setfield(L, 3, "rest");
  lua_settop(L, 3);
  return 1;
}

void mwl_register_secret_member(lua_State *L) {
  static const luaL_Reg functions[] = {{"json_secrets", json_secrets}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
