/* RSA-SHA1 (RFC 5849, 3.4.3) with a private key that stays in its file and in OpenSSL's memory. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core.h"
#include "failure.h"
#include "secret.h"

#define SIGNATURE_MAX 2048 /* bytes: a key of 16384 bits */

static int is_private(const struct stat *status) {
  return S_ISREG(status->st_mode) && (status->st_mode & (S_IRWXG | S_IRWXO)) == 0 &&
         status->st_uid == geteuid();
}

/* A key with a passphrase is refused: OpenSSL would ask for it on the terminal. */
static int no_passphrase(char *buffer, int size, int writing, void *data) {
  (void)buffer;
  (void)size;
  (void)writing;
  (void)data;
  return -1;
}

/* NULL: `fault` says why. */
static EVP_PKEY *read_key(const char *path, const char **fault) {
  EVP_PKEY *key = NULL;
  struct stat status;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;
  if (file == NULL) {
    *fault = strerror(errno);
    if (fd >= 0) close(fd);
    return NULL;
  }
  setvbuf(file, NULL, _IONBF, 0); /* no copy of the key in a buffer of ours */
  if (fstat(fileno(file), &status) != 0 || !is_private(&status)) {
    *fault = "it is not a plain file of yours that nobody else can read";
  } else {
    key = PEM_read_PrivateKey(file, NULL, no_passphrase, NULL);
    if (key == NULL) *fault = "it holds no private key in PEM, without a passphrase";
  }
  fclose(file);
  if (key == NULL || EVP_PKEY_base_id(key) == EVP_PKEY_RSA) return key;
  EVP_PKEY_free(key);
  *fault = "its key is none of RSA";
  return NULL;
}

static int sign(EVP_PKEY *key, const char *text, size_t length, unsigned char *signature,
                size_t *size) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  int good = context != NULL && EVP_DigestSignInit(context, NULL, EVP_sha1(), NULL, key) == 1 &&
             EVP_DigestSign(context, signature, size, (const unsigned char *)text, length) == 1;
  EVP_MD_CTX_free(context);
  return good;
}

/***
Signs by RSA and SHA-1 (RFC 8017, RSASSA-PKCS1-v1_5).
@function crypto.rsa_sha1
@tparam string path of the private key: PEM, readable by its owner alone
@tparam string|secret text
@treturn[1] string raw bytes
@treturn[2] nil
@treturn[2] table error, kind `answer`, code `rsa_key`
*/
static int crypto_rsa_sha1(lua_State *L) {
  unsigned char signature[SIGNATURE_MAX];
  size_t size = sizeof signature;
  size_t length;
  const char *path = luaL_checkstring(L, 1);
  const char *text = mwl_secret_or_string(L, 2, &length);
  const char *fault = "OpenSSL does not sign with it";
  EVP_PKEY *key = read_key(path, &fault);
  int good = key != NULL && sign(key, text, length, signature, &size);
  EVP_PKEY_free(key);
  if (!good) {
    return mwl_failure(L, "answer", "rsa_key", "The RSA key %.200s cannot be used: %s.", path,
                       fault);
  }
  lua_pushlstring(L, (const char *)signature, size);
  return 1;
}

void mwl_register_rsa(lua_State *L) {
  lua_getfield(L, -1, "crypto");
  lua_pushcfunction(L, crypto_rsa_sha1);
  lua_setfield(L, -2, "rsa_sha1");
  lua_pop(L, 1);
}
