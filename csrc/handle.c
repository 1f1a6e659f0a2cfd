#include "handle.h"

#include <string.h>

#include "curl_memory.h"
#include "exchange.h"
#include "pool.h"
#include "request.h"
#include "session.h"

#define HEADER_MAX (256 * 1024)
#define LARGE_BODY 1024

/* What is received at once, and wiped afterwards; libcurl takes a byte more. */
#define BUFFER (16 * 1024 - 1)
#define LOGIN_BUFFER (4 * 1024 - 1) /* replies of a login in one go are short */

static int set_password(CURL *easy, const struct mwl_session *session) {
  const struct mwl_secret *password = session->auth_password;
  size_t length = password != NULL ? password->length : 0;
  char *text = mwl_arena_alloc(length + 1);
  int ok;
  if (text == NULL) return 0;
  if (length > 0) memcpy(text, password->bytes, length);
  text[length] = '\0';
  ok = curl_easy_setopt(easy, CURLOPT_USERNAME, session->auth_username) == CURLE_OK &&
       curl_easy_setopt(easy, CURLOPT_PASSWORD, text) == CURLE_OK &&
       curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC | CURLAUTH_DIGEST) == CURLE_OK;
  mwl_arena_free(text, length + 1);
  return ok;
}

static int set_method(struct mwl_exchange *exchange) {
  CURL *easy = exchange->easy;
  int ok = 1;
  if (strcmp(exchange->method, "HEAD") == 0) {
    return curl_easy_setopt(easy, CURLOPT_NOBODY, 1L) == CURLE_OK;
  }
  if (!mwl_method_has_body(exchange->method))
    return curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L) == CURLE_OK;
  if (exchange->mime != NULL) {
    ok = curl_easy_setopt(easy, CURLOPT_MIMEPOST, exchange->mime) == CURLE_OK;
  } else {
    ok = curl_easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_POSTFIELDS, exchange->body) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)exchange->body_length) ==
             CURLE_OK;
  }
  if (strcmp(exchange->method, "POST") != 0) {
    ok = ok && curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, exchange->method) == CURLE_OK;
  }
  return ok;
}

static long milliseconds(double seconds) {
  double value = seconds * 1000;
  if (value < 1) return 1;
  return value > 2e9 ? 2000000000L : (long)value;
}

/* == callbacks ============================================================= */

static size_t receive_body(char *bytes, size_t size, size_t count, void *data) {
  struct mwl_exchange *exchange = data;
  if (mwl_bytes_add(exchange->pool, &exchange->reply, bytes, size * count, exchange->reply_max))
    return count;
  exchange->too_large = size * count > exchange->reply_max - exchange->reply.length;
  exchange->no_memory = !exchange->too_large;
  return 0;
}

static size_t receive_header(char *bytes, size_t size, size_t count, void *data) {
  struct mwl_exchange *exchange = data;
  size_t length = size * count;
  exchange->is_answered = 1;
  /* a status line begins the header of a new response: what an earlier one (100, 401) said goes */
  if (length > 5 && memcmp(bytes, "HTTP/", 5) == 0) {
    mwl_bytes_clear(&exchange->header);
    exchange->header_ended = 0;
  }
  if (length <= 2 && bytes[length - 1] == '\n') exchange->header_ended = 1;
  if (mwl_bytes_add(exchange->pool, &exchange->header, bytes, length, HEADER_MAX)) return count;
  exchange->no_memory = length <= HEADER_MAX - exchange->header.length;
  return 0;
}

/* Of HTTP/2 a server may refuse a request unread, which libcurl then repeats, silently; what else makes
   it repeat (a connection that was reset, memory) it has told before, or was refused. */
static int is_refused_unread(const struct mwl_exchange *exchange) {
  return exchange->host->multiplexes && !exchange->foreign && exchange->trouble[0] == '\0' &&
         mwl_curl_refusals() == exchange->refusals;
}

/* libcurl sends a request again by itself where a kept connection ended without an answer; one with
   a body may have been executed by then, and the nonce of a signed one used up. What it sends again
   because of an answer (401, 417) goes on. */
