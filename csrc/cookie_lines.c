#include "cookie_lines.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "public_suffix.h"

#define FIELDS 7

struct span {
  const char *start;
  size_t length;
};

static int is_word(struct span span, const char *word) {
  return span.length == strlen(word) && strncasecmp(span.start, word, span.length) == 0;
}

static int read_number(struct span span, long long *number) {
  char digits[24];
  char *end;
  if (span.length == 0 || span.length >= sizeof digits) return 0;
  memcpy(digits, span.start, span.length);
  digits[span.length] = '\0';
  *number = strtoll(digits, &end, 10);
  return *end == '\0' && *number >= 0;
}

/* Some browsers' exports have fractions of a second. */
static int read_expiry(struct span span, long long *expires) {
  const char *point = memchr(span.start, '.', span.length);
  if (point != NULL) {
    struct span fraction = {point + 1, span.length - (size_t)(point + 1 - span.start)};
    if (strspn(fraction.start, "0123456789") < fraction.length) return 0;
    span.length = (size_t)(point - span.start);
  }
  return read_number(span, expires);
}

static int has_control(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if ((unsigned char)text[i] < ' ' || text[i] == 127) return 1;
  }
  return 0;
}

int mwl_cookie_parse(const char *line, size_t length, struct mwl_cookie *cookie) {
  struct span fields[FIELDS];
  size_t from = 0;
  int count = 0;
  memset(cookie, 0, sizeof *cookie);
  while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r')) length--;
  if (length > MWL_COOKIE_LINE_MAX) return 0;
  if (length > strlen(MWL_HTTP_ONLY) && strncmp(line, MWL_HTTP_ONLY, strlen(MWL_HTTP_ONLY)) == 0) {
    cookie->http_only = 1;
    line += strlen(MWL_HTTP_ONLY);
    length -= strlen(MWL_HTTP_ONLY);
  }
  if (length == 0 || line[0] == '#') return 0;
  for (size_t i = 0; i <= length; i++) {
    if (i < length && line[i] != '\t') continue;
    if (count == FIELDS) return 0;
    fields[count].start = line + from;
    fields[count].length = i - from;
    count++;
    from = i + 1;
  }
  /* a cookie with an empty value may end without its last tab */
  if (count == FIELDS - 1) {
    fields[count].start = line + length;
    fields[count].length = 0;
    count++;
  }
  if (count != FIELDS) return 0;
  for (int i = 0; i < FIELDS; i++) {
    if (has_control(fields[i].start, fields[i].length)) return 0;
  }
  if (fields[0].length > 0 && fields[0].start[0] == '.') {
    fields[0].start++;
    fields[0].length--;
  }
  if (fields[0].length == 0 || fields[2].length == 0 || fields[2].start[0] != '/') return 0;
  if (fields[5].length == 0 || !read_expiry(fields[4], &cookie->expires)) return 0;
  if (!is_word(fields[1], "TRUE") && !is_word(fields[1], "FALSE")) return 0;
  if (!is_word(fields[3], "TRUE") && !is_word(fields[3], "FALSE")) return 0;
  cookie->domain = fields[0].start;
  cookie->domain_length = fields[0].length;
  cookie->subdomains = is_word(fields[1], "TRUE");
  cookie->path = fields[2].start;
  cookie->path_length = fields[2].length;
  cookie->secure = is_word(fields[3], "TRUE");
  cookie->name = fields[5].start;
  cookie->name_length = fields[5].length;
  cookie->value = fields[6].start;
  cookie->value_length = fields[6].length;
  return 1;
}

static int is_address(const char *host) {
  return host[0] == '[' || strspn(host, "0123456789.") == strlen(host);
}

static int domain_matches(const struct mwl_cookie *cookie, const char *host) {
  size_t length = strlen(host);
  size_t tail;
  if (length == cookie->domain_length) return strncasecmp(host, cookie->domain, length) == 0;
  if (!cookie->subdomains || length < cookie->domain_length + 2 || is_address(host)) return 0;
  tail = length - cookie->domain_length;
  return host[tail - 1] == '.' &&
         strncasecmp(host + tail, cookie->domain, cookie->domain_length) == 0;
}

int mwl_cookie_belongs(const struct mwl_cookie *cookie, const char *host) {
  if (!domain_matches(cookie, host)) return 0;
  return strlen(host) == cookie->domain_length ||
         !mwl_is_public_suffix(cookie->domain, cookie->domain_length);
}

static int path_matches(const struct mwl_cookie *cookie, const char *path) {
  size_t length = cookie->path_length;
  if (strncmp(path, cookie->path, length) != 0) return 0;
  return path[length] == '\0' || path[length] == '/' || cookie->path[length - 1] == '/';
}

int mwl_cookie_matches(const struct mwl_cookie *cookie, const char *host, const char *path,
                       int secure, time_t now) {
  if (cookie->secure && !secure) return 0;
  if (cookie->expires != 0 && cookie->expires <= (long long)now) return 0;
  return domain_matches(cookie, host) && path_matches(cookie, path);
}
