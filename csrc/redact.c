#include "redact.h"

#include <string.h>
#include <strings.h>

#include "arena.h"

#define SHORTEST_SECRET 4
#define MASK "***"
#define MASK_LENGTH 3

/* A byte of a secret may stand in a text as itself, percent-encoded in either case, as a `+` for a
   blank, or escaped as JSON does; a secret is found when each of its bytes is, one after another. */

static size_t match_percent(unsigned char byte, const char *at, size_t left) {
  static const char upper[] = "0123456789ABCDEF";
  if (left < 3 || at[0] != '%') return 0;
  if ((at[1] | 32) != (upper[byte >> 4] | 32)) return 0;
  if ((at[2] | 32) != (upper[byte & 15] | 32)) return 0;
  return 3;
}

static size_t match_json(unsigned char byte, const char *at, size_t left) {
  static const char escaped[] = "\"\\/\b\f\n\r\t";
  static const char letters[] = "\"\\/bfnrt";
  const char *found;
  if (left < 2 || at[0] != '\\') return 0;
  found = byte != 0 ? strchr(escaped, byte) : NULL;
  if (found != NULL && at[1] == letters[found - escaped]) return 2;
  if (left >= 6 && byte < 128 && at[1] == 'u' && at[2] == '0' && at[3] == '0') {
    static const char digits[] = "0123456789abcdef";
    if (at[4] == digits[byte >> 4] && (at[5] | 32) == (digits[byte & 15] | 32)) return 6;
  }
  return 0;
}

/* The code point that starts at `bytes`, for what JSON escapes as \uXXXX; 0 when it is not one. */
static unsigned decode_point(const unsigned char *bytes, size_t left, size_t *used) {
  if (left >= 2 && (bytes[0] & 0xE0) == 0xC0) {
    *used = 2;
    return (bytes[0] & 0x1Fu) << 6 | (bytes[1] & 0x3Fu);
  }
  if (left >= 3 && (bytes[0] & 0xF0) == 0xE0) {
    *used = 3;
    return (bytes[0] & 0x0Fu) << 12 | (bytes[1] & 0x3Fu) << 6 | (bytes[2] & 0x3Fu);
  }
  if (left >= 4 && (bytes[0] & 0xF8) == 0xF0) {
    *used = 4;
    return (bytes[0] & 7u) << 18 | (bytes[1] & 0x3Fu) << 12 | (bytes[2] & 0x3Fu) << 6 |
           (bytes[3] & 0x3Fu);
  }
  return 0;
}

static int match_unit(unsigned unit, const char *at, size_t left) {
  static const char digits[] = "0123456789abcdef";
  if (left < 6 || at[0] != '\\' || at[1] != 'u') return 0;
  for (int i = 0; i < 4; i++) {
    char wanted = digits[unit >> (12 - 4 * i) & 15];
    char seen = at[2 + i] >= 'A' && at[2 + i] <= 'F' ? (char)(at[2 + i] | 32) : at[2 + i];
    if (seen != wanted) return 0;
  }
  return 1;
}

static size_t match_point(unsigned point, const char *at, size_t left) {
  if (point < 0x10000) return match_unit(point, at, left) ? 6 : 0;
  point -= 0x10000;
  if (left < 12 || !match_unit(0xD800 + (point >> 10), at, left)) return 0;
  return match_unit(0xDC00 + (point & 0x3FF), at + 6, left - 6) ? 12 : 0;
}

/* A `%` may be itself or the beginning of its own `%25`, a backslash half of a doubled one: which, is
   the same all over one text, so that each reading is tried as a whole. */
enum reading { AS_IT_IS, AS_ESCAPED };

static size_t match_byte(unsigned char byte, const char *at, size_t left, enum reading reading) {
  size_t escaped = match_percent(byte, at, left);
  if (escaped == 0) escaped = match_json(byte, at, left);
  if (reading == AS_ESCAPED && escaped > 0) return escaped;
  if (left > 0 && (unsigned char)*at == byte) return 1;
  if (left > 0 && byte == ' ' && *at == '+') return 1;
  return escaped;
}

static size_t match_reading(const char *at, size_t left, const char *secret, size_t length,
                            enum reading reading) {
  const char *start = at;
  size_t i = 0;
  while (i < length) {
    unsigned char byte = (unsigned char)secret[i];
    size_t used = match_byte(byte, at, left, reading);
    if (used == 0 && byte >= 128) {
      size_t width = 0;
      unsigned point = decode_point((const unsigned char *)secret + i, length - i, &width);
      used = point != 0 ? match_point(point, at, left) : 0;
      if (used > 0) i += width - 1;
    }
    if (used == 0) return 0;
    at += used;
    left -= used;
    i++;
  }
  return (size_t)(at - start);
}

/* How much of the text the secret takes here; 0: it does not stand here. */
static size_t match_at(const char *at, size_t left, const char *secret, size_t length) {
  size_t plain = match_reading(at, left, secret, length, AS_IT_IS);
  size_t escaped = match_reading(at, left, secret, length, AS_ESCAPED);
  return escaped > plain ? escaped : plain;
}

/* What the redacted text takes; writes it when `out` is not NULL. */
static size_t replace(const char *text, size_t length, const char *secret, size_t secret_length,
                      char *out, int *found) {
  size_t size = 0;
  size_t i = 0;
  while (i < length) {
    size_t used = match_at(text + i, length - i, secret, secret_length);
    if (used > 0) {
      if (out != NULL) memcpy(out + size, MASK, MASK_LENGTH);
      size += MASK_LENGTH;
      i += used;
      *found = 1;
      continue;
    }
    if (out != NULL) out[size] = text[i];
    size++;
    i++;
  }
  return size;
}

int mwl_redact(const char *text, size_t length, const char *secret, size_t secret_length,
               struct mwl_redacted *out) {
  int found = 0;
  size_t size;
  if (secret_length < SHORTEST_SECRET || length < secret_length) return 0;
  size = replace(text, length, secret, secret_length, NULL, &found);
  if (!found) return 0;
  out->capacity = size > 0 ? size : 1;
  out->bytes = mwl_arena_alloc(out->capacity);
  if (out->bytes == NULL) return -1;
  out->length = replace(text, length, secret, secret_length, out->bytes, &found);
  return 1;
}
