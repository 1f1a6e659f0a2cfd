#include "secret_name.h"

#include <string.h>
#include <strings.h>

static int equals(const char *name, size_t length, const char *word) {
  return length == strlen(word) && strncasecmp(name, word, length) == 0;
}

static int ends(const char *name, size_t length, const char *word) {
  size_t tail = strlen(word);
  return length >= tail && strncasecmp(name + length - tail, word, tail) == 0;
}

static int holds(const char *name, size_t length, const char *word) {
  size_t size = strlen(word);
  for (size_t at = 0; at + size <= length; at++) {
    if (strncasecmp(name + at, word, size) == 0) return 1;
  }
  return 0;
}

int mwl_secret_name(const char *name, size_t length) {
  return holds(name, length, "password") || ends(name, length, "secret") ||
         equals(name, length, "access_token") || equals(name, length, "refresh_token") ||
         equals(name, length, "retype");
}

static int is_space(char byte) {
  return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* The end of the string that begins after the quote at `at`: at its closing quote, or at the end. */
static size_t string_end(const char *text, size_t length, size_t at) {
  for (at++; at < length && text[at] != '"'; at++) {
    if (text[at] == '\\') at++;
  }
  return at < length ? at : length;
}

int mwl_secret_name_in_json(const char *text, size_t length) {
  for (size_t at = 0; at < length; at++) {
    size_t end, after;
    if (text[at] != '"') continue;
    end = after = string_end(text, length, at);
    do {
      after++;
    } while (after < length && is_space(text[after]));
    if (after < length && text[after] == ':' && mwl_secret_name(text + at + 1, end - at - 1)) {
      return 1;
    }
    at = end;
  }
  return 0;
}
