/* Addresses, and which of them may be given what. Parsing is libcurl's. */
#ifndef MWL_ADDRESS_H
#define MWL_ADDRESS_H

#define MWL_ADDRESS_MAX 65536

struct mwl_address {
  char *scheme; /* lower case */
  char *host;   /* lower case; an IPv6 address in brackets */
  int port;     /* the scheme's own when none was given */
  char *path;   /* begins with / */
  char *query;  /* NULL when there is none */
  char *fragment;
  int has_userinfo;
};

enum mwl_address_fault {
  MWL_ADDRESS_SOUND,
  MWL_ADDRESS_MALFORMED,
  MWL_ADDRESS_SCHEME, /* neither http nor https */
  MWL_ADDRESS_NO_MEMORY
};

/* `base` may be NULL. What `address` holds goes back by mwl_address_free in every case. */
enum mwl_address_fault mwl_address_parse(const char *text, const char *base,
                                         struct mwl_address *address);
void mwl_address_free(struct mwl_address *address);

/* 127.0.0.0/8, ::1, localhost and *.localhost. */
int mwl_address_is_loopback(const struct mwl_address *address);
int mwl_address_same_origin(const struct mwl_address *one, const struct mwl_address *other);

/* Whether a secret may travel there: https, or http to loopback. */
int mwl_address_is_private(const struct mwl_address *address);

#endif
