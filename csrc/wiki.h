/* What the sessions of one wiki share in a pool: its address, taken apart once, and its host's
   queue. */
#ifndef MWL_WIKI_H
#define MWL_WIKI_H

#include "address.h"

struct mwl_exchange;
struct mwl_pool;

/* What one host has in flight and in its queue, in the order it came. */
struct mwl_host {
  struct mwl_host *next;
  char *origin;
  long users; /* wikis that point here */
  int active;
  struct mwl_exchange *first;
  struct mwl_exchange *last;
  struct mwl_host *next_waiting; /* among the hosts with a queue */
  int is_waiting;
  int multiplexes; /* it answered by HTTP/2 last */
};

struct mwl_wiki {
  struct mwl_wiki *next; /* in its bucket */
  char *api;
  struct mwl_address address;
  int is_private; /* a secret may travel to its address */
  struct mwl_host *host;
  long users; /* sessions that point here */
};

/* The wiki of an api address, with one user more. NULL: no memory, or the address is none of a wiki's
   (*is_sound 0). */
struct mwl_wiki *mwl_wiki_find(struct mwl_pool *pool, const char *api, int *is_sound);
void mwl_wiki_leave(struct mwl_pool *pool, struct mwl_wiki *wiki);
/* At the end of a pool. */
void mwl_wiki_forget_left(struct mwl_pool *pool);

#endif
