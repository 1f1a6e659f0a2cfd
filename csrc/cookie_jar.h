/* The cookies of a session on a transport, where libcurl's engine is not: kept as lines, taken from
   Set-Cookie headers, and sent by RFC 6265. */
#ifndef MWL_COOKIE_JAR_H
#define MWL_COOKIE_JAR_H

#include <stddef.h>
#include <time.h>

#define MWL_COOKIE_JAR_MAX 300

struct mwl_jar {
  char **lines;
  size_t count;
};

void mwl_jar_free(struct mwl_jar *jar);
/* Keeps a line, in place of one of the same name, domain and path. 1 kept, 0 refused, -1 no memory. */
int mwl_jar_put(struct mwl_jar *jar, const char *line, size_t length);
/* Keeps what a Set-Cookie header says, as a browser at host and path would. Same results. */
int mwl_jar_set_cookie(struct mwl_jar *jar, const char *header, const char *host, const char *path,
                       int secure, time_t now);
/* The Cookie header for a request, in malloc'd memory; NULL when there is nothing to send. */
char *mwl_jar_header(const struct mwl_jar *jar, const char *host, const char *path, int secure,
                     time_t now);

#endif
