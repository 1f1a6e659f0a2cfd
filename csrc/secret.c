#define _GNU_SOURCE /* memmem */

#include "secret.h"

#include <string.h>

#include "core.h"
#include "failure.h"
#include "form.h"
#include "redact.h"

#define MOST_JOINED ((size_t)256 * 1024 * 1024)

static struct mwl_secret *check_live(lua_State *L, int index) {
  struct mwl_secret *secret = luaL_checkudata(L, index, MWL_SECRET_CLASS);
  luaL_argcheck(L, secret->bytes != NULL, index, "this secret has been wiped");
  return secret;
}

static struct mwl_secret *push_wiped(lua_State *L) {
  struct mwl_secret *secret = lua_newuserdatauv(L, sizeof *secret, 0);
  memset(secret, 0, sizeof *secret);
  luaL_setmetatable(L, MWL_SECRET_CLASS);
  return secret;
}

static void wipe(struct mwl_secret *secret) {
  char *bytes = secret->bytes;
  size_t capacity = secret->capacity;
  memset(secret, 0, sizeof *secret);
  mwl_arena_free(bytes, capacity);
}

struct mwl_secret *mwl_secret_prepare(lua_State *L, size_t capacity) {
  struct mwl_secret *secret = push_wiped(L);
  secret->bytes = mwl_arena_alloc(capacity > 0 ? capacity : 1);
  if (secret->bytes == NULL) luaL_error(L, "not enough memory for a secret");
  secret->capacity = capacity > 0 ? capacity : 1;
  return secret;
}

struct mwl_secret *mwl_secret_test(lua_State *L, int index) {
  return luaL_testudata(L, index, MWL_SECRET_CLASS);
}

const char *mwl_secret_or_string(lua_State *L, int index, size_t *length) {
  if (lua_type(L, index) == LUA_TSTRING) return lua_tolstring(L, index, length);
  if (mwl_secret_test(L, index) != NULL) {
    struct mwl_secret *secret = check_live(L, index);
    *length = secret->length;
    return secret->bytes;
  }
  luaL_typeerror(L, index, "string or secret");
  return NULL;
}

const char *mwl_secret_option(lua_State *L, const char *name, size_t *length) {
  const struct mwl_secret *secret = mwl_secret_test(L, -1);
  if (lua_type(L, -1) == LUA_TSTRING) return lua_tolstring(L, -1, length);
  if (secret == NULL) {
    mwl_raise(L, "option '%s' is a string or a secret, not a %s", name, luaL_typename(L, -1));
  }
  if (secret->bytes == NULL) mwl_raise(L, "option '%s': this secret has been wiped", name);
  *length = secret->length;
  return secret->bytes;
}

/***
Puts texts, joined, into locked memory. The Lua strings they came from stay where they were.
@function secret
@tparam string|secret text any bytes
@tparam[opt] string|secret ... more of them
@treturn secret prints as `secret: ***`; only `reveal` gives the text back
*/
static int secret_new(lua_State *L) {
  struct mwl_secret *secret;
  int count = lua_gettop(L);
  size_t total = 0, length;
  luaL_checkany(L, 1);
  for (int i = 1; i <= count; i++) {
    mwl_secret_or_string(L, i, &length);
    luaL_argcheck(L, length <= MOST_JOINED - total, i, "more than 256 MiB together");
    total += length;
  }
  secret = mwl_secret_prepare(L, total);
  for (int i = 1; i <= count; i++) {
    const char *text = mwl_secret_or_string(L, i, &length);
    memcpy(secret->bytes + secret->length, text, length);
    secret->length += length;
  }
  return 1;
}

/***
Whether a value is a secret.
@function is_secret
@param value anything
@treturn boolean
*/
static int secret_is(lua_State *L) {
  luaL_checkany(L, 1);
  lua_pushboolean(L, mwl_secret_test(L, 1) != NULL);
  return 1;
}

/***
The text of a secret as a Lua string, which cannot be wiped: the only way out.
@function secret:reveal
@treturn string
*/
static int secret_reveal(lua_State *L) {
  struct mwl_secret *secret = check_live(L, 1);
  lua_pushlstring(L, secret->bytes, secret->length);
  return 1;
}

/***
Wipes a secret now; later uses raise. Twice is fine.
@function secret:wipe
*/
static int secret_wipe(lua_State *L) {
  wipe(mwl_self(L, MWL_SECRET_CLASS));
  return 0;
}

