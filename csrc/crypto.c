/* Digests, random bytes and codings for Lua, on libcrypto; of a secret they make a secret. */
#if !__has_include(<openssl/evp.h>)
#error "OpenSSL's headers are missing: apt-get install libssl-dev (or openssl-devel)"
#endif

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <string.h>

#include "base.h"
#include "core.h"
#include "failure.h"
#include "secret.h"

#define MOST_RANDOM 65536
#define MOST_ENCODED ((size_t)256 * 1024 * 1024)

/* == digests =================================================================================== */

static int push_digest(lua_State *L, const EVP_MD *method) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  size_t length;
  const char *text = mwl_secret_or_string(L, 1, &length);
  if (EVP_Digest(text, length, digest, &size, method, NULL) != 1) {
    return luaL_error(L, "OpenSSL refuses this digest");
  }
  lua_pushlstring(L, (const char *)digest, size);
  return 1;
}

/***
SHA-1.
@function crypto.sha1
@tparam string|secret text
@treturn string 20 raw bytes
*/
static int crypto_sha1(lua_State *L) { return push_digest(L, EVP_sha1()); }

/***
SHA-256.
@function crypto.sha256
@tparam string|secret text
@treturn string 32 raw bytes
*/
static int crypto_sha256(lua_State *L) { return push_digest(L, EVP_sha256()); }

/***
HMAC (RFC 2104).
@function crypto.hmac
@tparam string algorithm `"sha1"`, `"sha256"` or `"sha512"`; anything else raises
@tparam string|secret key
@tparam string|secret message
@treturn string 20, 32 or 64 raw bytes
*/
static int crypto_hmac(lua_State *L) {
  static const char *const names[] = {"sha1", "sha256", "sha512", NULL};
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  size_t key_length, length;
  int choice = luaL_checkoption(L, 1, NULL, names);
  const char *key = mwl_secret_or_string(L, 2, &key_length);
  const char *text = mwl_secret_or_string(L, 3, &length);
  const EVP_MD *method = choice == 0 ? EVP_sha1() : choice == 1 ? EVP_sha256() : EVP_sha512();
  luaL_argcheck(L, key_length <= 65536, 2, "key of more than 64 KiB");
  if (HMAC(method, key, (int)key_length, (const unsigned char *)text, length, digest, &size) ==
      NULL) {
    return luaL_error(L, "OpenSSL refuses this HMAC");
  }
  lua_pushlstring(L, (const char *)digest, size);
  OPENSSL_cleanse(digest, sizeof digest);
  return 1;
}

/***
Bytes nobody can guess.
@function crypto.random
@tparam integer count 0 to 65536
@treturn string raw bytes
*/
static int crypto_random(lua_State *L) {
  lua_Integer count = luaL_checkinteger(L, 1);
  luaL_Buffer buffer;
  char *bytes;
  luaL_argcheck(L, count >= 0 && count <= MOST_RANDOM, 1, "count must be 0 to 65536");
  bytes = luaL_buffinitsize(L, &buffer, (size_t)count);
  if (count > 0 && RAND_bytes((unsigned char *)bytes, (int)count) != 1) {
    return luaL_error(L, "the system gives no random bytes");
  }
  luaL_pushresultsize(&buffer, (size_t)count);
  return 1;
}

/***
Whether two texts are the same, in a time that depends on their lengths only.
@function crypto.equal
@tparam string|secret a
@tparam string|secret b
@treturn boolean
*/
static int crypto_equal(lua_State *L) {
  size_t length, other_length;
  const char *text = mwl_secret_or_string(L, 1, &length);
  const char *other = mwl_secret_or_string(L, 2, &other_length);
  lua_pushboolean(L, length == other_length && CRYPTO_memcmp(text, other, length) == 0);
  return 1;
}

/* == base32 and base64 ========================================================================= */

typedef size_t encoder(char *out, const void *bytes, size_t length);
typedef int decoder(char *out, size_t *written, const char *text, size_t length);

static const char *check_encodable(lua_State *L, size_t *length) {
  const char *text = mwl_secret_or_string(L, 1, length);
  luaL_argcheck(L, *length <= MOST_ENCODED, 1, "more than 256 MiB");
  return text;
}

/* What came as a secret stays one. */
static int push_encoded(lua_State *L, size_t (*room)(size_t), encoder *encode) {
  size_t length;
  const char *bytes = check_encodable(L, &length);
  if (mwl_secret_test(L, 1) != NULL) {
    struct mwl_secret *secret = mwl_secret_prepare(L, room(length));
    secret->length = encode(secret->bytes, bytes, length);
  } else {
    luaL_Buffer buffer;
    char *out = luaL_buffinitsize(L, &buffer, room(length));
    luaL_pushresultsize(&buffer, encode(out, bytes, length));
  }
  return 1;
}

