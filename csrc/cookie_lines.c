#include "cookie_lines.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "public_suffix.h"

#define HTTP_ONLY "#HttpOnly_"
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
  if (length > strlen(HTTP_ONLY) && strncmp(line, HTTP_ONLY, strlen(HTTP_ONLY)) == 0) {
    cookie->http_only = 1;
    line += strlen(HTTP_ONLY);
    length -= strlen(HTTP_ONLY);
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

void mwl_jar_free(struct mwl_jar *jar) {
  for (size_t i = 0; i < jar->count; i++) {
    explicit_bzero(jar->lines[i], strlen(jar->lines[i]));
    free(jar->lines[i]);
  }
  free(jar->lines);
  jar->lines = NULL;
  jar->count = 0;
}

static int same_cookie(const struct mwl_cookie *one, const struct mwl_cookie *other) {
  return one->name_length == other->name_length && one->path_length == other->path_length &&
         one->domain_length == other->domain_length &&
         memcmp(one->name, other->name, one->name_length) == 0 &&
         memcmp(one->path, other->path, one->path_length) == 0 &&
         strncasecmp(one->domain, other->domain, one->domain_length) == 0;
}

static void drop_line(struct mwl_jar *jar, size_t index) {
  explicit_bzero(jar->lines[index], strlen(jar->lines[index]));
  free(jar->lines[index]);
  jar->count--;
  memmove(jar->lines + index, jar->lines + index + 1, (jar->count - index) * sizeof *jar->lines);
}

static void drop_same(struct mwl_jar *jar, const struct mwl_cookie *cookie) {
  for (size_t i = 0; i < jar->count; i++) {
    struct mwl_cookie held;
    if (mwl_cookie_parse(jar->lines[i], strlen(jar->lines[i]), &held) &&
        same_cookie(&held, cookie)) {
      drop_line(jar, i);
      return;
    }
  }
}

int mwl_jar_put(struct mwl_jar *jar, const char *line, size_t length) {
  struct mwl_cookie cookie;
  char *kept;
  char **grown;
  if (!mwl_cookie_parse(line, length, &cookie)) return 0;
  kept = malloc(length + 1);
  if (kept == NULL) return -1;
  memcpy(kept, line, length);
  kept[length] = '\0';
  kept[strcspn(kept, "\r\n")] = '\0';
  drop_same(jar, &cookie);
  if (jar->count >= MWL_COOKIE_JAR_MAX) {
    free(kept);
    return 0;
  }
  grown = realloc(jar->lines, (jar->count + 1) * sizeof *jar->lines);
  if (grown == NULL) {
    free(kept);
    return -1;
  }
  jar->lines = grown;
  jar->lines[jar->count++] = kept;
  return 1;
}

/* The next `;`-separated part of a header, without blanks around it. */
static struct span next_part(const char **at) {
  struct span span;
  *at += strspn(*at, " \t");
  span.start = *at;
  span.length = strcspn(*at, ";");
  *at += span.length;
  if (**at == ';') (*at)++;
  while (span.length > 0 &&
         (span.start[span.length - 1] == ' ' || span.start[span.length - 1] == '\t')) {
    span.length--;
  }
  return span;
}

/* The value of `name=value` when the part has that name. */
static int attribute(struct span part, const char *name, struct span *value) {
  size_t length = strlen(name);
  if (part.length < length || strncasecmp(part.start, name, length) != 0) return 0;
  if (part.length == length) {
    value->start = part.start + length;
    value->length = 0;
    return 1;
  }
  if (part.start[length] != '=') return 0;
  value->start = part.start + length + 1;
  value->length = part.length - length - 1;
  return 1;
}

struct set_cookie {
  struct span pair;
  struct span domain;
  struct span path;
  int secure;
  int http_only;
  int has_age;
  long long expires;
};

static long long read_date(struct span span) {
  char date[80];
  time_t when;
  if (span.length == 0 || span.length >= sizeof date) return 0;
  memcpy(date, span.start, span.length);
  date[span.length] = '\0';
  when = curl_getdate(date, NULL);
  if (when == (time_t)-1) return 0;
  return when <= 0 ? 1 : (long long)when;
}

/* A moment so many seconds from now, at most the end of the year 9999. */
static long long after(time_t now, long long seconds) {
  const long long latest = 253402300799;
  return seconds > latest - (long long)now ? latest : (long long)now + seconds;
}

static void read_attribute(struct set_cookie *cookie, struct span part, time_t now) {
  struct span value;
  long long seconds;
  if (attribute(part, "domain", &value)) {
    if (value.length > 0 && value.start[0] == '.') {
      value.start++;
      value.length--;
    }
    cookie->domain = value;
  } else if (attribute(part, "path", &value)) {
    cookie->path = value;
  } else if (attribute(part, "secure", &value)) {
    cookie->secure = 1;
  } else if (attribute(part, "httponly", &value)) {
    cookie->http_only = 1;
  } else if (attribute(part, "max-age", &value)) {
    cookie->has_age = 1;
    cookie->expires = read_number(value, &seconds) && seconds > 0 ? after(now, seconds) : 1;
  } else if (attribute(part, "expires", &value) && !cookie->has_age) {
    cookie->expires = read_date(value);
  }
}

/* The folder of a path, without its last slash: where a cookie without Path belongs. */
static struct span default_path(const char *path) {
  const char *slash = strrchr(path, '/');
  struct span span = {path, slash != NULL ? (size_t)(slash - path) : 0};
  if (span.length == 0) {
    span.start = "/";
    span.length = 1;
  }
  return span;
}

int mwl_jar_set_cookie(struct mwl_jar *jar, const char *header, const char *host, const char *path,
                       int secure, time_t now) {
  char line[MWL_COOKIE_LINE_MAX];
  struct set_cookie cookie;
  struct mwl_cookie parsed;
  const char *at = header;
  const char *equals;
  int length;
  memset(&cookie, 0, sizeof cookie);
  cookie.pair = next_part(&at);
  equals = memchr(cookie.pair.start, '=', cookie.pair.length);
  if (equals == NULL || equals == cookie.pair.start) return 0;
  while (*at != '\0') read_attribute(&cookie, next_part(&at), now);
  if (cookie.secure && !secure) return 0;
  if (cookie.path.length == 0 || cookie.path.start[0] != '/') cookie.path = default_path(path);
  if (cookie.domain.length == 0) {
    cookie.domain.start = host;
    cookie.domain.length = strlen(host);
  }
  length =
      snprintf(line, sizeof line, "%s%s%.*s\t%s\t%.*s\t%s\t%lld\t%.*s\t%.*s",
               cookie.http_only ? HTTP_ONLY : "", cookie.domain.start != host ? "." : "",
               (int)cookie.domain.length, cookie.domain.start,
               cookie.domain.start != host ? "TRUE" : "FALSE", (int)cookie.path.length,
               cookie.path.start, cookie.secure ? "TRUE" : "FALSE", cookie.expires,
               (int)(equals - cookie.pair.start), cookie.pair.start,
               (int)(cookie.pair.length - (size_t)(equals + 1 - cookie.pair.start)), equals + 1);
  if (length < 0 || (size_t)length >= sizeof line) return 0;
  if (!mwl_cookie_parse(line, (size_t)length, &parsed) || !mwl_cookie_belongs(&parsed, host)) {
    return 0;
  }
  if (parsed.expires != 0 && parsed.expires <= (long long)now) {
    drop_same(jar, &parsed);
    return 1;
  }
  return mwl_jar_put(jar, line, (size_t)length);
}

char *mwl_jar_header(const struct mwl_jar *jar, const char *host, const char *path, int secure,
                     time_t now) {
  size_t size = 1;
  size_t used = 0;
  char *header;
  for (size_t i = 0; i < jar->count; i++) size += strlen(jar->lines[i]) + 2;
  header = malloc(size);
  if (header == NULL) return NULL;
  for (size_t i = 0; i < jar->count; i++) {
    struct mwl_cookie cookie;
    if (!mwl_cookie_parse(jar->lines[i], strlen(jar->lines[i]), &cookie)) continue;
    if (!mwl_cookie_matches(&cookie, host, path, secure, now)) continue;
    if (used > 0) {
      header[used++] = ';';
      header[used++] = ' ';
    }
    memcpy(header + used, cookie.name, cookie.name_length);
    used += cookie.name_length;
    header[used++] = '=';
    memcpy(header + used, cookie.value, cookie.value_length);
    used += cookie.value_length;
  }
  header[used] = '\0';
  if (used > 0) return header;
  free(header);
  return NULL;
}
