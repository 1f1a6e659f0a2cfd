#include "cookie_jar.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cookie_lines.h"

#define LATEST 253402300799LL /* the end of the year 9999 */

struct span {
  const char *start;
  size_t length;
};

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

/* The moment that Max-Age says; long past for 0, for less, and for what is no number. */
static long long read_age(struct span span, time_t now) {
  long long seconds = 0;
  for (size_t i = 0; i < span.length; i++) {
    if (span.start[i] < '0' || span.start[i] > '9') return 1;
    if (seconds < LATEST) seconds = seconds * 10 + (span.start[i] - '0');
  }
  if (seconds == 0) return 1;
  return seconds > LATEST - (long long)now ? LATEST : (long long)now + seconds;
}

static void read_attribute(struct set_cookie *cookie, struct span part, time_t now) {
  struct span value;
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
    cookie->expires = read_age(value, now);
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
               cookie.http_only ? MWL_HTTP_ONLY : "", cookie.domain.start != host ? "." : "",
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
