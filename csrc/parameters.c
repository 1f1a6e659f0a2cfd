#include "parameters.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"
#include "failure.h"
#include "option_names.h"
#include "secret.h"

#define FILE_CLASS "mwlogin.file"
#define UNIT_SEPARATOR "\x1f"
#define NAME_SHOWN 60
#define MOST_ENCODED ((size_t)256 * 1024 * 1024)

/***
A file to be uploaded: as a parameter's value it makes the request a streamed multipart one.
@function file
@tparam string path read when the request is sent
@tparam[opt] table options `name`: the file name to tell the wiki (default: the path's last part);
  `type`: its media type
@treturn file
*/
static int file_new(lua_State *L) {
  static const char *const known[] = {"name", "type", NULL};
  const char *path = luaL_checkstring(L, 1);
  const char *slash = strrchr(path, '/');
  struct mwl_file *file;
  lua_settop(L, 2);
  mwl_option_names_check(L, 2, "file", known);
  file = lua_newuserdatauv(L, sizeof *file, 3);
  file->path = path;
  file->name = slash != NULL ? slash + 1 : path;
  file->type = NULL;
  luaL_setmetatable(L, FILE_CLASS);
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, 3, 1);
  if (lua_isnil(L, 2)) return 1;
  if (lua_getfield(L, 2, "name") != LUA_TNIL) {
    file->name = luaL_checkstring(L, -1);
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, 3, 2);
  }
  if (lua_getfield(L, 2, "type") != LUA_TNIL) {
    file->type = luaL_checkstring(L, -1);
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, 3, 3);
  }
  lua_settop(L, 3);
  return 1;
}

static int file_tostring(lua_State *L) {
  struct mwl_file *file = luaL_checkudata(L, 1, FILE_CLASS);
  lua_pushfstring(L, "file: %s", file->path);
  return 1;
}

/* A number as the API wants it: whole ones without `.0`. Replaces the value on top. */
static void push_plain(lua_State *L, const char *name) {
  lua_Integer whole;
  int is_whole = 0;
  switch (lua_type(L, -1)) {
    case LUA_TSTRING:
      return;
    case LUA_TNUMBER:
      whole = lua_tointegerx(L, -1, &is_whole);
      if (is_whole) {
        lua_pop(L, 1);
        lua_pushinteger(L, whole);
      } else if (!isfinite(lua_tonumber(L, -1))) {
        mwl_raise(L, "parameter '%s' is no number that could be sent", name);
      }
      lua_tolstring(L, -1, NULL);
      return;
    case LUA_TBOOLEAN:
      if (lua_toboolean(L, -1)) {
        lua_pop(L, 1);
        lua_pushliteral(L, "1");
        return;
      }
      break;
    default:
      break;
  }
  mwl_raise(L, "parameter '%s' cannot hold a %s", name, luaL_typename(L, -1));
}

/* Joins the list on top with `|`, or with U+001F when a value holds one. Replaces it. */
static void push_joined(lua_State *L, const char *name) {
  int list = lua_gettop(L);
  lua_Integer count = (lua_Integer)lua_rawlen(L, list);
  const char *separator = "|";
  luaL_Buffer buffer;
  if (count == 0 && (lua_pushnil(L), lua_next(L, list) != 0)) {
    mwl_raise(L, "parameter '%s' is a table that is not a list", name);
  }
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, list, i);
    push_plain(L, name);
    if (strchr(lua_tostring(L, -1), '|') != NULL) separator = UNIT_SEPARATOR;
    lua_pop(L, 1);
  }
  luaL_buffinit(L, &buffer);
  for (lua_Integer i = 1; i <= count; i++) {
    if (i > 1 || *separator != '|') luaL_addstring(&buffer, separator);
    lua_rawgeti(L, list, i);
    push_plain(L, name);
    luaL_addvalue(&buffer);
  }
  luaL_pushresult(&buffer);
  lua_replace(L, list);
}

/* `action` first, so that a log shows it; tokens last, so that a body cut short is refused. */
static int rank(const char *name, size_t length) {
  static const char token[] = "token";
  if (strcmp(name, "action") == 0) return 0;
  return length >= sizeof token - 1 && strcmp(name + length - (sizeof token - 1), token) == 0 ? 2
                                                                                              : 1;
}

