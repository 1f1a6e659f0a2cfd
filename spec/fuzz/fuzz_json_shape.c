/* csrc/json_shape.c: what is taken for a plain reply of a bot password's login is a sound reply, and
   says the same to the reader of any JSON. */
#include <lauxlib.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../csrc/json_shape.h"
#include "../../csrc/json_value.h"
#include "../../csrc/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define END \
  { NULL, MWL_SHAPE_TRUE, NULL, NULL, 0 }

static void demand(int holds) {
  if (!holds) abort();
}

/* A text of any length as a Lua string, and not at all into less room than it needs. */
static void push_text(lua_State *L, const struct mwl_shape *text) {
  char *out = malloc(text->length);
  size_t length;
  demand(out != NULL);
  length = mwl_json_text(text, out, text->length);
  demand(length > 0 && length <= text->length - 2);
  demand(mwl_json_text(text, out, length) == length && mwl_json_text(text, out, length - 1) == 0);
  lua_pushlstring(L, out, length);
  for (size_t i = 0; i < length; i++) demand(out[i] > 0 && out[i] != 127);
  free(out);
}

/* The decoded object on top has the members that were found, with their values, and no others. */
static void compare(lua_State *L, const struct mwl_shape *members) {
  size_t found = 0, decoded = 0;
  for (const struct mwl_shape *one = members; one->name != NULL; one++) {
    int type = lua_getfield(L, -1, one->name);
    demand((one->value != NULL) == (type != LUA_TNIL));
    if (one->value == NULL) {
      lua_pop(L, 1);
      continue;
    }
    found++;
    switch (one->kind) {
      case MWL_SHAPE_OBJECT:
        compare(L, one->members);
        break;
      case MWL_SHAPE_TEXT:
        push_text(L, one);
        demand(type == LUA_TSTRING && lua_rawequal(L, -1, -2));
        lua_pop(L, 1);
        break;
      case MWL_SHAPE_WHOLE:
        demand(mwl_json_push(L, one->value, one->length) && lua_rawequal(L, -1, -2));
        demand(lua_isinteger(L, -1) && lua_tointeger(L, -1) > 0);
        lua_pop(L, 1);
        break;
      case MWL_SHAPE_TRUE:
        demand(type == LUA_TBOOLEAN && lua_toboolean(L, -1));
        break;
    }
    lua_pop(L, 1);
  }
  lua_pushnil(L);
  while (lua_next(L, -2) != 0) {
    lua_pop(L, 1);
    decoded++;
  }
  demand(found == decoded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static lua_State *L;
  struct mwl_shape tokens[] = {{"logintoken", MWL_SHAPE_TEXT, NULL, NULL, 0}, END};
  struct mwl_shape user[] = {
      {"id", MWL_SHAPE_WHOLE, NULL, NULL, 0}, {"name", MWL_SHAPE_TEXT, NULL, NULL, 0}, END};
  struct mwl_shape query[] = {{"tokens", MWL_SHAPE_OBJECT, tokens, NULL, 0},
                              {"userinfo", MWL_SHAPE_OBJECT, user, NULL, 0},
                              END};
  struct mwl_shape login[] = {{"result", MWL_SHAPE_TEXT, NULL, NULL, 0},
                              {"lgusername", MWL_SHAPE_TEXT, NULL, NULL, 0},
                              {"lguserid", MWL_SHAPE_WHOLE, NULL, NULL, 0},
                              END};
  struct mwl_shape reply[] = {{"batchcomplete", MWL_SHAPE_TRUE, NULL, NULL, 0},
                              {"query", MWL_SHAPE_OBJECT, query, NULL, 0},
                              {"login", MWL_SHAPE_OBJECT, login, NULL, 0},
                              END};
  /* a copy of the exact size, so that one byte too far is seen */
  char *text = malloc(size > 0 ? size : 1);
  if (L == NULL) L = luaL_newstate();
  if (text == NULL || L == NULL) return 0;
  memcpy(text, data, size);
  if (mwl_json_has_shape(text, size, reply)) {
    demand(mwl_reply_scan(text, size) == MWL_REPLY_SOUND);
    demand(mwl_json_push(L, text, size) && lua_istable(L, -1));
    compare(L, reply);
    lua_settop(L, 0);
  }
  free(text);
  return 0;
}
