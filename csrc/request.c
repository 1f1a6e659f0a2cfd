#include "request.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core.h"
#include "curl_memory.h"
#include "exchange.h"
#include "failure.h"
#include "pool.h"
#include "secret_name.h"
#include "session.h"

#define HEADER_MAX (256 * 1024)
#define LARGE_BODY 1024

/* == what may not be sent =========================================================================== */

static int is_private(lua_State *L, const struct mwl_session *session, const char *url) {
  struct mwl_address address;
  enum mwl_address_fault fault;
  int answer;
  if (url == session->wiki->api) return mwl_address_is_private(&session->wiki->address);
  fault = mwl_address_parse(url, NULL, &address);
  answer = fault == MWL_ADDRESS_SOUND && mwl_address_is_private(&address);
  mwl_address_free(&address);
  if (fault == MWL_ADDRESS_NO_MEMORY) return luaL_error(L, "not enough memory for an address");
  return answer;
}

/* A plain string is a secret, too, where its name says so. */
static int has_secret(const struct mwl_request *request) {
  const struct mwl_parameters *parameters = request->parameters;
  if (request->content != NULL && strcmp(request->content_type, "application/json") == 0 &&
      mwl_secret_name_in_json(request->content, request->content_length)) {
    return 1;
  }
  if (parameters == NULL) return 0;
  if (parameters->has_secret) return 1;
  for (size_t i = 0; i < parameters->count; i++) {
    const struct mwl_field *field = &parameters->fields[i];
    if (field->value_length > 0 && mwl_secret_name(field->name, field->name_length)) return 1;
  }
  return 0;
}

/* Headers of the caller's own that carry a credential. */
static int has_credential(lua_State *L, int headers) {
  static const char *const names[] = {"authorization", "cookie", "proxy-authorization"};
  int found = 0;
  if (!headers) return 0;
  lua_pushnil(L);
  while (lua_next(L, headers) != 0) {
    lua_pop(L, 1);
    if (lua_type(L, -1) != LUA_TSTRING) continue;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
      found = found || strcasecmp(lua_tostring(L, -1), names[i]) == 0;
    }
  }
  return found;
}

/* 0: nil and an error were pushed: a secret would travel in the open. */
static int check_private(lua_State *L, const struct mwl_session *session,
                         const struct mwl_request *request) {
  int is_secret;
  if (session->insecure_http || is_private(L, session, request->url)) return 1;
  is_secret = request->is_secret || request->authorization != NULL ||
              (session->auth_username != NULL && !request->foreign) || has_secret(request) ||
              has_credential(L, request->headers);
  if (!is_secret) return 1;
  mwl_failure(L, "tls", "insecure_http",
              "A secret would travel unencrypted: %s is plain http beyond this machine.",
              session->wiki->address.host);
  return 0;
}

/* 0: nil and an error were pushed. */
static int check_file(lua_State *L, const struct mwl_parameters *parameters) {
  if (parameters == NULL || !parameters->has_file) return 1;
  for (size_t i = 0; i < parameters->count; i++) {
    const struct mwl_file *file = parameters->fields[i].file;
    int descriptor;
    if (file == NULL) continue;
    descriptor = open(file->path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
      mwl_failure(L, "answer", "file", "The file %s cannot be read: %s.", file->path,
                  strerror(errno));
      return 0;
    }
    close(descriptor);
  }
  return 1;
}

static int is_line(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if (text[i] == '\r' || text[i] == '\n' || text[i] == '\0') return 0;
  }
  return 1;
}

/* 0: nil and an error were pushed: a header would break out of its line. */
static int check_headers(lua_State *L, const struct mwl_request *request) {
  const char *bad = NULL;
  if (request->authorization != NULL &&
      !is_line(request->authorization, request->authorization_length)) {
    bad = "Authorization";
  }
  if (bad == NULL && request->headers) {
    lua_pushnil(L);
    while (bad == NULL && lua_next(L, request->headers) != 0) {
      size_t length;
      size_t name_length;
      const char *name;
      const char *value;
      if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING) {
        mwl_raise(L, "header names and values are strings");
      }
      name = lua_tolstring(L, -2, &name_length);
      value = lua_tolstring(L, -1, &length);
      if (!is_line(name, name_length) || strpbrk(name, ": ") != NULL || !is_line(value, length)) {
        bad = name;
      }
      lua_pop(L, bad != NULL ? 2 : 1);
    }
  }
  if (bad == NULL) return 1;
  mwl_failure(L, "answer", "header", "The header '%.40s' holds a line break or a NUL byte.", bad);
  return 0;
}

