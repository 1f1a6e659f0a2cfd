/* The order of keys that a Lua table forgets: the fields of each request of a login form, and the
   options of each field, as the wiki sent them. */
#ifndef MWL_JSON_ORDER_H
#define MWL_JSON_ORDER_H

#include <stddef.h>

enum mwl_order_kind { MWL_ORDER_REQUEST = 1, MWL_ORDER_FIELD, MWL_ORDER_OPTION };

struct mwl_order_entry {
  enum mwl_order_kind kind;
  size_t key_at; /* into `text`; a request has no key */
  size_t key_length;
};

struct mwl_order {
  struct mwl_order_entry *entries;
  size_t count;
  size_t room;
  char *text; /* unescaped keys, one after another */
  size_t text_length;
};

/* Reads a text that mwl_reply_scan found sound. 1: `order` holds the requests of the reply (perhaps
   none); 0: no memory. What it holds goes back by mwl_order_free in either case. */
int mwl_order_read(const char *text, size_t length, struct mwl_order *order);
void mwl_order_free(struct mwl_order *order);

#endif
