#define _GNU_SOURCE /* asprintf */
#include "wiki.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pool.h"

static unsigned bucket_of(const char *text) {
  unsigned hash = 5381;
  for (; *text != '\0'; text++) hash = hash * 33 + (unsigned char)*text;
  return hash % MWL_POOL_BUCKETS;
}

/* == hosts ======================================================================================= */

static struct mwl_host *make_host(struct mwl_host **bucket, char *origin) {
  struct mwl_host *host = calloc(1, sizeof *host);
  if (host == NULL) return NULL;
  host->origin = origin;
  host->next = *bucket;
  *bucket = host;
  return host;
}

static struct mwl_host *find_host(struct mwl_pool *pool, const struct mwl_address *address) {
  struct mwl_host **bucket;
  struct mwl_host *host;
  char *origin;
  if (asprintf(&origin, "%s://%s:%d", address->scheme, address->host, address->port) < 0)
    return NULL;
  bucket = &pool->hosts[bucket_of(origin)];
  host = *bucket;
  while (host != NULL && strcmp(host->origin, origin) != 0) host = host->next;
  if (host == NULL) {
    host = make_host(bucket, origin);
    if (host != NULL) origin = NULL;
  }
  free(origin);
  if (host != NULL) host->users++;
  return host;
}

static void leave_host(struct mwl_pool *pool, struct mwl_host *host) {
  struct mwl_host **link = &pool->hosts[bucket_of(host->origin)];
  host->users--;
  if (host->users > 0) return;
  while (*link != host) link = &(*link)->next;
  *link = host->next;
  free(host->origin);
  free(host);
}

/* == wikis ======================================================================================= */

static void free_wiki(struct mwl_pool *pool, struct mwl_wiki *wiki) {
  if (wiki->host != NULL) leave_host(pool, wiki->host);
  mwl_address_free(&wiki->address);
  free(wiki->api);
  free(wiki);
}

static struct mwl_wiki *make_wiki(struct mwl_pool *pool, const char *api, int *is_sound) {
  struct mwl_wiki *wiki = calloc(1, sizeof *wiki);
  enum mwl_address_fault fault;
  if (wiki == NULL) return NULL;
  wiki->api = strdup(api);
  fault = mwl_address_parse(api, NULL, &wiki->address);
  *is_sound =
      fault == MWL_ADDRESS_NO_MEMORY || (fault == MWL_ADDRESS_SOUND && !wiki->address.has_userinfo);
  if (fault == MWL_ADDRESS_SOUND && *is_sound && wiki->api != NULL) {
    wiki->is_private = mwl_address_is_private(&wiki->address);
    wiki->host = find_host(pool, &wiki->address);
  }
  if (wiki->host != NULL) return wiki;
  free_wiki(pool, wiki);
  return NULL;
}

struct mwl_wiki *mwl_wiki_find(struct mwl_pool *pool, const char *api, int *is_sound) {
  struct mwl_wiki **bucket = &pool->wikis[bucket_of(api)];
  struct mwl_wiki *wiki = *bucket;
  *is_sound = 1;
  while (wiki != NULL && strcmp(wiki->api, api) != 0) wiki = wiki->next;
  if (wiki == NULL) {
    wiki = make_wiki(pool, api, is_sound);
    if (wiki == NULL) return NULL;
    wiki->next = *bucket;
    *bucket = wiki;
  }
  wiki->users++;
  return wiki;
}

static void forget(struct mwl_pool *pool, struct mwl_wiki *wiki) {
  struct mwl_wiki **link = &pool->wikis[bucket_of(wiki->api)];
  while (*link != wiki) link = &(*link)->next;
  *link = wiki->next;
  free_wiki(pool, wiki);
}

void mwl_wiki_leave(struct mwl_pool *pool, struct mwl_wiki *wiki) {
  struct mwl_wiki *before = pool->left;
  wiki->users--;
  if (wiki->users > 0) return;
  if (pool->multi == NULL) {
    if (before == wiki) pool->left = NULL;
    forget(pool, wiki);
    return;
  }
  /* the one that was left last stays known: its next session often comes at once */
  pool->left = wiki;
  if (before != NULL && before != wiki && before->users == 0) forget(pool, before);
}

void mwl_wiki_forget_left(struct mwl_pool *pool) {
  struct mwl_wiki *wiki = pool->left;
  pool->left = NULL;
  if (wiki != NULL && wiki->users == 0) forget(pool, wiki);
}
