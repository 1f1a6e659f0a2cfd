#include "parameters.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"
#include "failure.h"
#include "secret.h"

#define FILE_CLASS "mwlogin.file"
#define UNIT_SEPARATOR "\x1f"
#define NAME_SHOWN 60

struct reading {
  lua_State *L;
  struct mwl_parameters *parameters;
  size_t room;
  int anchor; /* stack index of the table that keeps what fields point into */
  lua_Integer anchored;
};

/***
A file to be uploaded: as a parameter's value it makes the request a streamed multipart one.
@function file
@tparam string path read when the request is sent
@tparam[opt] table options `name`: the file name to tell the wiki (default: the path's last part);
  `type`: its media type
@treturn file
*/
static int file_new(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  const char *slash = strrchr(path, '/');
  struct mwl_file *file;
  lua_settop(L, 2);
  if (!lua_isnil(L, 2)) luaL_checktype(L, 2, LUA_TTABLE);
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

/* Keeps the value on top of the stack alive as long as the parameters are used; pops it. */
static void keep(struct reading *reading) {
  lua_rawseti(reading->L, reading->anchor, ++reading->anchored);
}

static void *grow(struct reading *reading, const void *old, size_t old_size, size_t size) {
  void *grown = lua_newuserdatauv(reading->L, size, 0);
  if (old != NULL) memcpy(grown, old, old_size);
  keep(reading);
  return grown;
}

static struct mwl_field *add(struct reading *reading, const char *name, size_t length) {
  struct mwl_parameters *parameters = reading->parameters;
  struct mwl_field *field;
  if (parameters->count == reading->room) {
    size_t room = reading->room > 0 ? reading->room * 2 : 16;
    parameters->fields =
        grow(reading, parameters->fields, reading->room * sizeof *parameters->fields,
             room * sizeof *parameters->fields);
    parameters->files =
        grow(reading, parameters->files, reading->room * sizeof(void *), room * sizeof(void *));
    reading->room = room;
  }
  parameters->files[parameters->count] = NULL;
  field = &parameters->fields[parameters->count++];
  field->name = name;
  field->name_length = length;
  field->value = "";
  field->value_length = 0;
  return field;
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
      } else if (lua_tonumber(L, -1) != lua_tonumber(L, -1)) {
        luaL_error(L, "parameter '%s' is not a number", name);
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
  luaL_error(L, "parameter '%s' cannot hold a %s", name, luaL_typename(L, -1));
}

/* Joins the list on top with `|`, or with U+001F when a value holds one. Replaces it. */
static void push_joined(lua_State *L, const char *name) {
  int list = lua_gettop(L);
  lua_Integer count = luaL_len(L, list);
  const char *separator = "|";
  luaL_Buffer buffer;
  if (count == 0 && (lua_pushnil(L), lua_next(L, list) != 0)) {
    luaL_error(L, "parameter '%s' is a table that is not a list", name);
  }
  for (lua_Integer i = 1; i <= count; i++) {
    lua_geti(L, list, i);
    push_plain(L, name);
    if (strchr(lua_tostring(L, -1), '|') != NULL) separator = UNIT_SEPARATOR;
    lua_pop(L, 1);
  }
  luaL_buffinit(L, &buffer);
  for (lua_Integer i = 1; i <= count; i++) {
    if (i > 1 || *separator != '|') luaL_addstring(&buffer, separator);
    lua_geti(L, list, i);
    push_plain(L, name);
    luaL_addvalue(&buffer);
  }
  luaL_pushresult(&buffer);
  lua_replace(L, list);
}

/* The text on top becomes the field's value and is kept. */
static void set_text(struct reading *reading, struct mwl_field *field) {
  field->value = lua_tolstring(reading->L, -1, &field->value_length);
  keep(reading);
}

static void add_repeated(struct reading *reading, const char *name, size_t length) {
  lua_State *L = reading->L;
  lua_Integer count = luaL_len(L, -1);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_geti(L, -1, i);
    push_plain(L, name);
    set_text(reading, add(reading, name, length));
  }
  lua_pop(L, 1);
}

/* The value on top under `name`; pops it. */
static void add_value(struct reading *reading, const char *name, size_t length) {
  lua_State *L = reading->L;
  struct mwl_secret *secret = mwl_secret_test(L, -1);
  struct mwl_file *file = luaL_testudata(L, -1, FILE_CLASS);
  if (secret != NULL) {
    struct mwl_field *field = add(reading, name, length);
    if (secret->bytes == NULL) luaL_error(L, "the secret for '%s' has been wiped", name);
    field->value = secret->bytes;
    field->value_length = secret->length;
    reading->parameters->has_secret = 1;
    keep(reading);
    return;
  }
  if (file != NULL) {
    add(reading, name, length);
    reading->parameters->files[reading->parameters->count - 1] = file;
    reading->parameters->has_file = 1;
    keep(reading);
    return;
  }
  if (lua_istable(L, -1)) {
    if (length > 2 && memcmp(name + length - 2, "[]", 2) == 0) {
      add_repeated(reading, name, length);
      return;
    }
    push_joined(L, name);
  } else {
    push_plain(L, name);
  }
  set_text(reading, add(reading, name, length));
}

