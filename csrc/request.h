/* A request as C sees it: what may be sent at all, its address, its body, libcurl's options. */
#ifndef MWL_REQUEST_H
#define MWL_REQUEST_H

#include <lua.h>
#include <stddef.h>

#include "parameters.h"

struct mwl_exchange;
struct mwl_session;

/* What is to be sent. Strings are borrowed until the exchange has begun. */
struct mwl_request {
  const char *method;
  const char *url;                         /* without the query that `parameters` make */
  const char *encoded;                     /* parameters as they are sent, before the others */
  const struct mwl_parameters *parameters; /* NULL: none */
  const char *content;                     /* a body of another kind, with its type; NULL: none */
  size_t content_length;
  const char *content_type;
  const char *authorization; /* a whole header value; NULL: none */
  size_t authorization_length;
  int headers;      /* stack index of a table of further headers, 0: none */
  double timeout;   /* seconds; 0: the session's */
  size_t reply_max; /* bytes; 0: the session's */
  int no_cookies;
  int foreign;   /* another origin: neither cookies nor credentials */
  int is_secret; /* may travel over https and to loopback only */
  int (*answer)(lua_State *L, struct mwl_exchange *exchange); /* see struct mwl_exchange */
  const char *module;
  const char *key;
  int (*plan)(lua_State *L, struct mwl_exchange *exchange); /* makes its plan; 0: no memory */
  int (*follow)(struct mwl_exchange *exchange);
};

/* GET and HEAD have none: their parameters are in the address. */
int mwl_method_has_body(const char *method);

/* 0: nil and an error were pushed: a secret would travel in the open, a header would break out of
   its line, a file cannot be read. */
int mwl_request_check(lua_State *L, const struct mwl_session *session,
                      const struct mwl_request *request);

/* Writes address, body and headers of the exchange, so that nothing of the request is needed any
   more; 0: no memory. */
int mwl_request_build(lua_State *L, struct mwl_exchange *exchange,
                      const struct mwl_request *request);

#endif
