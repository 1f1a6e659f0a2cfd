#include "json_pick.h"

#include <string.h>

static const char *skip_blanks(const char *at, const char *end) {
  while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n')) at++;
  return at;
}

/* Behind the string whose first quote is at `at`. */
static const char *skip_string(const char *at, const char *end) {
  for (at++; at < end && *at != '"'; at++) {
    if (*at == '\\') at++;
  }
  return at < end ? at + 1 : end;
}

/* Behind the value that begins at `at`. */
static const char *skip_value(const char *at, const char *end) {
  int depth = 0;
  while (at < end) {
    if (*at == '"') {
      at = skip_string(at, end);
    } else if (*at == '{' || *at == '[') {
      depth++;
      at++;
    } else if (depth > 0) {
      if (*at == '}' || *at == ']') depth--;
      at++;
    } else if (strchr(",}] \t\r\n", *at) != NULL) {
      return at;
    } else {
      at++;
      continue; /* a number, true, false or null goes on */
    }
    if (depth == 0) return at;
  }
  return end;
}

static struct mwl_pick *find(struct mwl_pick *picks, size_t count, const char *name,
                             size_t length) {
  for (size_t i = 0; i < count; i++) {
    if (strlen(picks[i].name) == length && memcmp(picks[i].name, name, length) == 0) {
      return &picks[i];
    }
  }
  return NULL;
}

int mwl_json_pick(const char *text, size_t length, struct mwl_pick *picks, size_t count) {
  const char *end = text + length;
  const char *at = skip_blanks(text, end);
  for (size_t i = 0; i < count; i++) picks[i].value = NULL;
  if (at == end || *at != '{') return 0;
  at = skip_blanks(at + 1, end);
  while (at < end && *at == '"') {
    const char *name = at + 1;
    const char *name_end = skip_string(at, end);
    struct mwl_pick *pick = find(picks, count, name, (size_t)(name_end - name - 1));
    if (pick == NULL) return 0;
    at = skip_blanks(name_end, end);
    at = skip_blanks(at < end ? at + 1 : end, end);
    pick->value = at;
    at = skip_value(at, end);
    pick->length = (size_t)(at - pick->value);
    at = skip_blanks(at, end);
    if (at < end && *at == ',') at = skip_blanks(at + 1, end);
  }
  return at < end && *at == '}';
}
