/* The judgement of a reply, and the reading of those found sound. */
#include <lauxlib.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../csrc/json_value.h"
#include "../../csrc/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static lua_State *L;
  /* a copy of the exact size, so that one byte too far is seen */
  char *text = malloc(size > 0 ? size : 1);
  if (L == NULL) L = luaL_newstate();
  if (text == NULL || L == NULL) return 0;
  memcpy(text, data, size);
  if (mwl_reply_scan(text, size) == MWL_REPLY_SOUND) {
    int pushed = mwl_json_push(L, text, size);
    if (lua_gettop(L) != pushed) abort();
    lua_settop(L, 0);
  }
  free(text);
  return 0;
}
