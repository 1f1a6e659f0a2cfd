/* The sockets of a pool's connections in one descriptor, which is readable when one of them is. Most
   connections wait for a reply, rest, and wait again: what stays the same is not told the kernel anew. */
#ifndef MWL_WATCH_H
#define MWL_WATCH_H

#include <curl/curl.h>
#include <stddef.h>
#include <sys/epoll.h>

struct mwl_watch {
  int poll;              /* -1: none */
  unsigned char *states; /* by socket */
  size_t count;
  int lacks_descriptors; /* there was none for the last socket */
};

/* 0: no descriptor. */
int mwl_watch_begin(struct mwl_watch *watch);
/* After the connections were closed; twice is fine. */
void mwl_watch_end(struct mwl_watch *watch);

/* Has a handle open and close its sockets here; 0: no memory. */
int mwl_watch_set_callbacks(struct mwl_watch *watch, CURL *easy);

/* What libcurl wants to know of a socket: CURL_POLL_… 0: no memory. */
int mwl_watch_change(struct mwl_watch *watch, curl_socket_t socket, int what);

/* Waits at most `milliseconds`; how many events there are. */
int mwl_watch_wait(struct mwl_watch *watch, struct epoll_event *events, int most, int milliseconds);

/* What an event means to libcurl, CURL_CSELECT_…; 0: nothing, for the connection rests. */
int mwl_watch_read(struct mwl_watch *watch, const struct epoll_event *event);

#endif
