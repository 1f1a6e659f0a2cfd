#include "proxy.h"

#include <curl/curl.h>
#include <string.h>
#include <strings.h>

static int is_known(const char *scheme) {
  static const char *const schemes[] = {"http",    "https",  "socks",   "socks4",
                                        "socks4a", "socks5", "socks5h", NULL};
  for (int i = 0; schemes[i] != NULL; i++) {
    if (strcasecmp(scheme, schemes[i]) == 0) return 1;
  }
  return 0;
}

/* As libcurl reads it when it connects. */
static enum mwl_proxy_fault judge(CURLU *url, const char *proxy) {
  char *scheme = NULL;
  enum mwl_proxy_fault fault = MWL_PROXY_SOUND;
  if (curl_url_set(url, CURLUPART_URL, proxy, CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME) !=
      CURLUE_OK)
    return MWL_PROXY_MALFORMED;
  if (curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK && !is_known(scheme))
    fault = MWL_PROXY_SCHEME;
  curl_free(scheme);
  return fault;
}

enum mwl_proxy_fault mwl_proxy_judge(const char *proxy) {
  enum mwl_proxy_fault fault = MWL_PROXY_SOUND;
  CURLU *url;
  if (proxy == NULL || proxy[0] == '\0') return MWL_PROXY_SOUND;
  url = curl_url();
  if (url != NULL) fault = judge(url, proxy); /* without memory libcurl will say so itself */
  curl_url_cleanup(url);
  return fault;
}
