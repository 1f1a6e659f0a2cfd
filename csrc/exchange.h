/* One request and its reply: built, sent, received. Nothing here calls Lua while libcurl runs. */
#ifndef MWL_EXCHANGE_H
#define MWL_EXCHANGE_H

#include <curl/curl.h>
#include <lua.h>
#include <stddef.h>

struct mwl_pool;
struct mwl_request;
struct mwl_session;

struct mwl_bytes {
  char *bytes;
  size_t length;
  size_t room;
};

struct mwl_exchange {
  struct mwl_pool *pool;
  struct mwl_exchange *next; /* in flight with it */
  struct mwl_exchange *previous;
  CURL *easy;
  char *url; /* from the arena, like the body */
  size_t url_size;
  char *body;
  size_t body_size;
  curl_mime *mime;
  struct curl_slist *headers;
  struct mwl_bytes reply;
  struct mwl_bytes header; /* the header lines of the last response */
  size_t reply_max;
  int too_large;
  int in_flight;
  int done;
  CURLcode result;
  long status;
  char trouble[CURL_ERROR_SIZE];
};

/* Sends the request of the session at `session_index` and waits for its end.
   Pushes the exchange and returns it; NULL: nil and an error were pushed instead. */
struct mwl_exchange *mwl_exchange_run(lua_State *L, int session_index,
                                      const struct mwl_request *request);

/* Called by the pool when libcurl is done. */
void mwl_exchange_finish(struct mwl_exchange *exchange, CURLcode result);

/* 0: no memory, or beyond `max`. */
int mwl_bytes_add(struct mwl_bytes *buffer, const char *bytes, size_t length, size_t max);

/* The value of a header of the reply; NULL: not there. `name` in lower case. */
const char *mwl_exchange_header(const struct mwl_exchange *exchange, const char *name,
                                size_t *length);

#endif