int mwl_request_check(lua_State *L, const struct mwl_session *session,
                      const struct mwl_request *request) {
  return check_private(L, session, request) && check_headers(L, request) &&
         check_file(L, request->parameters);
}

/* == building ==================================================================================== */

static int has_body(const char *method) {
  return strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0;
}

static size_t form_length(const struct mwl_request *request) {
  const struct mwl_parameters *parameters = request->parameters;
  size_t length = request->encoded != NULL ? strlen(request->encoded) : 0;
  if (parameters == NULL || parameters->count == 0) return length;
  return length + (length > 0) + mwl_form_length(parameters->fields, parameters->count);
}

static char *write_form(char *out, const struct mwl_request *request) {
  const struct mwl_parameters *parameters = request->parameters;
  if (request->encoded != NULL) {
    size_t length = strlen(request->encoded);
    memcpy(out, request->encoded, length);
    out += length;
  }
  if (parameters == NULL || parameters->count == 0) return out;
  if (request->encoded != NULL) *out++ = '&';
  return mwl_form_write(out, parameters->fields, parameters->count);
}

/* The address, with the parameters of a request that has no body. */
static int build_url(struct mwl_exchange *exchange, const struct mwl_request *request) {
  size_t length = strlen(request->url);
  size_t query = has_body(request->method) ? 0 : form_length(request);
  size_t size = length + 1 + (query > 0 ? 1 + query : 0);
  char *end;
  exchange->url = mwl_arena_alloc(size);
  if (exchange->url == NULL) return 0;
  exchange->url_size = size;
  memcpy(exchange->url, request->url, length);
  end = exchange->url + length;
  if (query > 0) {
    *end++ = strchr(request->url, '?') != NULL ? '&' : '?';
    end = write_form(end, request);
  }
  *end = '\0';
  return 1;
}

static int build_body(struct mwl_exchange *exchange, const struct mwl_request *request) {
  const struct mwl_parameters *parameters = request->parameters;
  size_t length;
  if (!has_body(request->method) || (parameters != NULL && parameters->has_file)) return 1;
  length = request->content != NULL ? request->content_length : form_length(request);
  exchange->body_size = length > 0 ? length : 1;
  exchange->body = mwl_arena_alloc(exchange->body_size);
  if (exchange->body == NULL) return 0;
  exchange->body_length = length;
  if (request->content != NULL) {
    memcpy(exchange->body, request->content, length);
  } else {
    write_form(exchange->body, request);
  }
  return 1;
}

static int build_part(curl_mime *mime, const struct mwl_field *field) {
  const struct mwl_file *file = field->file;
  curl_mimepart *part = curl_mime_addpart(mime);
  if (part == NULL || curl_mime_name(part, field->name) != CURLE_OK) return 0;
  if (file == NULL) {
    return curl_mime_data(part, field->value, field->value_length) == CURLE_OK;
  }
  return curl_mime_filedata(part, file->path) == CURLE_OK &&
         curl_mime_filename(part, file->name) == CURLE_OK &&
         (file->type == NULL || curl_mime_type(part, file->type) == CURLE_OK);
}

/* A multipart body belongs to a handle, which is therefore borrowed before there is room to send. */
static int build_mime(struct mwl_exchange *exchange, const struct mwl_parameters *parameters) {
  if (parameters == NULL || !parameters->has_file || exchange->session->has_transport) return 1;
  exchange->easy = mwl_pool_borrow(exchange->pool);
  if (exchange->easy == NULL) return 0;
  exchange->mime = curl_mime_init(exchange->easy);
  if (exchange->mime == NULL) return 0;
  for (size_t i = 0; i < parameters->count; i++) {
    if (!build_part(exchange->mime, &parameters->fields[i])) return 0;
  }
  return 1;
}

