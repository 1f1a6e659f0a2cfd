#include "json_value.h"

#include <lauxlib.h>
#include <math.h>
#include <string.h>

#include "core.h"

#define NUMBER_MAX 64
#define MEMBERS 4 /* room an object or a list begins with */

/* Where in a reply a value stands. Forms are `requests` in the object of a login module
   (`clientlogin`, `createaccount`, `linkaccount`) or in `query.authmanagerinfo`. */
enum place { ELSEWHERE, REPLY, QUERY, MODULE, REQUESTS, REQUEST, FIELDS, FIELD, OPTIONS };

/* The text is known to be sound, so that nothing here has to judge it, and no deeper than
   MWL_REPLY_DEPTH. */
struct reader {
  lua_State *L;
  const char *at;
  const char *end;
  int failed;
};

static void push_value(struct reader *reader, enum place place);

/* == texts and numbers =========================================================================== */

static unsigned hex_digit(char c) {
  return c <= '9' ? (unsigned)(c - '0') : (unsigned)((c | 32) - 'a' + 10);
}

/* After `\u`. */
static unsigned read_unit(struct reader *reader) {
  unsigned unit = 0;
  for (int i = 0; i < 4; i++) unit = unit << 4 | hex_digit(*reader->at++);
  return unit;
}

static void add_character(luaL_Buffer *buffer, unsigned c) {
  if (c < 0x80) {
    luaL_addchar(buffer, (char)c);
    return;
  }
  if (c < 0x800) {
    luaL_addchar(buffer, (char)(0xC0 | c >> 6));
  } else {
    if (c < 0x10000) {
      luaL_addchar(buffer, (char)(0xE0 | c >> 12));
    } else {
      luaL_addchar(buffer, (char)(0xF0 | c >> 18));
      luaL_addchar(buffer, (char)(0x80 | (c >> 12 & 0x3F)));
    }
    luaL_addchar(buffer, (char)(0x80 | (c >> 6 & 0x3F)));
  }
  luaL_addchar(buffer, (char)(0x80 | (c & 0x3F)));
}

/* One character that is written as `\u`, or as two of them. */
static void read_unicode(struct reader *reader, luaL_Buffer *buffer) {
  unsigned c = read_unit(reader);
  if (c >= 0xD800 && c < 0xDC00 && reader->at[0] == '\\' && reader->at[1] == 'u') {
    unsigned low;
    reader->at += 2;
    low = read_unit(reader);
    if (low < 0xDC00 || low > 0xDFFF) reader->failed = 1;
    c = 0x10000 + ((c & 0x3FF) << 10 | (low & 0x3FF));
  } else if (c >= 0xD800 && c <= 0xDFFF) {
    reader->failed = 1;
  }
  add_character(buffer, c);
}

static void read_escape(struct reader *reader, luaL_Buffer *buffer) {
  static const char names[] = "bfnrt", values[] = "\b\f\n\r\t";
  char c = *reader->at++;
  const char *name = strchr(names, c);
  if (c == 'u') {
    read_unicode(reader, buffer);
  } else {
    luaL_addchar(buffer, name != NULL ? values[name - names] : c);
  }
}

/* How far a text goes as it stands: to its end, or to an escape. */
static size_t plain_length(const char *at) {
  size_t length = 0;
  while (at[length] != '"' && at[length] != '\\') length++;
  return length;
}

static void push_string(struct reader *reader) {
  size_t length;
  luaL_Buffer buffer;
  reader->at++;
  length = plain_length(reader->at);
  if (reader->at[length] == '"') {
    lua_pushlstring(reader->L, reader->at, length);
    reader->at += length + 1;
    return;
  }
  luaL_buffinit(reader->L, &buffer);
  while (*reader->at != '"') {
    length = plain_length(reader->at);
    luaL_addlstring(&buffer, reader->at, length);
    reader->at += length;
    if (*reader->at == '"') break;
    reader->at++;
    read_escape(reader, &buffer);
  }
  reader->at++;
  luaL_pushresult(&buffer);
}

static size_t number_length(const struct reader *reader) {
  size_t length = 0;
  while (reader->at + length < reader->end && strchr("+-.0123456789Ee", reader->at[length]) &&
         reader->at[length] != '\0') {
    length++;
  }
  return length;
}

static void push_number(struct reader *reader) {
  lua_State *L = reader->L;
  char text[NUMBER_MAX];
  size_t length = number_length(reader);
  lua_Integer whole;
  int is_whole;
  if (length < sizeof text) {
    memcpy(text, reader->at, length);
    text[length] = '\0';
    lua_stringtonumber(L, text);
  } else {
    lua_pushlstring(L, reader->at, length);
    lua_stringtonumber(L, lua_tostring(L, -1));
    lua_remove(L, -2);
  }
  reader->at += length;
  if (lua_isinteger(L, -1)) return;
  whole = lua_tointegerx(L, -1, &is_whole);
  if (is_whole) {
    lua_pop(L, 1);
    lua_pushinteger(L, whole);
  } else if (!isfinite(lua_tonumber(L, -1))) {
    reader->failed = 1;
  }
}

/* == objects and lists =========================================================================== */

static void skip_blanks(struct reader *reader) {
  while (*reader->at == ' ' || *reader->at == '\n' || *reader->at == '\r' || *reader->at == '\t') {
    reader->at++;
  }
}

