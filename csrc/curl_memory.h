/* The allocator given to libcurl: what it frees may have held a password, and is wiped. */
#ifndef MWL_CURL_MEMORY_H
#define MWL_CURL_MEMORY_H

/* Starts libcurl; 0: it cannot be started. Best effort: who started libcurl first in this process has
   chosen its allocator. */
int mwl_curl_start(void);

/* How often libcurl was refused memory until now. It does not say so everywhere: a cookie is left out,
   a host "cannot be resolved". */
unsigned long mwl_curl_refusals(void);

#endif