/***
Takes a secret apart without showing it: `a=b` split at `=` are the secrets `a` and `b`.
@function secret:split
@tparam string separator found as it is; not empty
@tparam[opt] integer most no more pieces than this: the last one keeps the rest
@treturn {secret,...} at least one
*/
static int secret_split(lua_State *L) {
  struct mwl_secret *secret = check_live(L, 1);
  size_t size;
  const char *separator = luaL_checklstring(L, 2, &size);
  lua_Integer most = luaL_optinteger(L, 3, LUA_MAXINTEGER);
  lua_Integer count = 0;
  const char *at = secret->bytes;
  const char *end = at + secret->length;
  luaL_argcheck(L, size > 0, 2, "an empty separator");
  lua_newtable(L);
  for (;;) {
    const char *found = count + 1 < most ? memmem(at, (size_t)(end - at), separator, size) : NULL;
    size_t length = (size_t)((found != NULL ? found : end) - at);
    struct mwl_secret *piece = mwl_secret_prepare(L, length);
    memcpy(piece->bytes, at, length);
    piece->length = length;
    lua_rawseti(L, -2, ++count);
    if (found == NULL) return 1;
    at = found + size;
  }
}

static int secret_length(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)check_live(L, 1)->length);
  return 1;
}

static int secret_tostring(lua_State *L) {
  struct mwl_secret *secret = mwl_self(L, MWL_SECRET_CLASS);
  lua_pushstring(L, secret->bytes == NULL ? "secret: (wiped)" : "secret: ***");
  return 1;
}

static int secret_equal(lua_State *L) {
  struct mwl_secret *one = mwl_secret_test(L, 1);
  struct mwl_secret *other = mwl_secret_test(L, 2);
  unsigned char difference = 0;
  if (one == NULL || other == NULL || one->length != other->length) {
    lua_pushboolean(L, 0);
    return 1;
  }
  for (size_t i = 0; i < one->length; i++) {
    difference |= (unsigned char)(one->bytes[i] ^ other->bytes[i]);
  }
  lua_pushboolean(L, difference == 0);
  return 1;
}

/***
Whether a name and password have the shape of a bot password: the name holds an `@` and
the password is 32 or more of `0-9a-w`, or the password is `app@` and such a string.
@function looks_like_botpassword
@tparam string username
@tparam string|secret password
@treturn boolean
*/
static int secret_looks_like_botpassword(lua_State *L) {
  size_t name_length, length;
  const char *name = luaL_checklstring(L, 1, &name_length);
  const char *password = mwl_secret_or_string(L, 2, &length);
  lua_pushboolean(L, mwl_form_is_botpassword(name, name_length, password, length));
  return 1;
}

/***
A text with every given secret replaced by `***`, in its raw, percent-encoded, form-encoded and
JSON-escaped forms. Secrets of fewer than four bytes are left out: they would hide the text itself.
@function redact
@tparam string text
@tparam {string|secret,...} list what must not be seen
@treturn string
*/
static int secret_redact(lua_State *L) {
  struct mwl_secret *held; /* the redacted text until it is a Lua string */
  lua_Integer count;
  luaL_checkstring(L, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  count = luaL_len(L, 2);
  lua_settop(L, 2);
  held = push_wiped(L);
  lua_pushvalue(L, 1); /* the text so far, at 4 */
  for (lua_Integer i = 1; i <= count; i++, lua_settop(L, 4)) {
    size_t length, size;
    const char *text = lua_tolstring(L, 4, &length);
    const char *bytes;
    struct mwl_redacted out = {NULL, 0, 0};
    lua_geti(L, 2, i);
    if (mwl_secret_test(L, 5) != NULL && mwl_secret_test(L, 5)->bytes == NULL) continue;
    bytes = mwl_secret_or_string(L, 5, &size);
    if (mwl_redact(text, length, bytes, size, &out) < 0) {
      return luaL_error(L, "not enough memory to redact a text");
    }
    if (out.bytes == NULL) continue;
    held->bytes = out.bytes;
    held->length = out.length;
    held->capacity = out.capacity;
    lua_pushlstring(L, held->bytes, held->length);
    lua_replace(L, 4);
    wipe(held);
  }
  return 1;
}

void mwl_register_secret(lua_State *L) {
  static const luaL_Reg functions[] = {{"secret", secret_new},
                                       {"is_secret", secret_is},
                                       {"redact", secret_redact},
                                       {"looks_like_botpassword", secret_looks_like_botpassword},
                                       {NULL, NULL}};
  static const luaL_Reg methods[] = {
      {"reveal", secret_reveal}, {"split", secret_split}, {"wipe", secret_wipe}, {NULL, NULL}};
  static const luaL_Reg metamethods[] = {{"__tostring", secret_tostring},
                                         {"__len", secret_length},
                                         {"__eq", secret_equal},
                                         {"__gc", secret_wipe},
                                         {NULL, NULL}};
  mwl_class(L, MWL_SECRET_CLASS, methods, metamethods);
  luaL_setfuncs(L, functions, 0);
}
