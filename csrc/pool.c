#include "pool.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "core.h"
#include "exchange.h"
#include "failure.h"

#define LONGEST_WAIT 1000 /* milliseconds between two looks at the interrupt flag */

static volatile sig_atomic_t interrupted;
static void (*host_handler)(int);

/* The host's own handler still runs: this one only ends our wait for it. */
static void note_interrupt(int number) {
  interrupted = 1;
  if (host_handler != NULL) host_handler(number);
}

/* 1 when the host handles Ctrl-C, which then ends our waits; SIG_DFL and SIG_IGN are left alone. */
static int watch_interrupt(struct sigaction *before) {
  struct sigaction ours;
  if (sigaction(SIGINT, NULL, before) != 0) return 0;
  if ((before->sa_flags & SA_SIGINFO) != 0 || before->sa_handler == SIG_DFL ||
      before->sa_handler == SIG_IGN || before->sa_handler == note_interrupt) {
    return 0;
  }
  memset(&ours, 0, sizeof ours);
  ours.sa_handler = note_interrupt;
  sigemptyset(&ours.sa_mask);
  host_handler = before->sa_handler;
  interrupted = 0;
  return sigaction(SIGINT, &ours, NULL) == 0;
}

static void unwatch_interrupt(const struct sigaction *before) {
  struct sigaction now;
  /* the host's handler may have put another in its place (lua.c: SIG_DFL), which then stays */
  if (sigaction(SIGINT, NULL, &now) == 0 && now.sa_handler == note_interrupt) {
    sigaction(SIGINT, before, NULL);
  }
}

struct mwl_pool *mwl_pool_check(lua_State *L, int index) {
  struct mwl_pool *pool = luaL_checkudata(L, index, MWL_POOL_CLASS);
  luaL_argcheck(L, pool->multi != NULL, index, "this pool is closed");
  return pool;
}

static CURL *new_handle(void) {
  CURL *easy = curl_easy_init();
  if (easy == NULL) return NULL;
  /* once for a handle: libcurl 7.88 leaks the list when it is set again */
  if (curl_easy_setopt(easy, CURLOPT_COOKIEFILE, "") != CURLE_OK ||
      curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) != CURLE_OK ||
      curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "") != CURLE_OK ||
      curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) != CURLE_OK ||
      curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") != CURLE_OK) {
    curl_easy_cleanup(easy);
    return NULL;
  }
  return easy;
}

CURL *mwl_pool_borrow(struct mwl_pool *pool) {
  if (pool->idle_count > 0) return pool->idle[--pool->idle_count];
  return new_handle();
}

void mwl_pool_give_back(struct mwl_pool *pool, CURL *easy) {
  curl_easy_setopt(easy, CURLOPT_SHARE, NULL);
  curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, NULL);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)-1);
  curl_easy_setopt(easy, CURLOPT_MIMEPOST, NULL);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, NULL);
  curl_easy_setopt(easy, CURLOPT_USERNAME, NULL);
  curl_easy_setopt(easy, CURLOPT_PASSWORD, NULL);
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, NULL);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, NULL);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, NULL);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, NULL);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, NULL);
  /* the engine is on, and a handle without a share keeps cookies of its own: none may stay */
  curl_easy_setopt(easy, CURLOPT_COOKIELIST, "ALL");
  if (pool->multi != NULL && pool->idle_count < MWL_POOL_IDLE_MAX) {
    pool->idle[pool->idle_count++] = easy;
  } else {
    curl_easy_cleanup(easy);
  }
}

CURLMcode mwl_pool_start(struct mwl_pool *pool, struct mwl_exchange *exchange) {
  CURLMcode code = curl_multi_add_handle(pool->multi, exchange->easy);
  if (code != CURLM_OK) return code;
  exchange->in_flight = 1;
  exchange->previous = NULL;
  exchange->next = pool->in_flight;
  if (pool->in_flight != NULL) pool->in_flight->previous = exchange;
  pool->in_flight = exchange;
  return CURLM_OK;
}

void mwl_pool_drop(struct mwl_pool *pool, struct mwl_exchange *exchange) {
  if (!exchange->in_flight) return;
  exchange->in_flight = 0;
  if (exchange->previous != NULL) {
    exchange->previous->next = exchange->next;
  } else {
    pool->in_flight = exchange->next;
  }
  if (exchange->next != NULL) exchange->next->previous = exchange->previous;
  if (pool->multi != NULL) curl_multi_remove_handle(pool->multi, exchange->easy);
}

static void collect_finished(struct mwl_pool *pool) {
  CURLMsg *message;
  int left;
  for (message = curl_multi_info_read(pool->multi, &left); message != NULL;
       message = curl_multi_info_read(pool->multi, &left)) {
    char *private = NULL;
    struct mwl_exchange *exchange;
    CURLcode result = message->data.result;
    if (message->msg != CURLMSG_DONE) continue;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
    exchange = (struct mwl_exchange *)(void *)private;
    mwl_exchange_finish(exchange, result);
    mwl_pool_drop(pool, exchange);
  }
}

CURLMcode mwl_pool_step(struct mwl_pool *pool, int milliseconds) {
  int running = 0;
  CURLMcode code = curl_multi_perform(pool->multi, &running);
  collect_finished(pool);
  if (code == CURLM_OK && running > 0 && milliseconds > 0) {
    code = curl_multi_poll(pool->multi, NULL, 0, milliseconds, NULL);
  }
  return code;
}

