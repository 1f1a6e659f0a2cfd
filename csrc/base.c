#include "base.h"

#include <stdint.h>

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64url_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char hex_digits[] = "0123456789abcdef";
static const char base32_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

size_t mwl_base64_room(size_t length) { return length / 3 * 4 + 4; }

size_t mwl_unbase64_room(size_t length) { return length / 4 * 3 + 3; }

size_t mwl_base32_room(size_t length) { return length / 5 * 8 + 8; }

size_t mwl_unbase32_room(size_t length) { return length / 8 * 5 + 5; }

size_t mwl_hex_room(size_t length) { return length * 2; }

/* == encoding ================================================================================== */

static size_t encode(char *out, const unsigned char *bytes, size_t length, const char *digits,
                     unsigned width) {
  uint32_t bits = 0;
  unsigned held = 0;
  size_t written = 0;
  for (size_t i = 0; i < length; i++) {
    bits = (bits << 8 | bytes[i]) & 0xffff;
    held += 8;
    while (held >= width) {
      held -= width;
      out[written++] = digits[bits >> held & ((1u << width) - 1)];
    }
  }
  if (held > 0) out[written++] = digits[bits << (width - held) & ((1u << width) - 1)];
  return written;
}

static size_t pad(char *out, size_t written, size_t group) {
  while (written % group != 0) out[written++] = '=';
  return written;
}

size_t mwl_base64(char *out, const void *bytes, size_t length) {
  return pad(out, encode(out, bytes, length, base64_digits, 6), 4);
}

size_t mwl_base64url(char *out, const void *bytes, size_t length) {
  return encode(out, bytes, length, base64url_digits, 6);
}

size_t mwl_base32(char *out, const void *bytes, size_t length) {
  return pad(out, encode(out, bytes, length, base32_digits, 5), 8);
}

size_t mwl_hex(char *out, const void *bytes, size_t length) {
  return encode(out, bytes, length, hex_digits, 4);
}

/* == decoding ================================================================================== */

/* Arithmetic instead of a table: which digits a secret has does not show in the cache. */
static int between(int c, int first, int last) {
  return ((first - 1 - c) & (c - last - 1)) >> 8 & 1;
}

static int base64_digit(int c, int plus, int slash) {
  int value = -1;
  value += between(c, 'A', 'Z') * (c - 'A' + 1);
  value += between(c, 'a', 'z') * (c - 'a' + 27);
  value += between(c, '0', '9') * (c - '0' + 53);
  value += between(c, plus, plus) * 63;
  value += between(c, slash, slash) * 64;
  return value;
}

static int base32_digit(int c) {
  int value = -1;
  value += between(c, 'A', 'Z') * (c - 'A' + 1);
  value += between(c, 'a', 'z') * (c - 'a' + 1);
  value += between(c, '2', '7') * (c - '2' + 27);
  return value;
}

/* What is left of `length` without padding; SIZE_MAX when there is too much of it. */
static size_t without_padding(const char *text, size_t length, size_t group) {
  size_t end = length;
  while (end > 0 && text[end - 1] == '=') end--;
  if (end != length && (length % group != 0 || length - end >= group - 1)) return SIZE_MAX;
  return end;
}

static int unbase64(char *out, size_t *written, const char *text, size_t length, int plus,
                    int slash) {
  size_t end = without_padding(text, length, 4);
  uint32_t bits = 0;
  unsigned held = 0;
  *written = 0;
  if (end == SIZE_MAX || end % 4 == 1) return 0;
  for (size_t i = 0; i < end; i++) {
    int digit = base64_digit((unsigned char)text[i], plus, slash);
    if (digit < 0) return 0;
    bits = (bits << 6 | (uint32_t)digit) & 0xffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      out[(*written)++] = (char)(bits >> held & 0xff);
    }
  }
  return (bits & ((1u << held) - 1)) == 0;
}

int mwl_unbase64(char *out, size_t *written, const char *text, size_t length) {
  return unbase64(out, written, text, length, '+', '/');
}

int mwl_unbase64url(char *out, size_t *written, const char *text, size_t length) {
  return unbase64(out, written, text, length, '-', '_');
}

int mwl_unbase32(char *out, size_t *written, const char *text, size_t length) {
  uint32_t bits = 0;
  unsigned held = 0;
  size_t digits = 0, padding = 0, rest;
  *written = 0;
  for (size_t i = 0; i < length; i++) {
    int c = (unsigned char)text[i];
    int digit = base32_digit(c);
    if (c == ' ' || c == '-' || c == '\t' || c == '\r' || c == '\n') continue;
    if (c == '=') {
      padding++;
      continue;
    }
    if (digit < 0 || padding > 0) return 0;
    digits++;
    bits = (bits << 5 | (uint32_t)digit) & 0xffff;
    held += 5;
    if (held >= 8) {
      held -= 8;
      out[(*written)++] = (char)(bits >> held & 0xff);
    }
  }
  rest = digits % 8;
  if (padding > 0 && (rest == 0 || padding != 8 - rest)) return 0;
  return rest != 1 && rest != 3 && rest != 6;
}
