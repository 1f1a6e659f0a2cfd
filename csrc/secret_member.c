/* Tokens in a reply go from its bytes into secrets; what is left is a text for any JSON reader. */
#include <string.h>

#include "core.h"
#include "secret.h"

struct place {
  const char *bytes;
  size_t length;
};

/* The end of the string that begins behind `at`: at its closing quote, or NULL. */
static const char *string_end(const char *at, const char *end) {
  for (; at < end; at++) {
    if (*at == '\\') {
      at++;
    } else if (*at == '"') {
      return at;
    }
  }
  return NULL;
}

static const char *skip_blanks(const char *at, const char *end) {
  while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n')) at++;
  return at;
}

/* Only what can stand in a header as it is, and in JSON without an escape. */
static int is_plain(const char *at, const char *end) {
  if (at == end) return 0;
  for (; at < end; at++) {
    if (*at < '!' || *at > '~' || *at == '\\') return 0;
  }
  return 1;
}

/* The index in the list at 2 of this name, or 0. */
static lua_Integer find_name(lua_State *L, const char *at, const char *end) {
  lua_Integer count = luaL_len(L, 2);
  for (lua_Integer i = 1; i <= count; i++) {
    size_t length;
    const char *name;
    int same;
    lua_geti(L, 2, i);
    name = luaL_checklstring(L, -1, &length);
    same = length == (size_t)(end - at) && memcmp(name, at, length) == 0;
    lua_pop(L, 1);
    if (same) return i;
  }
  return 0;
}

static void take(lua_State *L, lua_Integer name, const struct place *value) {
  struct mwl_secret *secret = mwl_secret_prepare(L, value->length);
  memcpy(secret->bytes, value->bytes, value->length);
  secret->length = value->length;
  lua_geti(L, 2, name);
  lua_insert(L, -2);
  lua_settable(L, 3);
}

/* Room is there: the rest is never longer than the text. */
static void add(struct mwl_secret *rest, const char *from, const char *to) {
  memcpy(rest->bytes + rest->length, from, (size_t)(to - from));
  rest->length += (size_t)(to - from);
}

/* The value behind the key that ended at `at`, when it is one of those wanted. */
static int wanted_value(const char *at, const char *end, struct place *value) {
  const char *last;
  at = skip_blanks(at + 1, end);
  if (at == end || *at != ':') return 0;
  at = skip_blanks(at + 1, end);
  if (at == end || *at != '"') return 0;
  last = string_end(at + 1, end);
  if (last == NULL || !is_plain(at + 1, last)) return 0;
  value->bytes = at + 1;
  value->length = (size_t)(last - at - 1);
  return 1;
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
  struct mwl_secret *rest;
  const char *at, *end, *kept;
  size_t length;
  int depth = 0;
  at = mwl_secret_or_string(L, 1, &length);
  end = at + length;
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  lua_newtable(L);
  rest = mwl_secret_prepare(L, length);
  for (kept = at; at < end; at++) {
    const char *last;
    struct place value;
    lua_Integer name;
    if (*at == '{' || *at == '[') depth++;
    if (*at == '}' || *at == ']') depth--;
    if (*at != '"') continue;
    last = string_end(at + 1, end);
    if (last == NULL) break;
    name = depth == 1 ? find_name(L, at + 1, last) : 0;
    at = last;
    if (name == 0 || !wanted_value(last, end, &value)) continue;
    take(L, name, &value);
    add(rest, kept, value.bytes);
    kept = value.bytes + value.length;
    at = kept;
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