static struct mwl_field *add(struct mwl_parameters *parameters, const char *name, size_t length) {
  struct mwl_field *field = &parameters->fields[parameters->count];
  memset(field, 0, sizeof *field);
  field->name = name;
  field->name_length = length;
  field->value = "";
  field->rank = rank(name, length);
  field->position = parameters->count++;
  return field;
}

static int is_repeated(const char *name, size_t length) {
  return length > 2 && memcmp(name + length - 2, "[]", 2) == 0;
}

/* Each item of the list on top under `name`: the items stay on the stack, under the list. */
static void add_repeated(lua_State *L, struct mwl_parameters *parameters, const char *name,
                         size_t length) {
  lua_Integer count = (lua_Integer)lua_rawlen(L, -1);
  for (lua_Integer i = 1; i <= count; i++) {
    struct mwl_field *field = add(parameters, name, length);
    luaL_checkstack(L, 4, "too many parameters");
    lua_rawgeti(L, -1, i);
    push_plain(L, name);
    field->value = lua_tolstring(L, -1, &field->value_length);
    lua_insert(L, -2);
  }
}

/* The value on top under `name`: what the field points into takes its place. */
static void add_value(lua_State *L, struct mwl_parameters *parameters, const char *name,
                      size_t length) {
  struct mwl_field *field;
  if (lua_istable(L, -1)) {
    if (is_repeated(name, length)) {
      add_repeated(L, parameters, name, length);
      return;
    }
    push_joined(L, name);
  }
  field = add(parameters, name, length);
  if (lua_isuserdata(L, -1)) {
    const struct mwl_secret *secret = mwl_secret_test(L, -1);
    if (secret != NULL) {
      if (secret->bytes == NULL) mwl_raise(L, "the secret for '%s' has been wiped", name);
      field->value = secret->bytes;
      field->value_length = secret->length;
      parameters->has_secret = 1;
      return;
    }
    field->file = luaL_testudata(L, -1, FILE_CLASS);
    if (field->file != NULL) {
      parameters->has_file = 1;
      return;
    }
  }
  push_plain(L, name);
  field->value = lua_tolstring(L, -1, &field->value_length);
}

/* How many fields the table makes at most. */
static size_t count_fields(lua_State *L, int table) {
  size_t count = 0;
  lua_pushnil(L);
  while (lua_next(L, table) != 0) {
    if (lua_type(L, -2) != LUA_TSTRING) mwl_raise(L, "parameter names are strings");
    count += lua_istable(L, -1) ? lua_rawlen(L, -1) + 1 : 1;
    lua_pop(L, 1);
  }
  return count;
}

static void make_room(lua_State *L, int table, const struct mwl_default *defaults,
                      struct mwl_parameters *parameters) {
  size_t count = count_fields(L, table);
  for (const struct mwl_default *one = defaults; one != NULL && one->name != NULL; one++) count++;
  if (count > MWL_PARAMETERS_FEW) {
    parameters->fields = lua_newuserdatauv(L, count * sizeof *parameters->fields, 0);
  }
}

/* Names and values stay on the stack. */
static void add_all(lua_State *L, int table, struct mwl_parameters *parameters) {
  lua_pushnil(L);
  while (lua_next(L, table) != 0) {
    int name_at = lua_gettop(L) - 1;
    size_t length;
    const char *name = lua_tolstring(L, name_at, &length);
    luaL_checkstack(L, 6, "too many parameters");
    if (lua_toboolean(L, -1)) add_value(L, parameters, name, length);
    lua_pushvalue(L, name_at);
  }
}

static void add_defaults(lua_State *L, int table, const struct mwl_default *defaults,
                         struct mwl_parameters *parameters) {
  for (const struct mwl_default *one = defaults; one != NULL && one->name != NULL; one++) {
    lua_pushstring(L, one->name);
    if (lua_rawget(L, table) == LUA_TNIL) {
      struct mwl_field *field = add(parameters, one->name, strlen(one->name));
      field->value = one->value;
      field->value_length = strlen(one->value);
    }
    lua_pop(L, 1);
  }
}

static int compare(const void *one, const void *other) {
  const struct mwl_field *first = one;
  const struct mwl_field *second = other;
  int difference = first->rank - second->rank;
  if (difference == 0) difference = strcmp(first->name, second->name);
  if (difference == 0) difference = first->position < second->position ? -1 : 1;
  return difference;
}