static int before_sending(void *data, char *address, char *own, int port, int own_port) {
  struct mwl_exchange *exchange = data;
  int again = exchange->attempted && !exchange->is_answered;
  (void)address, (void)own, (void)port, (void)own_port;
  exchange->is_resent = exchange->is_resent || again;
  exchange->cut = again && !is_refused_unread(exchange) &&
                  (mwl_method_has_body(exchange->method) || exchange->is_signed);
  exchange->attempted = 1;
  exchange->is_answered = 0;
  return exchange->cut ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

/* What is the session's own: left as it is where the handle served the same session last. */
static int set_session_options(struct mwl_exchange *exchange) {
  const struct mwl_session *session = exchange->session;
  CURL *easy = exchange->easy;
  int ok = 1;
  if (exchange->pool->last_easy == easy && exchange->pool->last_session == session->number &&
      !exchange->foreign) {
    return 1;
  }
#define SET(option, value) ok = ok && curl_easy_setopt(easy, option, value) == CURLE_OK
  SET(CURLOPT_USERAGENT, session->user_agent);
  SET(CURLOPT_PROXY, session->proxy);
  /* spares libcurl looks at the environment, where no proxy is named */
  SET(CURLOPT_NOPROXY, session->proxy == NULL && !exchange->pool->has_proxy ? "*" : NULL);
  /* NULL would take libcurl's own file away as well */
  SET(CURLOPT_CAINFO, session->ca_file != NULL ? session->ca_file : exchange->pool->default_ca);
  SET(CURLOPT_CAPATH, session->ca_file != NULL ? NULL : exchange->pool->default_ca_folder);
  SET(CURLOPT_SSLCERT, exchange->foreign ? NULL : session->client_cert);
  SET(CURLOPT_SSLKEY, exchange->foreign ? NULL : session->client_key);
#undef SET
  exchange->pool->last_easy = easy;
  exchange->pool->last_session = ok && !exchange->foreign ? session->number : 0;
  return ok;
}

/* Of a size for which libcurl might ask the server first (`Expect: 100-continue`). */
static int is_large(const struct mwl_exchange *exchange) {
  return exchange->mime != NULL || exchange->body_length > LARGE_BODY;
}

static int set_callbacks(CURL *easy) {
  return curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive_body) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, receive_header) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_sending) == CURLE_OK;
}

/* What is the same for all requests of an exchange. */
static int set_exchange_options(struct mwl_exchange *exchange) {
  CURL *easy = exchange->easy;
  if (exchange->is_set) return 1;
  /* refused while the handle has one of another size from a shared connection: that serves, too */
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE,
                   exchange->follow != NULL ? (long)LOGIN_BUFFER : (long)BUFFER);
  exchange->is_set = curl_easy_setopt(easy, CURLOPT_PRIVATE, exchange) == CURLE_OK &&
                     curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange) == CURLE_OK &&
                     curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange) == CURLE_OK &&
                     curl_easy_setopt(easy, CURLOPT_PREREQDATA, exchange) == CURLE_OK &&
                     curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->trouble) == CURLE_OK &&
                     set_session_options(exchange);
  return exchange->is_set;
}

static int wants_password(const struct mwl_exchange *exchange) {
  return exchange->session->auth_username != NULL && !exchange->foreign &&
         !exchange->has_authorization;
}

static CURLSH *share_of(const struct mwl_exchange *exchange) {
  return exchange->foreign || exchange->no_cookies ? NULL : exchange->session->share;
}

/* Every option that a request can change is set each time; the handle keeps the rest. */
static int set_options(struct mwl_exchange *exchange) {
  struct mwl_session *session = exchange->session;
  CURL *easy = exchange->easy;
  double timeout = exchange->timeout > 0 ? exchange->timeout : session->timeout;
  double connect = session->connect_timeout < timeout ? session->connect_timeout : timeout;
  struct curl_slist *headers = exchange->headers;
  int ok = set_exchange_options(exchange);
  if (headers == NULL && is_large(exchange)) headers = exchange->pool->plain_headers;
#define SET(option, value) ok = ok && curl_easy_setopt(easy, option, value) == CURLE_OK
  SET(CURLOPT_URL, exchange->url);
  SET(CURLOPT_SHARE, share_of(exchange));
  SET(CURLOPT_TIMEOUT_MS, milliseconds(timeout));
  SET(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(connect));
  SET(CURLOPT_HTTPHEADER, headers);
#undef SET
  session->is_used = 1;
  if (ok && wants_password(exchange)) ok = set_password(easy, session);
  return ok && set_method(exchange);
}