int mwl_pool_drive(struct mwl_pool *pool, struct mwl_exchange *exchange) {
  struct sigaction before;
  int watching = watch_interrupt(&before);
  int stopped = 0;
  while (!exchange->done && !stopped) {
    CURLMcode code;
    int running = 0;
    code = curl_multi_perform(pool->multi, &running);
    collect_finished(pool);
    if (code == CURLM_OK && !exchange->done) {
      code = curl_multi_poll(pool->multi, NULL, 0, LONGEST_WAIT, NULL);
    }
    if (code != CURLM_OK) {
      mwl_exchange_finish(exchange, CURLE_OUT_OF_MEMORY);
      mwl_pool_drop(pool, exchange);
    }
    stopped = watching && interrupted;
  }
  if (watching) unwatch_interrupt(&before);
  if (!exchange->done) mwl_pool_drop(pool, exchange);
  return exchange->done;
}

/***
A pool: what all sessions of a program share (connections, name look-ups), and nothing else.
@function pool
@tparam[opt] table options none yet
@treturn pool
*/
static int pool_new(lua_State *L) {
  struct mwl_pool *pool;
  CURL *easy;
  char *default_ca = NULL;
  if (!lua_isnoneornil(L, 1)) luaL_checktype(L, 1, LUA_TTABLE);
  pool = lua_newuserdatauv(L, sizeof *pool, 0);
  memset(pool, 0, sizeof *pool);
  luaL_setmetatable(L, MWL_POOL_CLASS);
  /* no `Expect: 100-continue`: a server that does not know it costs a second for each upload */
  pool->plain_headers = curl_slist_append(NULL, "Expect:");
  if (pool->plain_headers == NULL) return luaL_error(L, "not enough memory for a pool");
  pool->multi = curl_multi_init();
  easy = pool->multi != NULL ? mwl_pool_borrow(pool) : NULL;
  if (easy == NULL) return luaL_error(L, "not enough memory for a pool");
  if (curl_easy_getinfo(easy, CURLINFO_CAINFO, &default_ca) == CURLE_OK) {
    pool->default_ca = default_ca;
  }
  mwl_pool_give_back(pool, easy);
  return 1;
}

/***
Ends what is in flight and closes the connections. Twice is fine.
@function pool:close
*/
static int pool_close(lua_State *L) {
  struct mwl_pool *pool = luaL_checkudata(L, 1, MWL_POOL_CLASS);
  while (pool->in_flight != NULL) {
    struct mwl_exchange *exchange = pool->in_flight;
    mwl_exchange_finish(exchange, CURLE_ABORTED_BY_CALLBACK);
    mwl_pool_drop(pool, exchange);
  }
  while (pool->idle_count > 0) curl_easy_cleanup(pool->idle[--pool->idle_count]);
  if (pool->multi != NULL) curl_multi_cleanup(pool->multi);
  pool->multi = NULL;
  curl_slist_free_all(pool->plain_headers);
  pool->plain_headers = NULL;
  return 0;
}

static double monotonic(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/***
A clock that only goes forward, for bounds.
@function now
@treturn number seconds since some fixed moment
*/
static int pool_now(lua_State *L) {
  lua_pushnumber(L, monotonic());
  return 1;
}

/***
Waits, while what is in flight goes on.
@function pool:sleep
@tparam number seconds
@treturn boolean true; nil, err (kind cancelled) when Ctrl-C ended it
*/
static int pool_sleep(lua_State *L) {
  struct mwl_pool *pool = mwl_pool_check(L, 1);
  double seconds = luaL_checknumber(L, 2);
  double end = monotonic() + seconds;
  struct sigaction before;
  int watching;
  int stopped = 0;
  luaL_argcheck(L, isfinite(seconds) && seconds >= 0, 2, "seconds must be a number from 0 up");
  watching = watch_interrupt(&before);
  for (double left = seconds; left > 0 && !stopped; left = end - monotonic()) {
    int running = 0;
    int milliseconds = left > 1 ? LONGEST_WAIT : (int)ceil(left * 1000);
    curl_multi_perform(pool->multi, &running);
    collect_finished(pool);
    curl_multi_poll(pool->multi, NULL, 0, milliseconds, NULL);
    stopped = watching && interrupted;
  }
  if (watching) unwatch_interrupt(&before);
  if (stopped) return mwl_failure(L, "cancelled", "interrupted", "The wait was interrupted.");
  lua_pushboolean(L, 1);
  return 1;
}

static int pool_tostring(lua_State *L) {
  struct mwl_pool *pool = luaL_checkudata(L, 1, MWL_POOL_CLASS);
  lua_pushstring(L, pool->multi != NULL ? "mwlogin pool" : "mwlogin pool (closed)");
  return 1;
}

void mwl_register_pool(lua_State *L) {
  static const luaL_Reg functions[] = {{"pool", pool_new}, {"now", pool_now}, {NULL, NULL}};
  static const luaL_Reg methods[] = {
      {"sleep", pool_sleep}, {"close", pool_close}, {"session", mwl_pool_session}, {NULL, NULL}};
  static const luaL_Reg metamethods[] = {
      {"__gc", pool_close}, {"__tostring", pool_tostring}, {NULL, NULL}};
  mwl_class(L, MWL_POOL_CLASS, methods, metamethods);
  luaL_setfuncs(L, functions, 0);
}
