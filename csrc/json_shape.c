#include "json_shape.h"

#include <string.h>

#define DIGITS_MAX 18 /* an integer of Lua, whatever they are */

struct text {
  const char *at;
  const char *end;
};

static void skip_blanks(struct text *text) {
  while (text->at < text->end &&
         (*text->at == ' ' || *text->at == '\t' || *text->at == '\r' || *text->at == '\n')) {
    text->at++;
  }
}

/* 0: something else comes next. */
static int skip(struct text *text, char c) {
  skip_blanks(text);
  if (text->at == text->end || *text->at != c) return 0;
  text->at++;
  return 1;
}

/* Behind the closing quote of a string whose first one is passed; 0: it is none, or not plain. */
static int skip_string(struct text *text) {
  for (; text->at < text->end; text->at++) {
    if (*text->at == '"') {
      text->at++;
      return 1;
    }
    if (*text->at < ' ' || *text->at > '~') return 0; /* whether char has a sign or not */
    if (*text->at != '\\') continue;
    text->at++;
    if (text->at == text->end || *text->at == '\0' || strchr("\"\\/bfnrt", *text->at) == NULL) {
      return 0;
    }
  }
  return 0;
}

static int skip_digits(struct text *text) {
  const char *first = text->at;
  while (text->at < text->end && *text->at >= '0' && *text->at <= '9') text->at++;
  return text->at > first && text->at - first <= DIGITS_MAX && *first != '0';
}

static int skip_true(struct text *text) {
  static const char word[] = "true";
  size_t length = sizeof word - 1;
  if ((size_t)(text->end - text->at) < length || memcmp(text->at, word, length) != 0) return 0;
  text->at += length;
  return 1;
}

static int read_members(struct text *text, struct mwl_shape *members);

static int read_value(struct text *text, struct mwl_shape *shape) {
  int ok = 0;
  skip_blanks(text);
  shape->value = text->at;
  switch (shape->kind) {
    case MWL_SHAPE_OBJECT:
      ok = read_members(text, shape->members);
      break;
    case MWL_SHAPE_TEXT:
      ok = skip(text, '"') && skip_string(text) && text->at - shape->value > 2;
      break;
    case MWL_SHAPE_WHOLE:
      ok = skip_digits(text);
      break;
    case MWL_SHAPE_TRUE:
      ok = skip_true(text);
      break;
  }
  shape->length = (size_t)(text->at - shape->value);
  return ok;
}

/* The member that is named next, and was not yet. */
static struct mwl_shape *read_name(struct text *text, struct mwl_shape *members) {
  const char *name;
  size_t length;
  if (!skip(text, '"')) return NULL;
  name = text->at;
  if (!skip_string(text)) return NULL;
  length = (size_t)(text->at - name - 1);
  for (; members->name != NULL; members++) {
    if (members->value == NULL && strncmp(members->name, name, length) == 0 &&
        members->name[length] == '\0') {
      return members;
    }
  }
  return NULL;
}

static int read_members(struct text *text, struct mwl_shape *members) {
  for (struct mwl_shape *one = members; one->name != NULL; one++) one->value = NULL;
  if (!skip(text, '{')) return 0;
  if (skip(text, '}')) return 1;
  do {
    struct mwl_shape *member = read_name(text, members);
    if (member == NULL || !skip(text, ':') || !read_value(text, member)) return 0;
  } while (skip(text, ','));
  return skip(text, '}');
}

int mwl_json_has_shape(const char *bytes, size_t length, struct mwl_shape *members) {
  struct text text = {bytes, bytes + length};
  if (bytes == NULL || !read_members(&text, members)) return 0;
  skip_blanks(&text);
  return text.at == text.end;
}

size_t mwl_json_text(const struct mwl_shape *text, char *out, size_t max) {
  static const char names[] = "bfnrt", values[] = "\b\f\n\r\t";
  const char *end = text->value + text->length - 1;
  size_t length = 0;
  for (const char *at = text->value + 1; at < end; at++) {
    char c = *at;
    if (c == '\\') {
      const char *name = strchr(names, *++at);
      c = name != NULL ? values[name - names] : *at;
    }
    if (length == max) return 0;
    out[length++] = c;
  }
  return length;
}
