/* csrc/line_editor.c: whatever is typed, the line stays in its room, holds what may be in an answer,
   and what it takes off the screen was shown there. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../csrc/line_editor.h"

#define CAPACITY 64
#define WIDEST 2 /* columns of one character */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int good) {
  if (!good) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *bytes = malloc(CAPACITY); /* exactly: the sanitizer sees one byte more */
  struct mwl_line_editor editor = {bytes, 0, CAPACITY, 0, 0, 0x7f, 0x15, 0x17, 0x04};
  must(bytes != NULL);
  for (size_t i = 0; i < size; i++) {
    size_t before = editor.length;
    size_t erased;
    int visible;
    enum mwl_key key = mwl_line_editor_key(&editor, data[i], &erased, &visible);
    must(editor.length <= CAPACITY);
    must(editor.length <= before + 1);
    must(visible == (editor.length == before + 1));
    must(!visible || (unsigned char)bytes[before] == data[i]);
    must(erased == 0 || editor.length < before);
    must(erased <= (before - (editor.length < before ? editor.length : before)) * WIDEST);
    must(key != MWL_KEY_END || (editor.length == 0 && data[i] == editor.end));
    must(key != MWL_KEY_ENTER || data[i] == '\r' || data[i] == '\n');
    must(!editor.overlong || before == CAPACITY || data[i] != editor.kill);
  }
  for (size_t i = 0; i < editor.length; i++) {
    unsigned char byte = (unsigned char)bytes[i];
    must(byte >= ' ' || byte == '\t');
  }
  free(bytes);
  return 0;
}
