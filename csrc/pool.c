#include "pool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "deadline.h"
#include "exchange.h"
#include "handle.h"
#include "interrupt.h"
#include "session.h"

#define EVENTS 64
#define LONGEST_WAIT 1000 /* milliseconds between two looks at the interrupt flag */

/* == what libcurl wants to know about ============================================================ */

static int watch_socket(CURL *easy, curl_socket_t socket, int what, void *data, void *known) {
  struct mwl_pool *pool = data;
  (void)easy, (void)known;
  return mwl_watch_change(&pool->watch, socket, what) ? 0 : -1;
}

static int set_timer(CURLM *multi, long milliseconds, void *data) {
  struct mwl_pool *pool = data;
  (void)multi;
  pool->timer = milliseconds < 0 ? -1 : mwl_monotonic() + (double)milliseconds / 1000;
  return 0;
}

/* == buffers ===================================================================================== */

char *mwl_pool_take_buffer(struct mwl_pool *pool) {
  if (pool->spare_count > 0) return pool->spare[--pool->spare_count];
  return malloc(MWL_BYTES_FIRST);
}

void mwl_pool_keep_buffer(struct mwl_pool *pool, char *buffer) {
  if (pool->multi != NULL && pool->spare_count < MWL_POOL_SPARE_MAX) {
    pool->spare[pool->spare_count++] = buffer;
  } else {
    free(buffer);
  }
}

/* == flight and queue ============================================================================ */

static int is_under_way(enum mwl_place place) {
  return place == MWL_IN_QUEUE || place == MWL_IN_FLIGHT;
}

static void move_to(struct mwl_exchange *exchange, enum mwl_place place) {
  exchange->session->under_way += is_under_way(place) - is_under_way(exchange->place);
  exchange->place = place;
}

static void fly(struct mwl_pool *pool, struct mwl_exchange *exchange) {
  move_to(exchange, MWL_IN_FLIGHT);
  exchange->previous = NULL;
  exchange->next = pool->in_flight;
  if (pool->in_flight != NULL) pool->in_flight->previous = exchange;
  pool->in_flight = exchange;
  exchange->host->active++;
  pool->active++;
}

static CURLM *new_multi(struct mwl_pool *pool) {
  CURLM *multi = curl_multi_init();
  if (multi == NULL) return NULL;
  if (curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch_socket) != CURLM_OK ||
      curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, pool) != CURLM_OK ||
      curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, set_timer) != CURLM_OK ||
      curl_multi_setopt(multi, CURLMOPT_TIMERDATA, pool) != CURLM_OK ||
      curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, pool->max_connections) != CURLM_OK) {
    curl_multi_cleanup(multi);
    return NULL;
  }
  return multi;
}

/* A multi handle that ran out of memory has lost its table of sockets for good (libcurl 7.88 divides
   by its size, which is 0 then). Nothing flies. */
static int replace_multi(struct mwl_pool *pool) {
  CURLM *fresh = new_multi(pool);
  if (fresh == NULL) return 0;
  curl_multi_cleanup(pool->multi);
  pool->multi = fresh;
  pool->timer = -1;
  pool->is_damaged = 0;
  return 1;
}

static int launch(struct mwl_pool *pool, struct mwl_exchange *exchange) {
  if (pool->is_damaged && !replace_multi(pool)) return 0;
  if (mwl_handle_prepare(exchange) &&
      curl_multi_add_handle(pool->multi, exchange->easy) == CURLM_OK) {
    fly(pool, exchange);
    return 1;
  }
  /* its session may close before the exchange is freed, and a share in use cannot be */
  if (exchange->easy != NULL) curl_easy_setopt(exchange->easy, CURLOPT_SHARE, NULL);
  return 0;
}

static void queue(struct mwl_pool *pool, struct mwl_exchange *exchange) {
  struct mwl_host *host = exchange->host;
  move_to(exchange, MWL_IN_QUEUE);
  exchange->next = NULL;
  exchange->previous = host->last;
  if (host->last != NULL) {
    host->last->next = exchange;
  } else {
    host->first = exchange;
  }
  host->last = exchange;
  if (host->is_waiting) return;
  host->is_waiting = 1;
  host->next_waiting = NULL;
  if (pool->waiting_last != NULL) {
    pool->waiting_last->next_waiting = host;
  } else {
    pool->waiting = host;
  }
  pool->waiting_last = host;
}

static void stop_waiting(struct mwl_pool *pool, struct mwl_host *host) {
  struct mwl_host **link = &pool->waiting;
  struct mwl_host *before = NULL;
  while (*link != host) {
    before = *link;
    link = &(*link)->next_waiting;
  }
  *link = host->next_waiting;
  if (pool->waiting_last == host) pool->waiting_last = before;
  host->is_waiting = 0;
  host->next_waiting = NULL;
}

