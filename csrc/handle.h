/* libcurl's easy handles: kept from one exchange to the next, set up for a request, rid of it. */
#ifndef MWL_HANDLE_H
#define MWL_HANDLE_H

#include <curl/curl.h>

struct mwl_exchange;
struct mwl_pool;
struct mwl_session;

/* A handle with the pool's own options set, for a session (NULL: for none); NULL: no memory. */
CURL *mwl_handle_borrow(struct mwl_pool *pool, const struct mwl_session *session);
/* Takes one back that was rid of its request. Survives a closed pool and a closed session. */
void mwl_handle_give_back(struct mwl_pool *pool, CURL *easy, const struct mwl_session *session);
/* Frees one that was rid of its request. */
void mwl_handle_give_up(struct mwl_pool *pool, CURL *easy);
/* Frees what rests of a session's own. */
void mwl_handle_forget(struct mwl_pool *pool, const struct mwl_session *session);

/* Sets the exchange's handle up for sending, and borrows one if there is none yet; 0: no memory. */
int mwl_handle_prepare(struct mwl_exchange *exchange);
/* Takes what is of one request out of the exchange's handle. */
void mwl_handle_clear(struct mwl_exchange *exchange);

#endif
