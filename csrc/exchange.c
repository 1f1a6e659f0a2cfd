#include "exchange.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core.h"
#include "curl_memory.h"
#include "descriptors.h"
#include "failure.h"
#include "handle.h"
#include "observe.h"
#include "pool.h"
#include "pool_lua.h"
#include "request.h"
#include "session.h"
#include "transport.h"
#include "trouble.h"

#define EXCHANGE_CLASS "mwlogin.exchange"
#define DESCRIPTORS_WANTED 4 /* for a name, a file of certificates */

/* == buffers ===================================================================================== */

static void free_room(struct mwl_pool *pool, const struct mwl_bytes *buffer) {
  if (buffer->bytes == NULL) return;
  explicit_bzero(buffer->bytes, buffer->length);
  if (buffer->room == MWL_BYTES_FIRST) {
    mwl_pool_keep_buffer(pool, buffer->bytes);
  } else {
    free(buffer->bytes);
  }
}

/* 0: no memory. */
static int make_room(struct mwl_pool *pool, struct mwl_bytes *buffer, size_t size) {
  size_t room = MWL_BYTES_FIRST;
  char *grown;
  while (room < size) room *= 2;
  grown = room == MWL_BYTES_FIRST ? mwl_pool_take_buffer(pool) : malloc(room);
  if (grown == NULL) return 0;
  if (buffer->length > 0) memcpy(grown, buffer->bytes, buffer->length);
  free_room(pool, buffer);
  buffer->bytes = grown;
  buffer->room = room;
  return 1;
}

int mwl_bytes_add(struct mwl_pool *pool, struct mwl_bytes *buffer, const char *bytes, size_t length,
                  size_t max) {
  if (length > max - buffer->length) return 0;
  if (length > buffer->room - buffer->length && !make_room(pool, buffer, buffer->length + length)) {
    return 0;
  }
  if (length > 0) memcpy(buffer->bytes + buffer->length, bytes, length);
  buffer->length += length;
  return 1;
}

void mwl_bytes_clear(struct mwl_bytes *buffer) {
  if (buffer->length > 0) explicit_bzero(buffer->bytes, buffer->length);
  buffer->length = 0;
}

static void free_bytes(struct mwl_pool *pool, struct mwl_bytes *buffer) {
  free_room(pool, buffer);
  memset(buffer, 0, sizeof *buffer);
}

/* libcurl tells of no descriptors as of a host that does not accept, a file that cannot be read, a name
   that nobody knows. */
static int lacks_descriptors(const struct mwl_exchange *exchange, CURLcode result) {
  long error = 0;
  switch (result) {
    case CURLE_COULDNT_CONNECT:
      curl_easy_getinfo(exchange->easy, CURLINFO_OS_ERRNO, &error);
      return error == 0 && exchange->pool->watch.lacks_descriptors;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
      return mwl_descriptors_lack(DESCRIPTORS_WANTED);
    default:
      return 0;
  }
}

void mwl_exchange_finish(struct mwl_exchange *exchange, CURLcode result) {
  /* what libcurl had no memory for may be missing from what it calls a success */
  if (exchange->easy != NULL &&
      (exchange->no_memory || mwl_curl_refusals() != exchange->refusals)) {
    result = CURLE_OUT_OF_MEMORY;
    exchange->trouble[0] = '\0';
  }
  /* libcurl takes a header that is cut off for one that has ended */
  if (exchange->easy != NULL && result == CURLE_OK && !exchange->header_ended) {
    result = CURLE_GOT_NOTHING;
  }
  exchange->result = result;
  exchange->done = 1;
  if (exchange->easy == NULL) return;
  exchange->no_descriptor = lacks_descriptors(exchange, result);
  curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &exchange->status);
  if (result == CURLE_OK && !exchange->foreign) { /* the host is the wiki's */
    long version = 0;
    curl_easy_getinfo(exchange->easy, CURLINFO_HTTP_VERSION, &version);
    exchange->host->multiplexes = version >= CURL_HTTP_VERSION_2_0;
  }
}

/* == life ======================================================================================== */

static void free_headers(struct curl_slist *headers) {
  for (struct curl_slist *one = headers; one != NULL; one = one->next) {
    explicit_bzero(one->data, strlen(one->data));
  }
  curl_slist_free_all(headers);
}

/* All but the handle, which keeps nothing of the request. */
static void clear_request(struct mwl_exchange *exchange) {
  if (exchange->easy != NULL) mwl_handle_clear(exchange);
  curl_mime_free(exchange->mime);
  exchange->mime = NULL;
  free_headers(exchange->headers);
  exchange->headers = NULL;
  mwl_arena_free(exchange->url, exchange->url_size);
  exchange->url = NULL;
  mwl_arena_free(exchange->body, exchange->body_size);
  exchange->body = NULL;
  free_bytes(exchange->pool, &exchange->reply);
  free_bytes(exchange->pool, &exchange->header);
}

/* libcurl 7.88 counts how often a handle has sent something again, never forgets it, and gives up the
   sixth time: whatever may have been counted ends with the exchange. */
