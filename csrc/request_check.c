/* What may not be sent at all: secrets in the open, headers that break out of their line. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core.h"
#include "failure.h"
#include "request.h"
#include "secret_name.h"
#include "session.h"

static int is_private(lua_State *L, const struct mwl_session *session, const char *url) {
  struct mwl_address address;
  enum mwl_address_fault fault;
  int answer;
  if (url == session->wiki->api) return session->wiki->is_private;
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

/* A token of RFC 9110: visible, and no delimiter in it. */
static int is_name(const char *name, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if (name[i] <= ' ' || name[i] > '~' || strchr("\"(),/:;<=>?@[\\]{}", name[i]) != NULL) return 0;
  }
  return length > 0;
}

/* 0: nil and an error were pushed. The header's name is below its value, which is on top. */
static int check_header(lua_State *L) {
  size_t name_length, length;
  const char *name, *value;
  if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING) {
    mwl_raise(L, "header names and values are strings");
  }
  name = lua_tolstring(L, -2, &name_length);
  value = lua_tolstring(L, -1, &length);
  if (!is_name(name, name_length)) {
    mwl_failure(L, "answer", "header", "'%.40s' is no name of a header.", name);
    return 0;
  }
  if (is_line(value, length)) return 1;
  mwl_failure(L, "answer", "header", "The header '%.40s' holds a line break or a NUL byte.", name);
  return 0;
}

/* 0: nil and an error were pushed: a header would break out of its line. */
static int check_headers(lua_State *L, const struct mwl_request *request) {
  if (request->authorization != NULL &&
      !is_line(request->authorization, request->authorization_length)) {
    mwl_failure(L, "answer", "header",
                "The header 'Authorization' holds a line break or a NUL byte.");
    return 0;
  }
  if (!request->headers) return 1;
  lua_pushnil(L);
  while (lua_next(L, request->headers) != 0) {
    if (!check_header(L)) return 0;
    lua_pop(L, 1);
  }
  return 1;
}

int mwl_request_check(lua_State *L, const struct mwl_session *session,
                      const struct mwl_request *request) {
  return check_private(L, session, request) && check_headers(L, request) &&
         check_file(L, request->parameters);
}