/* `action` first, so that a log shows it; tokens last, so that a body cut short is refused. */
static int rank(const struct mwl_field *field) {
  static const char token[] = "token";
  size_t length = sizeof token - 1;
  if (strcmp(field->name, "action") == 0) return 0;
  if (field->name_length >= length &&
      strcmp(field->name + field->name_length - length, token) == 0) {
    return 2;
  }
  return 1;
}

static int compare_names(const void *one, const void *other) {
  const struct mwl_field *first = one;
  const struct mwl_field *second = other;
  int difference = rank(first) - rank(second);
  return difference != 0 ? difference : strcmp(first->name, second->name);
}

/* The names that will be sent, sorted, in memory that is kept. */
static struct mwl_field *collect_names(struct reading *reading, int table,
                                       const struct mwl_default *defaults, size_t *count) {
  lua_State *L = reading->L;
  struct mwl_field *names;
  size_t room = 0;
  *count = 0;
  lua_pushnil(L);
  while (lua_next(L, table) != 0) {
    if (lua_type(L, -2) != LUA_TSTRING) luaL_error(L, "parameter names are strings");
    room++;
    lua_pop(L, 1);
  }
  for (const struct mwl_default *one = defaults; one != NULL && one->name != NULL; one++) room++;
  names = grow(reading, NULL, 0, (room + 1) * sizeof *names);
  lua_pushnil(L);
  while (lua_next(L, table) != 0) {
    if (lua_toboolean(L, -1) && *count < room) {
      names[*count].name = lua_tolstring(L, -2, &names[*count].name_length);
      names[(*count)++].value = NULL;
    }
    lua_pop(L, 1);
  }
  for (const struct mwl_default *one = defaults; one != NULL && one->name != NULL; one++) {
    if (lua_getfield(L, table, one->name) == LUA_TNIL && *count < room) {
      names[*count].name = one->name;
      names[*count].name_length = strlen(one->name);
      names[(*count)++].value = one->value;
    }
    lua_pop(L, 1);
  }
  qsort(names, *count, sizeof *names, compare_names);
  return names;
}

static const char *find_nul(const struct mwl_parameters *parameters) {
  for (size_t i = 0; i < parameters->count; i++) {
    const struct mwl_field *field = &parameters->fields[i];
    if (memchr(field->name, '\0', field->name_length) != NULL) return field->name;
    if (memchr(field->value, '\0', field->value_length) != NULL) return field->name;
  }
  return NULL;
}

int mwl_parameters_read(lua_State *L, int index, const struct mwl_default *defaults,
                        struct mwl_parameters *parameters) {
  struct reading reading = {L, parameters, 0, 0, 0};
  struct mwl_field *names;
  size_t count;
  const char *bad;
  memset(parameters, 0, sizeof *parameters);
  luaL_checktype(L, index, LUA_TTABLE);
  luaL_checkstack(L, 12, "too many parameters");
  index = lua_absindex(L, index);
  lua_newtable(L);
  reading.anchor = lua_gettop(L);
  names = collect_names(&reading, index, defaults, &count);
  for (size_t i = 0; i < count; i++) {
    if (names[i].value != NULL) {
      struct mwl_field *field = add(&reading, names[i].name, names[i].name_length);
      field->value = names[i].value;
      field->value_length = strlen(names[i].value);
      continue;
    }
    lua_pushlstring(L, names[i].name, names[i].name_length);
    lua_pushvalue(L, -1);
    lua_gettable(L, index);
    lua_insert(L, -2);
    keep(&reading);
    add_value(&reading, names[i].name, names[i].name_length);
  }
  bad = find_nul(parameters);
  if (bad == NULL) return 1;
  lua_settop(L, reading.anchor - 1);
  mwl_failure(L, "answer", "nul",
              "The value for '%.*s' holds a NUL byte, which a wiki would turn into another value.",
              NAME_SHOWN, bad);
  return 0;
}

/***
The parameters of a request as they would be sent, for signing them.
@function parameters
@tparam table params names and values; secrets and files raise
@treturn {{string,string},...} ordered pairs
@return nil, err when a value cannot be sent
*/
static int parameters_list(lua_State *L) {
  struct mwl_parameters parameters;
  lua_settop(L, 1);
  if (!mwl_parameters_read(L, 1, NULL, &parameters)) return 2;
  if (parameters.has_secret || parameters.has_file) {
    return luaL_argerror(L, 1, "secrets and files cannot be listed");
  }
  lua_createtable(L, (int)parameters.count, 0);
  for (size_t i = 0; i < parameters.count; i++) {
    const struct mwl_field *field = &parameters.fields[i];
    lua_createtable(L, 2, 0);
    lua_pushlstring(L, field->name, field->name_length);
    lua_rawseti(L, -2, 1);
    lua_pushlstring(L, field->value, field->value_length);
    lua_rawseti(L, -2, 2);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

/***
A text percent-encoded by RFC 3986: only `A-Za-z0-9-._~` stay.
@function encode
@tparam string text
@treturn string
*/
static int parameters_encode(lua_State *L) {
  size_t length;
  const char *text = luaL_checklstring(L, 1, &length);
  size_t size = mwl_percent_length(text, length);
  luaL_Buffer buffer;
  char *out = luaL_buffinitsize(L, &buffer, size);
  mwl_percent_write(out, text, length);
  luaL_pushresultsize(&buffer, size);
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