static int has_counted(const struct mwl_exchange *exchange) {
  return exchange->is_resent || (exchange->attempted && exchange->result != CURLE_OK);
}

static void clear(struct mwl_exchange *exchange) {
  mwl_pool_drop(exchange->pool, exchange);
  clear_request(exchange);
  if (exchange->easy != NULL && has_counted(exchange)) {
    mwl_handle_give_up(exchange->pool, exchange->easy);
  } else if (exchange->easy != NULL) {
    mwl_handle_give_back(exchange->pool, exchange->easy, exchange->session);
  }
  exchange->easy = NULL;
  mwl_arena_free(exchange->plan, exchange->plan_size);
  exchange->plan = NULL;
}

void mwl_exchange_renew(struct mwl_exchange *exchange) {
  clear_request(exchange);
  exchange->body_length = 0;
  exchange->too_large = 0;
  exchange->no_memory = 0;
  exchange->attempted = 0;
  exchange->header_ended = 0;
  exchange->cut = 0;
  exchange->status = 0;
  exchange->trouble[0] = '\0';
}

static int exchange_gc(lua_State *L) {
  struct mwl_exchange *exchange = mwl_self(L, EXCHANGE_CLASS);
  if (exchange->session != NULL) clear(exchange);
  return 0;
}

/* Pushes one without a session: one that is over, or a new one. */
static struct mwl_exchange *push_blank(lua_State *L, struct mwl_session *session) {
  struct mwl_exchange *exchange;
  if (!session->has_observer && mwl_pool_push_over(L, session->pool)) return lua_touserdata(L, -1);
  exchange = lua_newuserdatauv(L, sizeof *exchange, session->has_observer ? 2 : 1);
  exchange->session = NULL;
  luaL_setmetatable(L, EXCHANGE_CLASS);
  return exchange;
}

/* The exchange at `index` was answered; what an observer saw of it is its own. */
static void keep_over(lua_State *L, struct mwl_exchange *exchange, int index) {
  struct mwl_pool *pool = exchange->pool;
  if (exchange->session->has_observer || pool->multi == NULL) return;
  exchange->session = NULL;
  lua_pushnil(L);
  lua_setiuservalue(L, index, 1);
  mwl_pool_keep_over(L, pool, index);
}

static struct mwl_exchange *push_exchange(lua_State *L, struct mwl_session *session,
                                          const struct mwl_request *request) {
  struct mwl_exchange *exchange = push_blank(L, session);
  memset(exchange, 0, sizeof *exchange);
  exchange->pool = session->pool;
  exchange->session = session;
  exchange->host = session->wiki->host;
  exchange->reply_max = request->reply_max > 0 ? request->reply_max : session->max_response;
  exchange->answer = request->answer;
  exchange->module = request->module;
  exchange->key = request->key;
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, 1);
  return exchange;
}

/* == the end ===================================================================================== */

/* Whether an address is another one with a query of its own, or none. */
static int is_at(const char *address, const char *url) {
  size_t length = strlen(address);
  return strncmp(address, url, length) == 0 && strchr("?#", url[length]) != NULL;
}