int mwl_handle_prepare(struct mwl_exchange *exchange) {
  exchange->refusals = mwl_curl_refusals();
  if (exchange->easy == NULL) exchange->easy = mwl_handle_borrow(exchange->pool, exchange->session);
  return exchange->easy != NULL && set_options(exchange);
}

void mwl_handle_clear(struct mwl_exchange *exchange) {
  CURL *easy = exchange->easy;
  curl_easy_setopt(easy, CURLOPT_SHARE, NULL);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, NULL);
  if (strcmp(exchange->method, "GET") != 0) {
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, NULL);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)-1);
    curl_easy_setopt(easy, CURLOPT_MIMEPOST, NULL);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, NULL);
  }
  if (wants_password(exchange)) {
    curl_easy_setopt(easy, CURLOPT_USERNAME, NULL);
    curl_easy_setopt(easy, CURLOPT_PASSWORD, NULL);
  }
  /* the engine is on, and a handle without a share keeps cookies of its own: none may stay */
  if (share_of(exchange) == NULL) curl_easy_setopt(easy, CURLOPT_COOKIELIST, "ALL");
}

/* == kept handles ================================================================================ */

/* Whoever gives up would wait for the thread that asks for the host's address, and all others with it.
   Before 7.87 libcurl knows no other way. */
static void set_quick_exit(CURL *easy) {
#if LIBCURL_VERSION_NUM >= 0x075700
  (void)curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#else
  (void)easy;
#endif
}

static CURL *new_handle(struct mwl_pool *pool) {
  CURL *easy = curl_easy_init();
  if (easy == NULL) return NULL;
  /* once for a handle: libcurl 7.88 leaks the list when it is set again */
  if (curl_easy_setopt(easy, CURLOPT_COOKIEFILE, "") != CURLE_OK ||
      curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) != CURLE_OK ||
      curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "") != CURLE_OK ||
      curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) != CURLE_OK ||
      curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L) != CURLE_OK ||
      curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") != CURLE_OK ||
      !mwl_watch_set_callbacks(&pool->watch, easy) || !set_callbacks(easy)) {
    curl_easy_cleanup(easy);
    return NULL;
  }
  set_quick_exit(easy);
  return easy;
}

static long owner_of(const struct mwl_session *session) {
  return session != NULL && session->auth_username != NULL ? session->number : 0;
}

static CURL *take_idle(struct mwl_pool *pool, int index) {
  CURL *easy = pool->idle[index].easy;
  pool->idle[index] = pool->idle[--pool->idle_count];
  return easy;
}

CURL *mwl_handle_borrow(struct mwl_pool *pool, const struct mwl_session *session) {
  long owner = owner_of(session);
  for (int i = pool->idle_count - 1; i >= 0; i--) {
    if (pool->idle[i].owner == owner) return take_idle(pool, i);
  }
  return new_handle(pool);
}

static void free_handle(struct mwl_pool *pool, CURL *easy) {
  if (pool->last_easy == easy) pool->last_easy = NULL;
  curl_easy_cleanup(easy);
}

void mwl_handle_give_back(struct mwl_pool *pool, CURL *easy, const struct mwl_session *session) {
  long owner = owner_of(session);
  int is_wanted = pool->multi != NULL && (owner == 0 || session->is_open);
  curl_easy_setopt(easy, CURLOPT_SHARE, NULL);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, NULL);
  if (is_wanted && pool->idle_count < MWL_POOL_IDLE_MAX) {
    pool->idle[pool->idle_count++] = (struct mwl_idle){easy, owner};
  } else {
    free_handle(pool, easy);
  }
}

void mwl_handle_give_up(struct mwl_pool *pool, CURL *easy) {
  curl_easy_setopt(easy, CURLOPT_SHARE, NULL);
  free_handle(pool, easy);
}

void mwl_handle_forget(struct mwl_pool *pool, const struct mwl_session *session) {
  if (owner_of(session) == 0) return;
  for (int i = pool->idle_count - 1; i >= 0; i--) {
    if (pool->idle[i].owner == session->number) free_handle(pool, take_idle(pool, i));
  }
}
