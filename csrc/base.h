/* Base32 and base64 (RFC 4648), both ways; base16 one way. */
#ifndef MWL_BASE_H
#define MWL_BASE_H

#include <stddef.h>

/* Room that a result may need; no NUL is written. */
size_t mwl_base64_room(size_t length);
size_t mwl_unbase64_room(size_t length);
size_t mwl_base32_room(size_t length);
size_t mwl_unbase32_room(size_t length);
size_t mwl_hex_room(size_t length);

/* Each returns how many bytes it wrote. base64url has no padding, base64 and base32 have it. */
size_t mwl_base64(char *out, const void *bytes, size_t length);
size_t mwl_base64url(char *out, const void *bytes, size_t length);
size_t mwl_base32(char *out, const void *bytes, size_t length);
size_t mwl_hex(char *out, const void *bytes, size_t length);

/* Each returns 1 and sets `written`, or 0 when the text is not what its name says. Padding may be
   left out but not be wrong. Base64 is strict: no white space, no bits left over. Base32 is what
   people copy from a screen: case, spaces and dashes do not matter. */
int mwl_unbase64(char *out, size_t *written, const char *text, size_t length);
int mwl_unbase64url(char *out, size_t *written, const char *text, size_t length);
int mwl_unbase32(char *out, size_t *written, const char *text, size_t length);

#endif