static const char *find_nul(const struct mwl_parameters *parameters) {
  for (size_t i = 0; i < parameters->count; i++) {
    const struct mwl_field *field = &parameters->fields[i];
    if (memchr(field->name, '\0', field->name_length) != NULL) return field->name;
    if (memchr(field->value, '\0', field->value_length) != NULL) return field->name;
  }
  return NULL;
}

void mwl_parameters_begin(struct mwl_parameters *parameters) {
  parameters->fields = parameters->few;
  parameters->count = 0;
  parameters->has_secret = 0;
  parameters->has_file = 0;
}

void mwl_parameters_add(struct mwl_parameters *parameters, const char *name, const char *value,
                        size_t length) {
  struct mwl_field *field = add(parameters, name, strlen(name));
  field->value = value;
  field->value_length = length;
}

int mwl_parameters_check(lua_State *L, const struct mwl_parameters *parameters) {
  const char *bad = find_nul(parameters);
  if (bad == NULL) return 1;
  mwl_failure(L, "answer", "nul",
              "The value for '%.*s' holds a NUL byte, which a wiki would turn into another value.",
              NAME_SHOWN, bad);
  return 0;
}

int mwl_parameters_read(lua_State *L, int index, const struct mwl_default *defaults,
                        struct mwl_parameters *parameters) {
  int top = lua_gettop(L);
  mwl_parameters_begin(parameters);
  luaL_checktype(L, index, LUA_TTABLE);
  luaL_checkstack(L, 8, "too many parameters");
  index = lua_absindex(L, index);
  make_room(L, index, defaults, parameters);
  add_all(L, index, parameters);
  add_defaults(L, index, defaults, parameters);
  qsort(parameters->fields, parameters->count, sizeof *parameters->fields, compare);
  if (mwl_parameters_check(L, parameters)) return 1;
  lua_rotate(L, top + 1, 2);
  lua_settop(L, top + 2);
  return 0;
}

/***
The parameters of a request as they would be sent, for signing them.
@function parameters
@tparam table params names and values; files raise
@treturn {{string,string|secret},...} ordered pairs; a secret stays one
@return nil, err when a value cannot be sent
*/
static int parameters_list(lua_State *L) {
  struct mwl_parameters parameters;
  lua_settop(L, 1);
  if (!mwl_parameters_read(L, 1, NULL, &parameters)) return 2;
  if (parameters.has_file) return luaL_argerror(L, 1, "files cannot be listed");
  lua_createtable(L, (int)parameters.count, 0);
  for (size_t i = 0; i < parameters.count; i++) {
    const struct mwl_field *field = &parameters.fields[i];
    lua_createtable(L, 2, 0);
    lua_pushlstring(L, field->name, field->name_length);
    lua_pushvalue(L, -1);
    lua_rawseti(L, -3, 1);
    lua_gettable(L, 1);
    if (mwl_secret_test(L, -1) == NULL) {
      lua_pop(L, 1);
      lua_pushlstring(L, field->value, field->value_length);
    }
    lua_rawseti(L, -2, 2);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

/***
A text percent-encoded by RFC 3986: only `A-Za-z0-9-._~` stay.
@function encode
@tparam string|secret text
@treturn string|secret a secret when a secret was given
*/
static int parameters_encode(lua_State *L) {
  size_t length, size;
  const char *text = mwl_secret_or_string(L, 1, &length);
  luaL_argcheck(L, length <= MOST_ENCODED, 1, "more than 256 MiB");
  size = mwl_percent_length(text, length);
  if (mwl_secret_test(L, 1) != NULL) {
    struct mwl_secret *secret = mwl_secret_prepare(L, size);
    mwl_percent_write(secret->bytes, text, length);
    secret->length = size;
  } else {
    luaL_Buffer buffer;
    char *out = luaL_buffinitsize(L, &buffer, size);
    mwl_percent_write(out, text, length);
    luaL_pushresultsize(&buffer, size);
  }
  return 1;
}

void mwl_register_parameters(lua_State *L) {
  static const luaL_Reg functions[] = {{"file", file_new},
                                       {"parameters", parameters_list},
                                       {"encode", parameters_encode},
                                       {NULL, NULL}};
  static const luaL_Reg metamethods[] = {{"__tostring", file_tostring}, {NULL, NULL}};
  mwl_class(L, FILE_CLASS, NULL, metamethods);
  luaL_setfuncs(L, functions, 0);
}
