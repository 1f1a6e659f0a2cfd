/* Names that say their value is a secret, though it came as a plain string. Lua-free. */
#ifndef MWL_SECRET_NAME_H
#define MWL_SECRET_NAME_H

#include <stddef.h>

/* Whether a parameter of this name holds a secret: a password, a client's secret, a token of OAuth. */
int mwl_secret_name(const char *name, size_t length);

/* Whether a JSON text has a member of such a name, at whatever depth. */
int mwl_secret_name_in_json(const char *text, size_t length);

#endif
