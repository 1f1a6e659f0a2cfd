/* Domains under which anybody can have a name ("com", "co.uk"): no cookie may be for all of one. */
#ifndef MWL_PUBLIC_SUFFIX_H
#define MWL_PUBLIC_SUFFIX_H

#include <stddef.h>

/* `domain` is without a leading dot, and need not end with a NUL. */
int mwl_is_public_suffix(const char *domain, size_t length);

#endif
