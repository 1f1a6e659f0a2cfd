#include "json_member.h"

/* The closing quote of the string that begins at `at`, or NULL. */
static const char *string_end(const char *at, const char *end) {
  for (; at < end; at++) {
    if (*at == '\\') {
      if (++at == end) return NULL;
    } else if (*at == '"') {
      return at;
    }
  }
  return NULL;
}

static const char *skip_blanks(const char *at, const char *end) {
  while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n')) at++;
  return at;
}

static int is_plain(const char *at, const char *end) {
  if (at == end) return 0;
  for (; at < end; at++) {
    if (*at < '!' || *at > '~' || *at == '\\') return 0;
  }
  return 1;
}

/* The value behind the key whose closing quote is at `at`. */
static int read_value(const char *at, const char *end, struct mwl_member *member) {
  const char *last;
  at = skip_blanks(at + 1, end);
  if (at == end || *at != ':') return 0;
  at = skip_blanks(at + 1, end);
  if (at == end || *at != '"') return 0;
  last = string_end(at + 1, end);
  if (last == NULL || !is_plain(at + 1, last)) return 0;
  member->value = at + 1;
  member->value_length = (size_t)(last - at - 1);
  return 1;
}

void mwl_member_begin(struct mwl_member_scan *scan, const char *text, size_t length) {
  scan->at = text;
  scan->end = text + length;
  scan->depth = 0;
}

int mwl_member_next(struct mwl_member_scan *scan, struct mwl_member *member) {
  while (scan->at < scan->end) {
    const char *at = scan->at++;
    const char *last;
    if (*at == '{' || *at == '[') scan->depth++;
    if (*at == '}' || *at == ']') scan->depth--;
    if (*at != '"') continue;
    last = string_end(at + 1, scan->end);
    if (last == NULL) break;
    scan->at = last + 1;
    if (scan->depth != 1 || !read_value(last, scan->end, member)) continue;
    member->name = at + 1;
    member->name_length = (size_t)(last - at - 1);
    scan->at = member->value + member->value_length + 1;
    return 1;
  }
  scan->at = scan->end;
  return 0;
}
