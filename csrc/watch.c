#include "watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "descriptors.h"

/* What libcurl wants to know now, what the kernel was told, and whether the socket was opened here, so
   that its end is told here, too. */
enum { WANT_IN = 1, WANT_OUT = 2, TOLD_IN = 4, TOLD_OUT = 8, OWN = 16 };
#define WANTED (WANT_IN | WANT_OUT)
#define TOLD (TOLD_IN | TOLD_OUT)

static unsigned char *state_of(struct mwl_watch *watch, curl_socket_t socket) {
  size_t needed = (size_t)socket + 1;
  if (needed > watch->count) {
    size_t count = needed * 2;
    unsigned char *grown = realloc(watch->states, count);
    if (grown == NULL) return NULL;
    memset(grown + watch->count, 0, count - watch->count);
    watch->states = grown;
    watch->count = count;
  }
  return &watch->states[socket];
}

static void forget(struct mwl_watch *watch, curl_socket_t socket, unsigned char *state) {
  if ((*state & TOLD) != 0) epoll_ctl(watch->poll, EPOLL_CTL_DEL, socket, NULL);
  *state &= OWN;
}

/* == sockets of connections ====================================================================== */

static curl_socket_t open_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address) {
  struct mwl_watch *watch = data;
  curl_socket_t made = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  unsigned char *state = made < 0 ? NULL : state_of(watch, made);
  (void)purpose;
  watch->lacks_descriptors = made < 0 && mwl_descriptors_are_gone(errno);
  if (state != NULL) *state = OWN;
  return made;
}

static int close_socket(void *data, curl_socket_t socket) {
  struct mwl_watch *watch = data;
  if (watch->count > (size_t)socket) {
    forget(watch, socket, &watch->states[socket]);
    watch->states[socket] = 0;
  }
  return close(socket);
}

int mwl_watch_set_callbacks(struct mwl_watch *watch, CURL *easy) {
  return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, watch) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, watch) == CURLE_OK;
}

/* == what is watched ============================================================================= */

static int tell(struct mwl_watch *watch, curl_socket_t socket, unsigned char *state) {
  struct epoll_event event;
  int operation = (*state & TOLD) != 0 ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  memset(&event, 0, sizeof event);
  event.events =
      ((*state & WANT_IN) != 0 ? EPOLLIN : 0u) | ((*state & WANT_OUT) != 0 ? EPOLLOUT : 0u);
  event.data.fd = socket;
  if (epoll_ctl(watch->poll, operation, socket, &event) != 0) return 0;
  *state = (unsigned char)((*state & ~TOLD) | (*state & WANTED) * TOLD_IN);
  return 1;
}

int mwl_watch_change(struct mwl_watch *watch, curl_socket_t socket, int what) {
  unsigned char *state = state_of(watch, socket);
  int wanted = 0;
  if (state == NULL) return 0;
  if (what != CURL_POLL_REMOVE) {
    wanted =
        ((what & CURL_POLL_IN) != 0 ? WANT_IN : 0) | ((what & CURL_POLL_OUT) != 0 ? WANT_OUT : 0);
  }
  *state = (unsigned char)((*state & ~WANTED) | wanted);
  if (wanted == 0) {
    if ((*state & OWN) == 0) forget(watch, socket, state);
    return 1;
  }
  return (*state & TOLD) == wanted * TOLD_IN || tell(watch, socket, state);
}

int mwl_watch_wait(struct mwl_watch *watch, struct epoll_event *events, int most,
                   int milliseconds) {
  return epoll_wait(watch->poll, events, most, milliseconds);
}

int mwl_watch_read(struct mwl_watch *watch, const struct epoll_event *event) {
  unsigned char *state = &watch->states[event->data.fd];
  if ((*state & WANTED) == 0) { /* a server has closed a connection that rests */
    forget(watch, event->data.fd, state);
    return 0;
  }
  return ((event->events & (EPOLLIN | EPOLLHUP)) != 0 ? CURL_CSELECT_IN : 0) |
         ((event->events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
         ((event->events & EPOLLERR) != 0 ? CURL_CSELECT_ERR : 0);
}

/* == life ======================================================================================== */

int mwl_watch_begin(struct mwl_watch *watch) {
  watch->poll = epoll_create1(EPOLL_CLOEXEC);
  return watch->poll >= 0;
}

void mwl_watch_end(struct mwl_watch *watch) {
  if (watch->poll >= 0) close(watch->poll);
  watch->poll = -1;
  free(watch->states);
  watch->states = NULL;
  watch->count = 0;
}
