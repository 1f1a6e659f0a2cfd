/* One conversation with one wiki: its cookies, its limits, how it names itself. */
#ifndef MWL_SESSION_H
#define MWL_SESSION_H

#include <curl/curl.h>
#include <lua.h>

#include "cookie_jar.h"
#include "secret.h"
#include "wiki.h"

#define MWL_SESSION_CLASS "mwlogin.core.session"

/* User values of a session: what its pointers point into, and what it keeps for Lua. */
enum {
  MWL_SESSION_POOL = 1,
  MWL_SESSION_USER_AGENT,
  MWL_SESSION_OPTIONS, /* nil where there are no others */
  MWL_SESSION_TOKENS   /* nil while there are none */
};
#define MWL_SESSION_VALUES 4

struct mwl_pool;

/* What the last exchange was, for a trace. */
struct mwl_last {
  const char *method; /* NULL: there was none */
  char *url;          /* NULL: api.php */
  long status;
  double sent;
  double received;
  double seconds;
};

struct mwl_session {
  struct mwl_pool *pool;
  struct mwl_wiki *wiki; /* NULL: closed */
  long number;           /* among all of the pool; an address might come back */
  CURLSH *share;         /* cookies only; NULL: closed */
  struct mwl_jar jar;    /* the cookies of a session on a transport */
  int is_open;
  int under_way; /* exchanges that wait in their queue, or are in flight */
  int is_used;   /* its share may hold cookies */
  int has_transport;
  int has_observer;
  const char *user_agent;
  const char *proxy;
  const char *ca_file;
  const char *client_cert;
  const char *client_key;
  const char *auth_username; /* NULL: nothing in front of the wiki asks */
  struct mwl_secret *auth_password;
  double timeout;
  double connect_timeout;
  size_t max_response;
  int insecure_http;
  struct mwl_last last;
};

/* The session at 1; raises when it is none, or a closed one. */
struct mwl_session *mwl_session_check(lua_State *L);

#endif
