#include "form.h"

#include <string.h>

#define BOTPASSWORD_LENGTH 32

static const char hex_digits[] = "0123456789ABCDEF";

/* What RFC 3986 lets stand as it is. */
static const unsigned char is_unreserved[256] = {
    ['A' ... 'Z'] = 1, ['a' ... 'z'] = 1, ['0' ... '9'] = 1, ['-'] = 1,
    ['.'] = 1,         ['_'] = 1,         ['~'] = 1,
};

size_t mwl_percent_length(const char *text, size_t length) {
  size_t total = length;
  for (size_t i = 0; i < length; i++) {
    total += is_unreserved[(unsigned char)text[i]] ? 0 : 2;
  }
  return total;
}

char *mwl_percent_write(char *out, const char *text, size_t length) {
  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char)text[i];
    if (is_unreserved[c]) {
      *out++ = (char)c;
      continue;
    }
    *out++ = '%';
    *out++ = hex_digits[c >> 4];
    *out++ = hex_digits[c & 15];
  }
  return out;
}

size_t mwl_form_length(const struct mwl_field *fields, size_t count) {
  size_t total = count > 0 ? count - 1 : 0;
  for (size_t i = 0; i < count; i++) {
    total += mwl_percent_length(fields[i].name, fields[i].name_length) + 1;
    total += mwl_percent_length(fields[i].value, fields[i].value_length);
  }
  return total;
}

char *mwl_form_write(char *out, const struct mwl_field *fields, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (i > 0) *out++ = '&';
    out = mwl_percent_write(out, fields[i].name, fields[i].name_length);
    *out++ = '=';
    out = mwl_percent_write(out, fields[i].value, fields[i].value_length);
  }
  return out;
}

static int is_botpassword_text(const char *text, size_t length) {
  if (length < BOTPASSWORD_LENGTH) return 0;
  for (size_t i = 0; i < length; i++) {
    if (!((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'w'))) return 0;
  }
  return 1;
}

int mwl_form_is_botpassword(const char *name, size_t name_length, const char *password,
                            size_t length) {
  const char *at = NULL;
  if (memchr(name, '@', name_length) != NULL && is_botpassword_text(password, length)) return 1;
  for (size_t i = length; i > 0 && at == NULL; i--) {
    if (password[i - 1] == '@') at = password + i - 1;
  }
  if (at == NULL || at == password) return 0;
  return is_botpassword_text(at + 1, length - (size_t)(at + 1 - password));
}