static void unqueue(struct mwl_pool *pool, struct mwl_exchange *exchange) {
  struct mwl_host *host = exchange->host;
  if (exchange->previous != NULL) {
    exchange->previous->next = exchange->next;
  } else {
    host->first = exchange->next;
  }
  if (exchange->next != NULL) {
    exchange->next->previous = exchange->previous;
  } else {
    host->last = exchange->previous;
  }
  if (host->first == NULL) stop_waiting(pool, host);
}

/* Puts an exchange that is done where its task will be told of it. */
static void finish(struct mwl_pool *pool, struct mwl_exchange *exchange) {
  move_to(exchange, exchange->is_awaited ? MWL_FINISHED : MWL_NOWHERE);
  if (!exchange->is_awaited) return;
  exchange->previous = NULL;
  exchange->next = pool->finished;
  if (pool->finished != NULL) pool->finished->previous = exchange;
  pool->finished = exchange;
}

static struct mwl_host *next_with_room(struct mwl_pool *pool) {
  for (struct mwl_host *host = pool->waiting; host != NULL; host = host->next_waiting) {
    if (host->active < pool->per_host) return host;
  }
  return NULL;
}

/* Sends what waits, the hosts in turn, as far as there is room. */
static void admit(struct mwl_pool *pool) {
  while (pool->active < pool->in_all) {
    struct mwl_host *host = next_with_room(pool);
    struct mwl_exchange *exchange;
    if (host == NULL) return;
    exchange = host->first;
    unqueue(pool, exchange);
    if (host->is_waiting) { /* to the end, so that others have their turn */
      stop_waiting(pool, host);
      host->is_waiting = 1;
      if (pool->waiting_last != NULL) {
        pool->waiting_last->next_waiting = host;
      } else {
        pool->waiting = host;
      }
      pool->waiting_last = host;
    }
    move_to(exchange, MWL_NOWHERE);
    if (!launch(pool, exchange)) {
      mwl_exchange_finish(exchange, CURLE_OUT_OF_MEMORY);
      finish(pool, exchange);
    }
  }
}

int mwl_pool_start(struct mwl_pool *pool, struct mwl_exchange *exchange) {
  if (pool->active < pool->in_all && exchange->host->active < pool->per_host) {
    return launch(pool, exchange);
  }
  queue(pool, exchange);
  return 1;
}

/* Takes an exchange out of one of the pool's lists. */
static void unlink_exchange(struct mwl_exchange **first, struct mwl_exchange *exchange) {
  if (exchange->previous != NULL) {
    exchange->previous->next = exchange->next;
  } else {
    *first = exchange->next;
  }
  if (exchange->next != NULL) exchange->next->previous = exchange->previous;
}

static void land(struct mwl_pool *pool, struct mwl_exchange *exchange) {
  unlink_exchange(&pool->in_flight, exchange);
  exchange->host->active--;
  pool->active--;
  if (pool->multi != NULL) curl_multi_remove_handle(pool->multi, exchange->easy);
  /* a share in use cannot be freed: its session may close before the exchange is read */
  curl_easy_setopt(exchange->easy, CURLOPT_SHARE, NULL);
}

void mwl_pool_drop(struct mwl_pool *pool, struct mwl_exchange *exchange) {
  enum mwl_place place = exchange->place;
  move_to(exchange, MWL_NOWHERE);
  if (place == MWL_IN_QUEUE) {
    unqueue(pool, exchange);
  } else if (place == MWL_FINISHED) {
    unlink_exchange(&pool->finished, exchange);
  } else if (place == MWL_IN_FLIGHT) {
    land(pool, exchange);
    admit(pool);
  }
}

/* The first of a list that is the session's. */
static struct mwl_exchange *first_of(struct mwl_exchange *list, const struct mwl_session *session) {
  while (list != NULL && list->session != session) list = list->next;
  return list;
}

static void cancel(struct mwl_pool *pool, struct mwl_exchange *exchange) {
  mwl_exchange_finish(exchange, CURLE_ABORTED_BY_CALLBACK);
  mwl_pool_drop(pool, exchange);
  finish(pool, exchange);
}

void mwl_pool_cancel(struct mwl_pool *pool, const struct mwl_session *session) {
  while (session->under_way > 0) {
    struct mwl_exchange *exchange = first_of(session->wiki->host->first, session);
    cancel(pool, exchange != NULL ? exchange : first_of(pool->in_flight, session));
  }
}

static int names_proxy(void) {
  static const char *const names[] = {"http_proxy", "https_proxy", "HTTPS_PROXY",
                                      "all_proxy",  "ALL_PROXY",   NULL};
  for (int i = 0; names[i] != NULL; i++) {
    if (getenv(names[i]) != NULL) return 1;
  }
  return 0;
}

/* == life ======================================================================================== */

