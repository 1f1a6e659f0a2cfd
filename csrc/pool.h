/* One CURLM for all sessions of a Lua state: its connections, its easy handles, what is in flight,
   and what waits because a host, or the pool, has enough of it. */
#ifndef MWL_POOL_H
#define MWL_POOL_H

#include <curl/curl.h>

#include "watch.h"
#include "wiki.h"

#define MWL_POOL_IDLE_MAX 256
#define MWL_POOL_SPARE_MAX 512
#define MWL_POOL_BUCKETS 256

struct mwl_exchange;
struct mwl_session;

/* A handle at rest. libcurl keeps in it how a server wanted the last password (Basic, or what Digest
   asked), and would tell the next server so: where a session has one, the handle is its own. */
struct mwl_idle {
  CURL *easy;
  long owner; /* a session's number; 0: anybody's */
};

struct mwl_pool {
  CURLM *multi; /* NULL: closed, or never opened */
  long max_connections;
  int is_damaged; /* the multi ran out of memory, and is to be replaced before it is used */
  struct mwl_watch watch;
  double timer; /* when libcurl wants to be called in any case; below 0: never */
  double wake;  /* when somebody who sleeps in a foreign loop wants to go on; below 0: nobody */
  struct mwl_idle idle[MWL_POOL_IDLE_MAX];
  int idle_count;
  char *spare[MWL_POOL_SPARE_MAX]; /* wiped buffers of MWL_BYTES_FIRST bytes */
  int spare_count;
  struct curl_slist *plain_headers; /* of large requests without headers of their own */
  int has_proxy;                    /* the environment names one */
  const char *default_ca;           /* libcurl's own file of certificate authorities; NULL: none */
  const char *default_ca_folder;    /* its folder of them, which it looks into besides */
  CURL *last_easy;   /* the handle whose session options are those of `last_session` */
  long last_session; /* a session's number; 0: none */
  long sessions;     /* how many there have been */
  int has_tasks;     /* coroutines that yield while their exchanges are in flight */
  int has_wait;      /* a foreign loop's function */
  int per_host;
  int in_all;
  int active;
  struct mwl_host *hosts[MWL_POOL_BUCKETS];
  struct mwl_wiki *wikis[MWL_POOL_BUCKETS];
  struct mwl_wiki *left;    /* which the last session left; NULL: none. It may be in use again */
  struct mwl_host *waiting; /* hosts with a queue; the first is the next to be served */
  struct mwl_host *waiting_last;
  struct mwl_exchange *in_flight;
  struct mwl_exchange *finished; /* done, and not yet told to the task that waits */
  int over;                      /* exchanges that wait for the next request */
};

/* 0: no memory. What it got goes back by mwl_pool_end in either case. */
int mwl_pool_begin(struct mwl_pool *pool, int per_host, int in_all, long max_connections);
/* Ends what is in flight, then frees all; twice is fine. */
void mwl_pool_end(struct mwl_pool *pool);

/* A buffer of MWL_BYTES_FIRST bytes, for a reply; NULL: no memory. */
char *mwl_pool_take_buffer(struct mwl_pool *pool);
/* Takes one back that was wiped. Survives a closed pool. */
void mwl_pool_keep_buffer(struct mwl_pool *pool, char *buffer);

/* Sends an exchange now, or as soon as its host and the pool have room. 0: no memory. */
int mwl_pool_start(struct mwl_pool *pool, struct mwl_exchange *exchange);
/* Takes an exchange out of flight, queue and list; twice is fine. */
void mwl_pool_drop(struct mwl_pool *pool, struct mwl_exchange *exchange);

/* Ends what a session has in flight or in its queue. */
void mwl_pool_cancel(struct mwl_pool *pool, const struct mwl_session *session);

/* Moves everything in flight on, waiting at most `milliseconds` for something to happen. */
void mwl_pool_step(struct mwl_pool *pool, int milliseconds);

/* Seconds until libcurl wants to be called in any case; below 0: never. */
double mwl_pool_timeout(const struct mwl_pool *pool);

/* Somebody sleeps until then in a foreign loop: the timeout is no later. */
void mwl_pool_wake_at(struct mwl_pool *pool, double moment);

/* Drives the pool until the exchange is done, or the process is told to stop by Ctrl-C (0). */
int mwl_pool_drive(struct mwl_pool *pool, struct mwl_exchange *exchange);

#endif