static void note_last(struct mwl_session *session, const struct mwl_exchange *exchange) {
  struct mwl_last *last = &session->last;
  const struct mwl_wiki *wiki = session->wiki;
  curl_off_t sent = 0;
  curl_off_t received = 0;
  free(last->url);
  last->url = NULL;
  /* there was no memory for the address of a request that was to follow */
  if (exchange->url != NULL && (wiki == NULL || !is_at(wiki->api, exchange->url))) {
    last->url = strndup(exchange->url, strcspn(exchange->url, "?#"));
  }
  last->method = exchange->method;
  last->status = exchange->status;
  last->seconds = 0;
  last->sent = (double)exchange->body_length;
  last->received = (double)exchange->reply.length;
  if (exchange->easy == NULL) return;
  curl_easy_getinfo(exchange->easy, CURLINFO_TOTAL_TIME, &last->seconds);
  curl_easy_getinfo(exchange->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
  curl_easy_getinfo(exchange->easy, CURLINFO_SIZE_DOWNLOAD_T, &received);
  last->sent = (double)sent;
  last->received = (double)received;
}

/* The exchange is done, and its userdata is on top. */
static int answer(lua_State *L, struct mwl_exchange *exchange) {
  int index = lua_gettop(L);
  int results;
  note_last(exchange->session, exchange);
  if (exchange->result != CURLE_OK) {
    luaL_pushfail(L);
    mwl_trouble_push(L, exchange, exchange->session);
    if (exchange->session->has_observer) mwl_observe_end(L, exchange, index, index + 2);
    /* a login in one go tells besides how far it came */
    results = exchange->follow != NULL ? exchange->answer(L, exchange) : 2;
  } else {
    if (exchange->session->has_observer) mwl_observe_end(L, exchange, index, 0);
    results = exchange->answer(L, exchange);
  }
  clear(exchange);
  keep_over(L, exchange, index);
  return results;
}

/* == waiting ===================================================================================== */

/* In a task: yields the exchange, which the scheduler resumes the task with when it is done. */
static int resume(lua_State *L, int status, lua_KContext context) {
  int index = (int)context;
  struct mwl_exchange *exchange = lua_touserdata(L, index);
  (void)status;
  lua_settop(L, index);
  if (exchange->done) return answer(L, exchange);
  lua_pushvalue(L, index);
  return lua_yieldk(L, 1, context, resume);
}

/* A foreign loop's function raised, and nobody waits any more: nothing is left under way for whoever
   uses the session next. The error is on top. */
static int give_up(lua_State *L, struct mwl_exchange *exchange) {
  clear(exchange);
  return lua_error(L);
}

/* In a foreign loop: its own function suspends, then the pool moves on. */
static int wait_outside(lua_State *L, int status, lua_KContext context) {
  int index = (int)context;
  struct mwl_exchange *exchange = lua_touserdata(L, index);
  if (status != LUA_OK && status != LUA_YIELD) return give_up(L, exchange);
  lua_settop(L, index);
  if (status == LUA_YIELD && exchange->pool->multi != NULL) mwl_pool_step(exchange->pool, 0);
  while (!exchange->done) {
    if (!mwl_pool_push_wait(L, exchange)) break;
    if (lua_pcallk(L, 1, 0, 0, context, wait_outside) != LUA_OK) return give_up(L, exchange);
    if (exchange->pool->multi != NULL) mwl_pool_step(exchange->pool, 0);
  }
  return answer(L, exchange);
}

/* The exchange, which is on top, is in flight or in its queue. */
static int wait_for(lua_State *L, struct mwl_exchange *exchange) {
  int index = lua_gettop(L);
  if (mwl_pool_is_task(L, exchange)) {
    exchange->is_awaited = 1;
    mwl_pool_await(L, exchange);
    return resume(L, LUA_OK, index);
  }
  if (exchange->pool->has_wait) return wait_outside(L, LUA_OK, index);
  if (mwl_pool_drive(exchange->pool, exchange)) return answer(L, exchange);
  clear(exchange);
  return mwl_failure(L, "cancelled", "interrupted", "The exchange was interrupted.");
}

/* What there is of the request is wiped at once. */
static int no_memory(lua_State *L, struct mwl_exchange *exchange) {
  clear(exchange);
  return mwl_failure(L, "network", "memory", "There was not enough memory to send a request.");
}

/* 0: no memory. Where each exchange is to be told of, or made by somebody else, Lua goes on. */
static int plan(lua_State *L, struct mwl_exchange *exchange, const struct mwl_request *request) {
  if (request->plan == NULL) return 1;
  if (!exchange->session->has_observer && !exchange->session->has_transport) {
    exchange->follow = request->follow;
  }
  return request->plan(L, exchange);
}

int mwl_exchange_run(lua_State *L, const struct mwl_request *request) {
  struct mwl_session *session = mwl_session_check(L);
  struct mwl_exchange *exchange;
  luaL_checkstack(L, 16, "too much on the stack for a request");
  if (session->pool->multi == NULL) mwl_raise(L, "the pool of this session is closed");
  if (!mwl_request_check(L, session, request)) return 2;
  exchange = push_exchange(L, session, request);
  if (!mwl_request_build(L, exchange, request) || !plan(L, exchange, request)) {
    return no_memory(L, exchange);
  }
  if (session->has_observer) mwl_observe_request(L, session, exchange, request);
  if (session->has_transport) {
    int index = lua_gettop(L);
    if (mwl_transport_run(L, session, exchange, request)) return answer(L, exchange);
    note_last(session, exchange);
    if (session->has_observer) mwl_observe_end(L, exchange, index, lua_gettop(L));
    clear(exchange);
    return 2;
  }
  if (!mwl_pool_start(exchange->pool, exchange)) return no_memory(L, exchange);
  return wait_for(L, exchange);
}

const char *mwl_exchange_header(const struct mwl_exchange *exchange, const char *name,
                                size_t *length) {
  const char *at = exchange->header.bytes;
  const char *end = at != NULL ? at + exchange->header.length : at;
  size_t name_length = strlen(name);
  while (at < end) {
    const char *line_end = memchr(at, '\n', (size_t)(end - at));
    size_t line = line_end != NULL ? (size_t)(line_end - at) : (size_t)(end - at);
    if (line > name_length && at[name_length] == ':' && strncasecmp(at, name, name_length) == 0) {
      const char *value = at + name_length + 1;
      size_t left = line - name_length - 1;
      while (left > 0 && (*value == ' ' || *value == '\t')) {
        value++;
        left--;
      }
      while (left > 0 && (value[left - 1] == '\r' || value[left - 1] == ' ')) left--;
      *length = left;
      return value;
    }
    at += line + 1;
  }
  return NULL;
}

void mwl_register_exchange(lua_State *L) {
  static const luaL_Reg metamethods[] = {{"__gc", exchange_gc}, {NULL, NULL}};
  mwl_class(L, EXCHANGE_CLASS, NULL, metamethods);
}
