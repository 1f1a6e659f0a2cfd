#include "option_names.h"

#include <lauxlib.h>
#include <math.h>
#include <string.h>

#include "core.h"
#include "failure.h"

#define LONGEST_NAME 31

static int least(int one, int other) { return one < other ? one : other; }

/* Levenshtein's distance of two names, neither longer than LONGEST_NAME. */
static int distance(const char *one, const char *other) {
  int row[LONGEST_NAME + 1];
  int columns = (int)strlen(other);
  for (int column = 0; column <= columns; column++) row[column] = column;
  for (int line = 1; one[line - 1] != '\0'; line++) {
    int corner = row[0];
    row[0] = line;
    for (int column = 1; column <= columns; column++) {
      int change = corner + (one[line - 1] != other[column - 1]);
      corner = row[column];
      row[column] = least(change, least(row[column], row[column - 1]) + 1);
    }
  }
  return row[columns];
}

/* NULL when none is much alike. */
static const char *nearest(const char *name, const char *const known[]) {
  const char *best = NULL;
  int bound = (int)strlen(name) / 3 > 2 ? (int)strlen(name) / 3 : 2;
  if (strlen(name) > LONGEST_NAME) return NULL;
  for (int i = 0; known[i] != NULL; i++) {
    int far = distance(name, known[i]);
    if (far <= bound) {
      best = known[i];
      bound = far - 1;
    }
  }
  return best;
}

int mwl_option_names_has(lua_State *L, int name, const char *const known[]) {
  if (lua_type(L, name) != LUA_TSTRING) return 0;
  for (int i = 0; known[i] != NULL; i++) {
    if (strcmp(lua_tostring(L, name), known[i]) == 0) return 1;
  }
  return 0;
}

static void refuse(lua_State *L, int name, const char *what, const char *const known[]) {
  const char *shown = luaL_tolstring(L, name, NULL);
  const char *near = nearest(shown, known);
  if (near == NULL) mwl_raise(L, "%s has no option '%s'", what, shown);
  mwl_raise(L, "%s has no option '%s'; did you mean '%s'?", what, shown, near);
}

int mwl_option_names_check(lua_State *L, int options, const char *what, const char *const known[]) {
  int count = 0;
  if (lua_isnoneornil(L, options)) return 0;
  luaL_checktype(L, options, LUA_TTABLE);
  lua_pushnil(L);
  while (lua_next(L, options) != 0) {
    lua_pop(L, 1);
    if (!mwl_option_names_has(L, -1, known)) refuse(L, lua_gettop(L), what, known);
    count++;
  }
  return count;
}

double mwl_option_bound(lua_State *L, int options, const char *name, double otherwise) {
  double value = otherwise;
  if (lua_getfield(L, options, name) != LUA_TNIL) {
    if (lua_type(L, -1) != LUA_TNUMBER) {
      mwl_raise(L, "option '%s' is a number, not a %s", name, luaL_typename(L, -1));
    }
    value = lua_tonumber(L, -1);
    if (!isfinite(value) || value <= 0) {
      mwl_raise(L, "option '%s' must be above 0, and have an end", name);
    }
  }
  lua_pop(L, 1);
  return value;
}

/* `types` names the type, alone or among others: "string|secret". */
static int is_among(const char *type, const char *types) {
  size_t length = strlen(type);
  if (strcmp(types, type) == 0) return 1;
  for (const char *at = strstr(types, type); at != NULL; at = strstr(at + length, type)) {
    if ((at == types || at[-1] == '|') && (at[length] == '|' || at[length] == '\0')) return 1;
  }
  return 0;
}

/* No number that bounds nothing, and no empty text. */
static int says_something(lua_State *L, int index) {
  switch (lua_type(L, index)) {
    case LUA_TNUMBER:
      return lua_tonumber(L, index) > 0 && isfinite(lua_tonumber(L, index));
    case LUA_TSTRING:
      return lua_rawlen(L, index) > 0;
    default:
      return 1;
  }
}

/***
Whether all of a table has known names and the plain types they allow, each number is above 0 and has
an end, and no text is empty: then it needs no closer look.
@function options_fit
@tparam any given
@tparam table known name to types, as "string|secret"
@treturn boolean false: there may be something wrong
*/
static int options_fit(lua_State *L) {
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  if (!lua_istable(L, 1)) {
    lua_pushboolean(L, 0);
    return 1;
  }
  lua_pushnil(L);
  while (lua_next(L, 1) != 0) {
    const char *type = luaL_typename(L, -1);
    int sound = says_something(L, -1);
    lua_pop(L, 1);
    lua_pushvalue(L, -1);
    if (!sound || lua_rawget(L, 2) != LUA_TSTRING || !is_among(type, lua_tostring(L, -1))) {
      lua_pushboolean(L, 0);
      return 1;
    }
    lua_pop(L, 1);
  }
  lua_pushboolean(L, 1);
  return 1;
}

void mwl_register_option_names(lua_State *L) {
  static const luaL_Reg functions[] = {{"options_fit", options_fit}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
