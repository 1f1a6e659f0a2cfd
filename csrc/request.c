#include "request.h"

#include <string.h>

#include "core.h"
#include "exchange.h"
#include "handle.h"
#include "pool.h"
#include "session.h"

int mwl_method_has_body(const char *method) {
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
  size_t query = mwl_method_has_body(request->method) ? 0 : form_length(request);
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
  if (!mwl_method_has_body(request->method) || (parameters != NULL && parameters->has_file))
    return 1;
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
  exchange->easy = mwl_handle_borrow(exchange->pool, exchange->session);
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