static int add_header(struct mwl_exchange *exchange, const char *name, const char *value,
                      size_t length) {
  size_t size = strlen(name) + length + 3;
  struct curl_slist *grown;
  char *line = mwl_arena_alloc(size);
  if (line == NULL) return 0;
  memcpy(line, name, strlen(name));
  memcpy(line + strlen(name), ": ", 2);
  memcpy(line + strlen(name) + 2, value, length);
  line[size - 1] = '\0';
  grown = curl_slist_append(exchange->headers, line);
  mwl_arena_free(line, size);
  if (grown == NULL) return 0;
  exchange->headers = grown;
  return 1;
}

static int build_own_headers(lua_State *L, struct mwl_exchange *exchange,
                             const struct mwl_request *request) {
  if (!request->headers) return 1;
  lua_pushnil(L);
  while (lua_next(L, request->headers) != 0) {
    size_t length;
    const char *value = lua_tolstring(L, -1, &length);
    if (!add_header(exchange, lua_tostring(L, -2), value, length)) {
      lua_pop(L, 2);
      return 0;
    }
    lua_pop(L, 1);
  }
  return 1;
}

static int build_headers(lua_State *L, struct mwl_exchange *exchange,
                         const struct mwl_request *request) {
  struct curl_slist *expect;
  if (!request->headers && request->authorization == NULL && request->content_type == NULL) {
    return 1;
  }
  expect = curl_slist_append(NULL, "Expect:");
  if (expect == NULL) return 0;
  exchange->headers = expect;
  if (request->content_type != NULL &&
      !add_header(exchange, "Content-Type", request->content_type, strlen(request->content_type))) {
    return 0;
  }
  if (request->authorization != NULL &&
      !add_header(exchange, "Authorization", request->authorization,
                  request->authorization_length)) {
    return 0;
  }
  return build_own_headers(L, exchange, request);
}

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
  if (!has_body(exchange->method)) return curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L) == CURLE_OK;
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

/* == libcurl's callbacks and options ============================================================= */

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
  /* a status line begins the header of a new response: what an earlier one (100, 401) said goes */
  if (length > 5 && memcmp(bytes, "HTTP/", 5) == 0) {
    exchange->header.length = 0;
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
   a body may have been executed by then, and the nonce of a signed one used up. Once something was
   answered (401, 100) it goes on. */
static int before_sending(void *data, char *address, char *own, int port, int own_port) {
  struct mwl_exchange *exchange = data;
  (void)address, (void)own, (void)port, (void)own_port;
  exchange->cut = exchange->attempted && exchange->header.length == 0 &&
                  !is_refused_unread(exchange) &&
                  (has_body(exchange->method) || exchange->is_signed);
  exchange->attempted = 1;
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
  /* "" spares libcurl a look at the environment, where no proxy is named */
  SET(CURLOPT_PROXY, session->proxy != NULL || exchange->pool->has_proxy ? session->proxy : "");
  /* NULL would take libcurl's own file away as well */
  SET(CURLOPT_CAINFO, session->ca_file != NULL ? session->ca_file : exchange->pool->default_ca);
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

int mwl_request_set_callbacks(CURL *easy) {
  return curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive_body) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, receive_header) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_sending) == CURLE_OK;
}

/* What is the same for all requests of an exchange. */
static int set_exchange_options(struct mwl_exchange *exchange) {
  CURL *easy = exchange->easy;
  if (exchange->is_set) return 1;
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

int mwl_request_prepare(struct mwl_exchange *exchange) {
  exchange->refusals = mwl_curl_refusals();
  if (exchange->easy == NULL) exchange->easy = mwl_pool_borrow(exchange->pool);
  return exchange->easy != NULL && set_options(exchange);
}

void mwl_request_undo(struct mwl_exchange *exchange) {
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

static int is_signature(const char *authorization, size_t length) {
  return authorization != NULL && length > 6 && memcmp(authorization, "OAuth ", 6) == 0;
}

int mwl_request_build(lua_State *L, struct mwl_exchange *exchange,
                      const struct mwl_request *request) {
  exchange->method = request->method;
  exchange->timeout = request->timeout;
  exchange->no_cookies = request->no_cookies;
  exchange->foreign = request->foreign;
  exchange->has_authorization = request->authorization != NULL;
  exchange->is_signed = is_signature(request->authorization, request->authorization_length);
  return build_url(exchange, request) && build_body(exchange, request) &&
         build_mime(exchange, request->parameters) && build_headers(L, exchange, request);
}
