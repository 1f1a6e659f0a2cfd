/* One request and its reply: built, sent, received. Nothing here calls Lua while libcurl runs. */
#ifndef MWL_EXCHANGE_H
#define MWL_EXCHANGE_H

#include <curl/curl.h>
#include <lua.h>
#include <stddef.h>

struct mwl_host;
struct mwl_pool;
struct mwl_request;
struct mwl_session;

#define MWL_BYTES_FIRST 2048 /* holds most replies, and most headers */

/* Beyond `length` there is nothing of anybody's. */
struct mwl_bytes {
  char *bytes;
  size_t length;
  size_t room;
};

/* Where an exchange stands in its pool. */
enum mwl_place { MWL_NOWHERE, MWL_IN_QUEUE, MWL_IN_FLIGHT, MWL_FINISHED };

struct mwl_exchange {
  struct mwl_pool *pool;
  struct mwl_session *session; /* kept alive by the userdata's user value */
  struct mwl_host *host;
  struct mwl_exchange *next; /* in the list of its place */
  struct mwl_exchange *previous;
  enum mwl_place place;
  CURL *easy; /* NULL until it is sent */
  int is_set; /* the handle has what stays for all requests of this exchange */
  const char *method;
  char *url; /* from the arena, like the body */
  size_t url_size;
  char *body;
  size_t body_size;
  size_t body_length;
  curl_mime *mime;
  struct curl_slist *headers;
  double timeout;
  int no_cookies;
  int foreign;
  int has_authorization;
  int is_signed; /* by OAuth 1: its nonce serves for one sending */
  struct mwl_bytes reply;
  struct mwl_bytes header; /* the header lines of the last response */
  size_t reply_max;
  int too_large;
  int no_memory;
  int no_descriptor;
  unsigned long refusals; /* of memory to libcurl, when it was given the request */
  int is_awaited;         /* by a task, which the pool tells of the end */
  int attempted;          /* libcurl has begun to send it */
  int is_answered;        /* something came since it was sent last */
  int is_resent;          /* libcurl sent it, or one before it, again by itself */
  int header_ended;       /* the empty line after the header came */
  int cut;                /* its connection ended without an answer, and it was not sent again */
  int done;
  CURLcode result;
  long status;
  char trouble[CURL_ERROR_SIZE];
  /* what is made of the reply: pushes the results of the bound function, returns their number */
  int (*answer)(lua_State *L, struct mwl_exchange *exchange);
  /* Makes the next request of a sound reply, after mwl_exchange_renew: 1; there is none: 0; no
     memory: -1. NULL: it is one request. */
  int (*follow)(struct mwl_exchange *exchange);
  void *plan; /* what `follow` needs for that, from the arena */
  size_t plan_size;
  const char *module; /* the object an API reply must hold; NULL: none */
  const char *key;    /* the string that object must hold; NULL: none */
};

/* Sends the request of the session at 1 and returns what its `answer` makes of the
   reply: the results of the bound function that calls this as its last act. In a task it yields
   meanwhile; anything the answer needs must be on the stack. */
int mwl_exchange_run(lua_State *L, const struct mwl_request *request);

/* Forgets the request and its reply; the handle stays. Method, url and body are the caller's to set. */
void mwl_exchange_renew(struct mwl_exchange *exchange);

/* Called by the pool when libcurl is done. */
void mwl_exchange_finish(struct mwl_exchange *exchange, CURLcode result);

/* 0: no memory, or beyond `max`. */
int mwl_bytes_add(struct mwl_pool *pool, struct mwl_bytes *buffer, const char *bytes, size_t length,
                  size_t max);

void mwl_bytes_clear(struct mwl_bytes *buffer);

/* The value of a header of the reply; NULL: not there. `name` in lower case. */
const char *mwl_exchange_header(const struct mwl_exchange *exchange, const char *name,
                                size_t *length);

#endif
