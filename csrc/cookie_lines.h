/* Cookies as Netscape lines: domain, subdomains, path, secure, expiry, name, value, between tabs. */
#ifndef MWL_COOKIE_LINES_H
#define MWL_COOKIE_LINES_H

#include <stddef.h>
#include <time.h>

#define MWL_COOKIE_LINE_MAX 8192
#define MWL_HTTP_ONLY "#HttpOnly_" /* before the domain, in the manner of curl */

struct mwl_cookie {
  const char *domain; /* without a leading dot and without #HttpOnly_ */
  size_t domain_length;
  int subdomains;
  int http_only;
  const char *path;
  size_t path_length;
  int secure;
  long long expires; /* 0: with the session */
  const char *name;
  size_t name_length;
  const char *value;
  size_t value_length;
};

/* 1 and the parts, which point into `line`; 0 when the line is no cookie. */
int mwl_cookie_parse(const char *line, size_t length, struct mwl_cookie *cookie);

/* Whether a host, path and scheme get the cookie at that time. */
int mwl_cookie_matches(const struct mwl_cookie *cookie, const char *host, const char *path,
                       int secure, time_t now);

/* Whether a host may hold the cookie at all: its own, or one of a parent domain, public suffixes
   ("com", "co.uk") excepted. */
int mwl_cookie_belongs(const struct mwl_cookie *cookie, const char *host);

#endif