static int push_decoded(lua_State *L, decoder *decode, const char *name) {
  size_t length, written;
  const char *text = check_encodable(L, &length);
  if (mwl_secret_test(L, 1) != NULL) {
    struct mwl_secret *secret = mwl_secret_prepare(L, mwl_unbase64_room(length));
    if (decode(secret->bytes, &secret->length, text, length)) return 1;
  } else {
    luaL_Buffer buffer;
    char *out = luaL_buffinitsize(L, &buffer, mwl_unbase64_room(length));
    int good = decode(out, &written, text, length);
    luaL_pushresultsize(&buffer, good ? written : 0);
    if (good) return 1;
  }
  return mwl_failure(L, "answer", "encoding", "this text is not %s", name);
}

/***
Base64 with padding.
@function crypto.base64
@tparam string|secret bytes
@treturn string|secret a secret when a secret was given
*/
static int crypto_base64(lua_State *L) { return push_encoded(L, mwl_base64_room, mwl_base64); }

/***
Base64 for addresses (`-` and `_`), without padding.
@function crypto.base64url
@tparam string|secret bytes
@treturn string|secret a secret when a secret was given
*/
static int crypto_base64url(lua_State *L) {
  return push_encoded(L, mwl_base64_room, mwl_base64url);
}

/***
Base32 with padding.
@function crypto.base32
@tparam string|secret bytes
@treturn string|secret a secret when a secret was given
*/
static int crypto_base32(lua_State *L) { return push_encoded(L, mwl_base32_room, mwl_base32); }

/***
Hexadecimal digits, in small letters: what digests are mostly shown as.
@function crypto.hex
@tparam string|secret bytes
@treturn string|secret a secret when a secret was given
*/
static int crypto_hex(lua_State *L) { return push_encoded(L, mwl_hex_room, mwl_hex); }

/***
Reads base64; padding may be left out.
@function crypto.unbase64
@tparam string|secret text
@treturn[1] string|secret a secret when a secret was given
@treturn[2] nil
@treturn[2] table error, kind `answer`, code `encoding`
*/
static int crypto_unbase64(lua_State *L) { return push_decoded(L, mwl_unbase64, "base64"); }

/***
Reads base64 for addresses; padding may be left out.
@function crypto.unbase64url
@tparam string|secret text
@treturn[1] string|secret a secret when a secret was given
@treturn[2] nil
@treturn[2] table error, kind `answer`, code `encoding`
*/
static int crypto_unbase64url(lua_State *L) {
  return push_decoded(L, mwl_unbase64url, "base64url");
}

/***
Reads base32 as people copy it: case, spaces, dashes and missing padding do not matter.
@function crypto.unbase32
@tparam string|secret text
@treturn[1] secret always a secret: base32 is how keys are written down
@treturn[2] nil
@treturn[2] table error, kind `answer`, code `encoding`
*/
static int crypto_unbase32(lua_State *L) {
  size_t length;
  const char *text = check_encodable(L, &length);
  struct mwl_secret *secret = mwl_secret_prepare(L, mwl_unbase32_room(length));
  if (mwl_unbase32(secret->bytes, &secret->length, text, length)) return 1;
  return mwl_failure(L, "answer", "encoding", "this text is not base32");
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/***
Percent-encoding undone, once; a `%` without two digits stays.
@function crypto.unpercent
@tparam secret text
@treturn secret
*/
static int crypto_unpercent(lua_State *L) {
  size_t length;
  const char *text = check_encodable(L, &length);
  struct mwl_secret *secret = mwl_secret_prepare(L, length);
  for (size_t i = 0; i < length; i++) {
    int high = text[i] == '%' && length - i > 2 ? hex_digit(text[i + 1]) : -1;
    int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    secret->bytes[secret->length++] = low >= 0 ? (char)(high << 4 | low) : text[i];
    if (low >= 0) i += 2;
  }
  return 1;
}

void mwl_register_crypto(lua_State *L) {
  static const luaL_Reg functions[] = {{"sha1", crypto_sha1},
                                       {"sha256", crypto_sha256},
                                       {"hmac", crypto_hmac},
                                       {"random", crypto_random},
                                       {"equal", crypto_equal},
                                       {"base64", crypto_base64},
                                       {"unbase64", crypto_unbase64},
                                       {"base64url", crypto_base64url},
                                       {"unbase64url", crypto_unbase64url},
                                       {"base32", crypto_base32},
                                       {"hex", crypto_hex},
                                       {"unbase32", crypto_unbase32},
                                       {"unpercent", crypto_unpercent},
                                       {NULL, NULL}};
  luaL_newlib(L, functions);
  lua_setfield(L, -2, "crypto");
}