/* Past the opening bracket, a comma, or the closing bracket: whether another member comes. */
static int has_more(struct reader *reader, char close) {
  skip_blanks(reader);
  if (*reader->at == ',') {
    reader->at++;
    skip_blanks(reader);
  }
  if (*reader->at != close) return 1;
  reader->at++;
  return 0;
}

static int is(const char *key, const char *name) { return strcmp(key, name) == 0; }

/* In Lua it is a table as an empty list is; JSON knows both. */
static void push_empty_object(lua_State *L) {
  lua_newtable(L);
  luaL_setmetatable(L, MWL_EMPTY_OBJECT);
}

/* The place of what stands under a key. */
static enum place below(enum place place, const char *key) {
  switch (place) {
    case REPLY:
      if (is(key, "query")) return QUERY;
      return is(key, "clientlogin") || is(key, "createaccount") || is(key, "linkaccount")
                 ? MODULE
                 : ELSEWHERE;
    case QUERY:
      return is(key, "authmanagerinfo") ? MODULE : ELSEWHERE;
    case MODULE:
      return is(key, "requests") ? REQUESTS : ELSEWHERE;
    case REQUEST:
      return is(key, "fields") ? FIELDS : ELSEWHERE;
    case FIELDS:
      return FIELD;
    case FIELD:
      return is(key, "options") ? OPTIONS : ELSEWHERE;
    default:
      return ELSEWHERE;
  }
}

/* Pushes key and value of the next member. */
static void push_member(struct reader *reader, enum place place) {
  push_string(reader);
  skip_blanks(reader);
  reader->at++;
  push_value(reader, below(place, lua_tostring(reader->L, -1)));
}

static void push_map(struct reader *reader, enum place place) {
  lua_createtable(reader->L, 0, MEMBERS);
  while (has_more(reader, '}')) {
    push_member(reader, place);
    lua_rawset(reader->L, -3);
  }
}

/* The fields of a request: a map that is a list as well, each field with its name. */
static void push_fields(struct reader *reader) {
  lua_State *L = reader->L;
  int fields;
  lua_Integer count = 0;
  lua_createtable(L, MEMBERS, MEMBERS);
  fields = lua_gettop(L);
  while (has_more(reader, '}')) {
    push_member(reader, FIELDS);
    if (lua_istable(L, -1)) {
      lua_pushvalue(L, -2);
      lua_setfield(L, -2, "name");
      lua_pushvalue(L, -2);
      if (lua_rawget(L, fields) == LUA_TNIL) {
        lua_pushvalue(L, -2);
        lua_rawseti(L, fields, ++count);
        lua_pushvalue(L, fields + 1);
        lua_pushvalue(L, fields + 2);
        lua_rawset(L, fields);
      }
    }
    lua_settop(L, fields);
  }
}

/* The options of a field: a list of { value, label }. */
static void push_options(struct reader *reader) {
  lua_State *L = reader->L;
  lua_Integer count = 0;
  lua_createtable(L, MEMBERS, 0);
  while (has_more(reader, '}')) {
    push_member(reader, OPTIONS);
    lua_createtable(L, 0, 2);
    lua_rotate(L, -3, 1);
    lua_setfield(L, -3, "label");
    lua_setfield(L, -2, "value");
    lua_rawseti(L, -2, ++count);
  }
}

static void push_list(struct reader *reader, enum place place) {
  lua_Integer count = 0;
  skip_blanks(reader);
  /* a reply may be empty lists from end to end, which are to take no more than they must */
  lua_createtable(reader->L, *reader->at == ']' ? 0 : MEMBERS, 0);
  while (has_more(reader, ']')) {
    push_value(reader, place == REQUESTS ? REQUEST : ELSEWHERE);
    lua_rawseti(reader->L, -2, ++count);
  }
}

/* == the whole =================================================================================== */

static void push_value(struct reader *reader, enum place place) {
  lua_State *L = reader->L;
  luaL_checkstack(L, 8, "a reply is nested too deeply");
  skip_blanks(reader);
  switch (*reader->at) {
    case '{':
      reader->at++;
      skip_blanks(reader);
      if (*reader->at == '}') {
        reader->at++;
        push_empty_object(L);
      } else if (place == FIELDS) {
        push_fields(reader);
      } else if (place == OPTIONS) {
        push_options(reader);
      } else {
        push_map(reader, place);
      }
      return;
    case '[':
      reader->at++;
      push_list(reader, place);
      return;
    case '"':
      push_string(reader);
      return;
    case 't':
      reader->at += 4;
      lua_pushboolean(L, 1);
      return;
    case 'f':
      reader->at += 5;
      lua_pushboolean(L, 0);
      return;
    case 'n':
      reader->at += 4;
      lua_pushnil(L);
      return;
    default:
      push_number(reader);
  }
}

void mwl_register_json_value(lua_State *L) {
  luaL_newmetatable(L, MWL_EMPTY_OBJECT);
  lua_pop(L, 1);
}

int mwl_json_push(lua_State *L, const char *text, size_t length) {
  struct reader reader = {L, text, text + length, 0};
  int top = lua_gettop(L);
  push_value(&reader, REPLY);
  if (reader.failed) lua_settop(L, top);
  return !reader.failed;
}
