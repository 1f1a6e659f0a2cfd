/* One CURLM for all sessions of a Lua state: its connections, its easy handles, what is in flight. */
#ifndef MWL_POOL_H
#define MWL_POOL_H

#include <curl/curl.h>
#include <lua.h>

#define MWL_POOL_CLASS "mwlogin.pool"
#define MWL_POOL_IDLE_MAX 32

struct mwl_exchange;

struct mwl_pool {
  CURLM *multi; /* NULL: closed, or never opened */
  CURL *idle[MWL_POOL_IDLE_MAX];
  int idle_count;
  struct curl_slist *plain_headers; /* what every request without headers of its own sends */
  const char *default_ca; /* libcurl's own file of certificate authorities; NULL: none */
  struct mwl_exchange *in_flight;
};

/* Raises when the argument is no pool or a closed one. */
struct mwl_pool *mwl_pool_check(lua_State *L, int index);

/* An easy handle with the pool's own options set; NULL: no memory. */
CURL *mwl_pool_borrow(struct mwl_pool *pool);
/* Takes a handle back: nothing of the request stays on it. Survives a closed pool. */
void mwl_pool_give_back(struct mwl_pool *pool, CURL *easy);

CURLMcode mwl_pool_start(struct mwl_pool *pool, struct mwl_exchange *exchange);
/* Takes an exchange out of flight; twice is fine. */
void mwl_pool_drop(struct mwl_pool *pool, struct mwl_exchange *exchange);

/* Moves everything in flight on, waiting at most `milliseconds` for something to happen. */
CURLMcode mwl_pool_step(struct mwl_pool *pool, int milliseconds);

/* Drives the pool until the exchange is done, or the process is told to stop by Ctrl-C (0). */
int mwl_pool_drive(struct mwl_pool *pool, struct mwl_exchange *exchange);

#endif
