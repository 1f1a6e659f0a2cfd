/* The same exchanges as mwlogin's login of a bot password, with nothing but libcurl: the measure. It
   keeps the replies and takes the token out of the first, for without that there is no login.
   bare API LOGINS IN_FLIGHT CA-FILE; in flight 0 is one easy handle, one exchange after the other. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXCHANGES 3
#define REPLY_MAX 4096
#define BODY                                                                                \
  "action=login&errorformat=raw&format=json&formatversion=2&lgname=Alice%40app&lgpassword=" \
  "0123456789abcdef0123456789abcdef&lgtoken="

struct login {
  CURL *easy;
  int exchange;
  size_t received;
  char reply[REPLY_MAX];
  char body[REPLY_MAX];
};

static const char *api;
static const char *ca_file;
static char urls[EXCHANGES][512];

static size_t receive(char *bytes, size_t size, size_t count, void *data) {
  struct login *login = data;
  if (size * count >= REPLY_MAX - login->received) return 0;
  memcpy(login->reply + login->received, bytes, size * count);
  login->received += size * count;
  login->reply[login->received] = '\0';
  return count;
}

/* The body of the second exchange, with the token of the first one's reply. */
static int write_body(struct login *login) {
  static const char name[] = "\"logintoken\":\"";
  char token[128];
  size_t length = 0;
  const char *at = strstr(login->reply, name);
  char *encoded;
  if (at == NULL) return 0;
  for (at += strlen(name); *at != '"' && *at != '\0' && length < sizeof token - 1; at++) {
    if (*at == '\\' && at[1] != '\0') at++;
    token[length++] = *at;
  }
  encoded = curl_easy_escape(login->easy, token, (int)length);
  snprintf(login->body, sizeof login->body, "%s%s", BODY, encoded);
  curl_free(encoded);
  return 1;
}

static int prepare(struct login *login) {
  CURL *easy = login->easy;
  curl_easy_setopt(easy, CURLOPT_URL, urls[login->exchange]);
  if (login->exchange == 0) curl_easy_setopt(easy, CURLOPT_COOKIELIST, "ALL");
  if (login->exchange == 1) {
    if (!write_body(login)) return 0;
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, login->body);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)strlen(login->body));
  } else {
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  }
  login->received = 0;
  return 1;
}

static void open_login(struct login *login) {
  login->easy = curl_easy_init();
  login->exchange = 0;
  curl_easy_setopt(login->easy, CURLOPT_COOKIEFILE, "");
  curl_easy_setopt(login->easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(login->easy, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(login->easy, CURLOPT_USERAGENT, "bare");
  curl_easy_setopt(login->easy, CURLOPT_WRITEFUNCTION, receive);
  curl_easy_setopt(login->easy, CURLOPT_WRITEDATA, login);
  curl_easy_setopt(login->easy, CURLOPT_PRIVATE, login);
  if (ca_file[0] != '\0') curl_easy_setopt(login->easy, CURLOPT_CAINFO, ca_file);
}

static int one_by_one(int logins) {
  static struct login login;
  open_login(&login);
  for (int i = 0; i < logins; i++) {
    for (login.exchange = 0; login.exchange < EXCHANGES; login.exchange++) {
      if (!prepare(&login) || curl_easy_perform(login.easy) != CURLE_OK) return 1;
    }
  }
  curl_easy_cleanup(login.easy);
  return 0;
}

static int many(int logins, int in_flight) {
  CURLM *multi = curl_multi_init();
  struct login *all = calloc((size_t)in_flight, sizeof *all);
  int started = 0, done = 0, running;
  for (int i = 0; i < in_flight && started < logins; i++, started++) {
    open_login(&all[i]);
    prepare(&all[i]);
    curl_multi_add_handle(multi, all[i].easy);
  }
  while (done < logins) {
    CURLMsg *message;
    int left;
    curl_multi_perform(multi, &running);
    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
      struct login *login = NULL;
      if (message->data.result != CURLE_OK) return 1;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)(void *)&login);
      curl_multi_remove_handle(multi, login->easy);
      if (++login->exchange == EXCHANGES) {
        done++;
        if (started >= logins) continue;
        started++;
        login->exchange = 0;
      }
      if (!prepare(login)) return 1;
      curl_multi_add_handle(multi, login->easy);
    }
    if (done < logins) curl_multi_poll(multi, NULL, 0, 1000, NULL);
  }
  return 0;
}

int main(int count, char **words) {
  static const char *const queries[EXCHANGES] = {
      "?action=query&format=json&formatversion=2&errorformat=plaintext&meta=tokens&type=login", "",
      "?action=query&assertuser=Alice&errorformat=plaintext&format=json&formatversion=2&meta="
      "userinfo"};
  int logins, in_flight;
  if (count != 5) return 2;
  api = words[1];
  logins = atoi(words[2]);
  in_flight = atoi(words[3]);
  ca_file = words[4];
  curl_global_init(CURL_GLOBAL_DEFAULT);
  for (int i = 0; i < EXCHANGES; i++) {
    snprintf(urls[i], sizeof urls[i], "%s%s", api, queries[i]);
  }
  return in_flight == 0 ? one_by_one(logins) : many(logins, in_flight);
}