int mwl_pool_begin(struct mwl_pool *pool, int per_host, int in_all, long max_connections) {
  CURL *easy;
  char *default_ca = NULL;
  char *default_ca_folder = NULL;
  pool->timer = -1;
  pool->wake = -1;
  pool->has_proxy = names_proxy();
  pool->per_host = per_host;
  pool->in_all = in_all;
  /* no `Expect: 100-continue`: a server that does not know it costs a second for each upload */
  pool->plain_headers = curl_slist_append(NULL, "Expect:");
  pool->max_connections = max_connections;
  pool->multi = new_multi(pool);
  if (pool->plain_headers == NULL || pool->multi == NULL) return 0;
  if (!mwl_watch_begin(&pool->watch)) return 0;
  easy = mwl_handle_borrow(pool, NULL);
  if (easy == NULL) return 0;
  if (curl_easy_getinfo(easy, CURLINFO_CAINFO, &default_ca) == CURLE_OK) {
    pool->default_ca = default_ca;
  }
  if (curl_easy_getinfo(easy, CURLINFO_CAPATH, &default_ca_folder) == CURLE_OK) {
    pool->default_ca_folder = default_ca_folder;
  }
  mwl_handle_give_back(pool, easy, NULL);
  return 1;
}

void mwl_pool_end(struct mwl_pool *pool) {
  /* nothing that waits may be sent when room appears */
  pool->in_all = 0;
  while (pool->in_flight != NULL) cancel(pool, pool->in_flight);
  while (pool->waiting != NULL) cancel(pool, pool->waiting->first);
  while (pool->spare_count > 0) free(pool->spare[--pool->spare_count]);
  while (pool->idle_count > 0) curl_easy_cleanup(pool->idle[--pool->idle_count].easy);
  if (pool->multi != NULL) curl_multi_cleanup(pool->multi);
  pool->multi = NULL;
  mwl_watch_end(&pool->watch);
  curl_slist_free_all(pool->plain_headers);
  pool->plain_headers = NULL;
  mwl_wiki_forget_left(pool);
}

/* == moving on =================================================================================== */

/* Whether another request follows from the reply. */
static int follow(struct mwl_pool *pool, struct mwl_exchange *exchange) {
  int next = 0;
  if (exchange->result == CURLE_OK && exchange->follow != NULL) next = exchange->follow(exchange);
  if (next == 0) return 0;
  exchange->done = 0;
  if (next > 0 && mwl_pool_start(pool, exchange)) return 1;
  mwl_exchange_finish(exchange, CURLE_OUT_OF_MEMORY);
  return 0;
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
    land(pool, exchange);
    if (!follow(pool, exchange)) finish(pool, exchange);
  }
  admit(pool);
}

double mwl_pool_timeout(const struct mwl_pool *pool) {
  double at = pool->timer;
  double left;
  if (pool->finished != NULL) return 0;
  if (at < 0 || (pool->wake >= 0 && pool->wake < at)) at = pool->wake;
  if (at < 0) return -1;
  left = at - mwl_monotonic();
  return left > 0 ? left : 0;
}

void mwl_pool_wake_at(struct mwl_pool *pool, double moment) {
  if (pool->wake < 0 || moment < pool->wake) pool->wake = moment;
}

static int shorter(int milliseconds, double seconds) {
  double value = seconds * 1000;
  if (seconds < 0 || value > (double)milliseconds) return milliseconds;
  return (int)value + (value > (double)(int)value);
}

/* Where libcurl runs out of memory it forgets sockets and timers, and what flies would never land. */
static void act(struct mwl_pool *pool, curl_socket_t socket, int what) {
  int running = 0;
  struct mwl_exchange *exchange;
  if (pool->is_damaged) return;
  if (curl_multi_socket_action(pool->multi, socket, what, &running) == CURLM_OK) return;
  pool->is_damaged = 1;
  for (exchange = pool->in_flight; exchange != NULL; exchange = pool->in_flight) {
    mwl_exchange_finish(exchange, CURLE_OUT_OF_MEMORY);
    land(pool, exchange);
    finish(pool, exchange);
  }
}

void mwl_pool_step(struct mwl_pool *pool, int milliseconds) {
  struct epoll_event events[EVENTS];
  int count =
      mwl_watch_wait(&pool->watch, events, EVENTS, shorter(milliseconds, mwl_pool_timeout(pool)));
  for (int i = 0; i < count; i++) {
    int what = mwl_watch_read(&pool->watch, &events[i]);
    if (what != 0) act(pool, events[i].data.fd, what);
  }
  if (pool->timer >= 0 && pool->timer <= mwl_monotonic()) {
    pool->timer = -1;
    act(pool, CURL_SOCKET_TIMEOUT, 0);
  }
  if (pool->wake >= 0 && pool->wake <= mwl_monotonic())
    pool->wake = -1; /* who sleeps on, says so */
  collect_finished(pool);
}

int mwl_pool_drive(struct mwl_pool *pool, struct mwl_exchange *exchange) {
  struct mwl_interrupt interrupt;
  mwl_interrupt_watch(&interrupt);
  while (!exchange->done && !mwl_interrupt_came(&interrupt)) mwl_pool_step(pool, LONGEST_WAIT);
  if (!exchange->done) mwl_pool_drop(pool, exchange);
  return exchange->done;
}
