#include "trouble.h"

#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <string.h>

#include "address.h"
#include "exchange.h"
#include "failure.h"
#include "proxy.h"
#include "pool.h"
#include "session.h"

/* A host that is longer than this is not looked for in libcurl's words. */
#define HOST_SHOWN 200

struct trouble {
  const char *kind;
  const char *code;
  const char *text;
  int sent; /* whether the wiki may have executed the request */
};

static struct trouble trouble_of(CURLcode code) {
  struct trouble trouble = {"network", "network", "The exchange failed", 1};
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return (struct trouble){"network", "resolve", "The host's name cannot be resolved", 0};
    case CURLE_COULDNT_RESOLVE_PROXY:
      return (struct trouble){"network", "proxy", "The proxy's name cannot be resolved", 0};
    case CURLE_COULDNT_CONNECT:
      return (struct trouble){"network", "connect", "The host does not accept a connection", 0};
    case CURLE_OPERATION_TIMEDOUT:
      return (struct trouble){"network", "timeout", "The wiki did not answer in time", 1};
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return (struct trouble){"network", "cut", "The connection ended in the middle", 1};
    case CURLE_READ_ERROR:
      return (struct trouble){"answer", "file", "A file to be sent could not be read", 1};
    case CURLE_PEER_FAILED_VERIFICATION:
      return (struct trouble){"tls", "certificate", "The host's certificate is not to be trusted",
                              0};
    case CURLE_SSL_CACERT_BADFILE:
      return (struct trouble){"tls", "ca_file", "The file of certificate authorities is unusable",
                              0};
    case CURLE_SSL_CERTPROBLEM:
      return (struct trouble){"tls", "client_cert", "The client certificate is unusable", 0};
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_USE_SSL_FAILED:
      return (struct trouble){"tls", "handshake", "No secure connection could be made", 0};
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
      return (struct trouble){"http", "not_http", "What answered does not speak HTTP", 1};
    case CURLE_BAD_CONTENT_ENCODING:
      return (struct trouble){"protocol", "encoding", "The reply's compression is damaged", 1};
    case CURLE_OUT_OF_MEMORY:
      return (struct trouble){"network", "memory", "There was not enough memory", 1};
    case CURLE_ABORTED_BY_CALLBACK:
      return (struct trouble){"cancelled", "closed", "The pool was closed meanwhile", 1};
    default:
      return trouble;
  }
}

/* What is wrong with the certificate, as OpenSSL has it; other TLS libraries number otherwise. */
static struct trouble certificate_trouble(const struct mwl_exchange *exchange) {
  struct trouble trouble = trouble_of(CURLE_PEER_FAILED_VERIFICATION);
  const char *library = curl_version_info(CURLVERSION_NOW)->ssl_version;
  long reason = 0;
  if (library == NULL || strncmp(library, "OpenSSL", 7) != 0 || exchange->easy == NULL)
    return trouble;
  curl_easy_getinfo(exchange->easy, CURLINFO_SSL_VERIFYRESULT, &reason);
  switch (reason) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return (struct trouble){"tls", "certificate_expired", "The certificate has expired", 0};
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return (struct trouble){"tls", "certificate_early", "The certificate is not valid yet", 0};
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return (struct trouble){"tls", "certificate_self_signed",
                              "The certificate is self-signed: nobody vouches for it", 0};
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return (struct trouble){"tls", "certificate_authority",
                              "The certificate comes from an authority this machine does not know",
                              0};
    case X509_V_OK:
    case X509_V_ERR_UNSPECIFIED: /* libcurl's own, where it did not come to ask */
      if (strstr(exchange->trouble, "subject name") == NULL) return trouble;
      return (struct trouble){"tls", "certificate_name",
                              "The certificate was issued for another name", 0};
    default:
      return trouble;
  }
}

/* What was given as an option was judged before: this one comes from the environment. */
static int is_of_proxy_address(const struct mwl_exchange *exchange) {
  return strncmp(exchange->trouble, "Unsupported proxy", 17) == 0;
}

/* Whether it was a proxy that took no connection: libcurl's words alone tell where it went. */
static int is_of_proxy(const struct mwl_exchange *exchange, const struct mwl_session *session) {
  struct mwl_address address;
  char words[HOST_SHOWN + 32];
  int is = 0;
  if (exchange->result != CURLE_COULDNT_CONNECT || exchange->url == NULL) return 0;
  if (session->proxy == NULL && !exchange->pool->has_proxy) return 0;
  if (mwl_address_parse(exchange->url, NULL, &address) == MWL_ADDRESS_SOUND) {
    size_t length = strlen(address.host);
    int bracketed = address.host[0] == '[';
    snprintf(words, sizeof words, "%.*s port %d ", (int)length - 2 * bracketed,
             address.host + bracketed, address.port);
    is = length < HOST_SHOWN && strstr(exchange->trouble, words) == NULL;
  }
  mwl_address_free(&address);
  return is;
}

static struct trouble find_trouble(const struct mwl_exchange *exchange,
                                   const struct mwl_session *session) {
  if (exchange->cut) return trouble_of(CURLE_GOT_NOTHING);
  if (exchange->no_descriptor)
    return (struct trouble){"network", "descriptors",
                            "This process has no file descriptor left (ulimit -n)", 0};
  if (exchange->result == CURLE_PEER_FAILED_VERIFICATION) return certificate_trouble(exchange);
  if (is_of_proxy_address(exchange))
    return (struct trouble){"network", "proxy",
                            "The environment (https_proxy, http_proxy, all_proxy) names a proxy "
                            "whose address is none; its schemes are " MWL_PROXY_SCHEMES,
                            0};
  if (is_of_proxy(exchange, session))
    return (struct trouble){"network", "proxy", "The proxy does not accept a connection", 0};
  if (strstr(exchange->trouble, "certificate required") != NULL)
    return (struct trouble){"tls", "client_cert_wanted", "The server wants a client certificate",
                            0};
  return trouble_of(exchange->result);
}

void mwl_trouble_push(lua_State *L, const struct mwl_exchange *exchange,
                      const struct mwl_session *session) {
  struct trouble trouble = find_trouble(exchange, session);
  /* a session may be closed under its exchanges */
  const char *host = session->wiki != NULL ? session->wiki->address.host : "A closed session";
  if (exchange->too_large) {
    mwl_failure_push(L, "protocol", "too_large", "The reply is larger than %.0f bytes.",
                     (double)exchange->reply_max);
    trouble.sent = 1;
  } else if (exchange->result == CURLE_ABORTED_BY_CALLBACK && session->wiki == NULL) {
    mwl_failure_push(L, trouble.kind, trouble.code,
                     "The session was closed before the wiki answered.");
  } else if (exchange->trouble[0] != '\0' && !exchange->cut && !exchange->no_descriptor &&
             !is_of_proxy_address(exchange)) {
    /* libcurl's words, unless they show an address that may hold a password */
    mwl_failure_push(L, trouble.kind, trouble.code, "%s: %s (%s).", host, trouble.text,
                     exchange->trouble);
  } else {
    mwl_failure_push(L, trouble.kind, trouble.code, "%s: %s.", host, trouble.text);
  }
  lua_pushboolean(L, trouble.sent);
  lua_setfield(L, -2, "sent");
}
