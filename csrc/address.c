#define _GNU_SOURCE /* uselocale */
#include "address.h"

#if !__has_include(<curl/curl.h>)
#error "libcurl's headers are missing: apt-get install libcurl4-openssl-dev (or libcurl-devel)"
#endif

#include <curl/curl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "curl_memory.h"

static char *copy(const char *text) {
  size_t size = strlen(text) + 1;
  char *made = malloc(size);
  if (made != NULL) memcpy(made, text, size);
  return made;
}

static void lower(char *text) {
  for (; *text != '\0'; text++) {
    if (*text >= 'A' && *text <= 'Z') *text = (char)(*text | 32);
  }
}

/* 1: `out` holds the part, or NULL when the address has none; 0: no memory. */
static int part(CURLU *url, CURLUPart which, char **out) {
  char *text = NULL;
  CURLUcode code = curl_url_get(url, which, &text, 0);
  *out = NULL;
  if (code == CURLUE_OUT_OF_MEMORY) return 0;
  if (code == CURLUE_OK && text != NULL) *out = copy(text);
  curl_free(text);
  return code != CURLUE_OK || *out != NULL;
}

static int is_ascii(const char *text) {
  while (*text != '\0' && (unsigned char)*text < 128) text++;
  return *text == '\0';
}

/* Puts an international name into the form that name servers and certificates know; NULL: it is none.
   libcurl reads it by the locale, and most programs set none. */
static void encode_host(CURLU *url, char **host) {
#ifdef CURLU_PUNYCODE
  char *text = NULL;
  locale_t utf8, before;
  if (*host == NULL || is_ascii(*host)) return;
  utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
  if (utf8 == (locale_t)0) return;
  before = uselocale(utf8);
  free(*host);
  /* whatever is wrong with a name, libcurl calls it a want of memory */
  *host = curl_url_get(url, CURLUPART_HOST, &text, CURLU_PUNYCODE) == CURLUE_OK ? copy(text) : NULL;
  curl_free(text);
  uselocale(before);
  freelocale(utf8);
#else
  (void)url;
  (void)host;
#endif
}

static enum mwl_address_fault read_parts(CURLU *url, struct mwl_address *address) {
  char *text = NULL;
  if (!part(url, CURLUPART_SCHEME, &address->scheme) ||
      !part(url, CURLUPART_HOST, &address->host) || !part(url, CURLUPART_PATH, &address->path) ||
      !part(url, CURLUPART_QUERY, &address->query) ||
      !part(url, CURLUPART_FRAGMENT, &address->fragment)) {
    return MWL_ADDRESS_NO_MEMORY;
  }
  encode_host(url, &address->host);
  if (address->scheme == NULL || address->host == NULL || address->path == NULL) {
    return MWL_ADDRESS_MALFORMED;
  }
  lower(address->scheme);
  lower(address->host);
  if (strcmp(address->scheme, "https") != 0 && strcmp(address->scheme, "http") != 0) {
    return MWL_ADDRESS_SCHEME;
  }
  if (curl_url_get(url, CURLUPART_PORT, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) {
    return MWL_ADDRESS_MALFORMED;
  }
  address->port = atoi(text);
  curl_free(text);
  text = NULL;
  if (curl_url_get(url, CURLUPART_USER, &text, 0) == CURLUE_OK) address->has_userinfo = 1;
  curl_free(text);
  text = NULL;
  if (curl_url_get(url, CURLUPART_PASSWORD, &text, 0) == CURLUE_OK) address->has_userinfo = 1;
  curl_free(text);
  return address->port > 0 && address->host[0] != '\0' ? MWL_ADDRESS_SOUND : MWL_ADDRESS_MALFORMED;
}

static enum mwl_address_fault set_text(CURLU *url, const char *text) {
  CURLUcode code = curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME);
  if (code == CURLUE_OK) return MWL_ADDRESS_SOUND;
  return code == CURLUE_OUT_OF_MEMORY ? MWL_ADDRESS_NO_MEMORY : MWL_ADDRESS_MALFORMED;
}

enum mwl_address_fault mwl_address_parse(const char *text, const char *base,
                                         struct mwl_address *address) {
  enum mwl_address_fault fault = MWL_ADDRESS_SOUND;
  unsigned long refusals = mwl_curl_refusals();
  CURLU *url;
  memset(address, 0, sizeof *address);
  if (strlen(text) > MWL_ADDRESS_MAX) return MWL_ADDRESS_MALFORMED;
  for (const char *at = text; *at != '\0'; at++) {
    if ((unsigned char)*at <= ' ' || *at == 127 || *at == '\\') return MWL_ADDRESS_MALFORMED;
  }
  url = curl_url();
  if (url == NULL) return MWL_ADDRESS_NO_MEMORY;
  if (base != NULL) fault = set_text(url, base);
  if (fault == MWL_ADDRESS_SOUND) fault = set_text(url, text);
  if (fault == MWL_ADDRESS_SOUND) fault = read_parts(url, address);
  curl_url_cleanup(url);
  /* libcurl calls an address malformed, or without a part, when it has no memory to look */
  return mwl_curl_refusals() == refusals ? fault : MWL_ADDRESS_NO_MEMORY;
}

/* A wiki may have put into an address what it was sent. */
static void wipe(char *text) {
  if (text != NULL) explicit_bzero(text, strlen(text));
  free(text);
}

void mwl_address_free(struct mwl_address *address) {
  wipe(address->scheme);
  wipe(address->host);
  wipe(address->path);
  wipe(address->query);
  wipe(address->fragment);
  memset(address, 0, sizeof *address);
}

/* Four numbers of at most 255, as curl_url leaves an IPv4 address. */
static int is_loopback_v4(const char *host) {
  int first = -1;
  for (int numbers = 1; numbers <= 4; numbers++) {
    char *end;
    long number;
    if (*host < '0' || *host > '9') return 0;
    number = strtol(host, &end, 10);
    if (number > 255 || *end != (numbers < 4 ? '.' : '\0')) return 0;
    if (numbers == 1) first = (int)number;
    host = end + 1;
  }
  return first == 127;
}

int mwl_address_is_loopback(const struct mwl_address *address) {
  static const char suffix[] = ".localhost";
  size_t length = strlen(address->host);
  if (is_loopback_v4(address->host)) return 1;
  if (strcmp(address->host, "[::1]") == 0 || strcmp(address->host, "localhost") == 0) return 1;
  return length > sizeof suffix - 1 &&
         strcmp(address->host + length - (sizeof suffix - 1), suffix) == 0;
}

int mwl_address_same_origin(const struct mwl_address *one, const struct mwl_address *other) {
  return strcmp(one->scheme, other->scheme) == 0 && strcmp(one->host, other->host) == 0 &&
         one->port == other->port;
}

int mwl_address_is_private(const struct mwl_address *address) {
  return strcmp(address->scheme, "https") == 0 || mwl_address_is_loopback(address);
}
