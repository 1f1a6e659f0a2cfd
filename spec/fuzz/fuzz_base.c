/* csrc/base.c: whatever is decoded stays in its room, and says the same when it is written again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../csrc/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef size_t encoder(char *out, const void *bytes, size_t length);
typedef int decoder(char *out, size_t *written, const char *text, size_t length);

static void must(int good) {
  if (!good) abort();
}

static void *room_for(size_t size) {
  void *memory = malloc(size > 0 ? size : 1); /* exactly: the sanitizer sees one byte more */
  must(memory != NULL);
  return memory;
}

/* Bytes written and read back are the same bytes. */
static void there_and_back(const uint8_t *data, size_t size, size_t room, encoder *encode,
                           size_t (*back_room)(size_t), decoder *decode) {
  char *text = room_for(room);
  size_t length = encode(text, data, size), written;
  char *bytes = room_for(back_room(length));
  must(length <= room);
  must(decode(bytes, &written, text, length));
  must(written == size && memcmp(bytes, data, size) == 0);
  free(bytes);
  free(text);
}

/* Text that is accepted stands for the bytes that its own encoding stands for. */
static void back_and_there(const uint8_t *data, size_t size, size_t room, decoder *decode,
                           size_t (*text_room)(size_t), encoder *encode) {
  char *bytes = room_for(room), *again = room_for(room), *text;
  size_t written = 0, length, written_again = 0;
  if (decode(bytes, &written, (const char *)data, size)) {
    must(written <= room);
    text = room_for(text_room(written));
    length = encode(text, bytes, written);
    must(decode(again, &written_again, text, length));
    must(written_again == written && memcmp(bytes, again, written) == 0);
    free(text);
  }
  free(again);
  free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  there_and_back(data, size, mwl_base64_room(size), mwl_base64, mwl_unbase64_room, mwl_unbase64);
  there_and_back(data, size, mwl_base64_room(size), mwl_base64url, mwl_unbase64_room,
                 mwl_unbase64url);
  there_and_back(data, size, mwl_base32_room(size), mwl_base32, mwl_unbase32_room, mwl_unbase32);
  back_and_there(data, size, mwl_unbase64_room(size), mwl_unbase64, mwl_base64_room, mwl_base64);
  back_and_there(data, size, mwl_unbase64_room(size), mwl_unbase64url, mwl_base64_room,
                 mwl_base64url);
  back_and_there(data, size, mwl_unbase32_room(size), mwl_unbase32, mwl_base32_room, mwl_base32);
  return 0;
}
