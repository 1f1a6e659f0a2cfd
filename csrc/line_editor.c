#include "line_editor.h"

#include <stdint.h>

#define BACKSPACE 0x08
#define DELETE 0x7f
#define ESCAPE 0x1b

/* Ranges of code points that take two columns, and those that take none. */
static const uint32_t wide[][2] = {{0x1100, 0x115f}, {0x2e80, 0xa4cf},   {0xac00, 0xd7a3},
                                   {0xf900, 0xfaff}, {0xfe30, 0xfe6f},   {0xff00, 0xff60},
                                   {0xffe0, 0xffe6}, {0x1f300, 0x1faff}, {0x20000, 0x3fffd}};
static const uint32_t without_width[][2] = {{0x0300, 0x036f}, {0x200b, 0x200f}, {0xfe00, 0xfe0f}};

static int is_in(uint32_t point, const uint32_t ranges[][2], size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (point >= ranges[i][0] && point <= ranges[i][1]) return 1;
  }
  return 0;
}

static size_t columns_of(const char *bytes, size_t length) {
  static const unsigned char masks[] = {0x7f, 0x1f, 0x0f, 0x07};
  uint32_t point;
  if (length == 0 || length > 4) return 1;
  point = (unsigned char)bytes[0] & masks[length - 1];
  for (size_t i = 1; i < length; i++) point = point << 6 | ((unsigned char)bytes[i] & 0x3f);
  if (is_in(point, without_width, sizeof without_width / sizeof without_width[0])) return 0;
  return is_in(point, wide, sizeof wide / sizeof wide[0]) ? 2 : 1;
}

/* Takes one whole character off the end; returns the columns it had. */
static size_t erase_character(struct mwl_line_editor *editor) {
  size_t start = editor->length;
  size_t columns;
  if (start == 0) return 0;
  do {
    start--;
  } while (start > 0 && editor->length - start < 4 &&
           ((unsigned char)editor->bytes[start] & 0xc0) == 0x80);
  columns = columns_of(editor->bytes + start, editor->length - start);
  while (editor->length > start) editor->bytes[--editor->length] = '\0';
  return columns;
}

static size_t erase_word(struct mwl_line_editor *editor) {
  size_t columns = 0;
  while (editor->length > 0 && editor->bytes[editor->length - 1] == ' ')
    columns += erase_character(editor);
  while (editor->length > 0 && editor->bytes[editor->length - 1] != ' ')
    columns += erase_character(editor);
  return columns;
}

static size_t erase_all(struct mwl_line_editor *editor) {
  size_t columns = 0;
  while (editor->length > 0) columns += erase_character(editor);
  editor->overlong = 0;
  return columns;
}

/* ESC, ESC [ … final, ESC O x: arrows and marks around pasted text are not part of an answer. */
static int is_escape(struct mwl_line_editor *editor, unsigned char key) {
  if (key == ESCAPE) {
    editor->escape = ESCAPE;
    return 1;
  }
  if (editor->escape == 0) return 0;
  if (key < ' ') {
    editor->escape = 0;
    return 0;
  }
  if (editor->escape == ESCAPE) {
    editor->escape = key == '[' || key == 'O' ? key : 0;
    return 1;
  }
  if (key >= 0x40 || editor->escape == 'O') editor->escape = 0;
  return 1;
}

enum mwl_key mwl_line_editor_key(struct mwl_line_editor *editor, unsigned char key,
                                 size_t *columns_erased, int *visible) {
  *columns_erased = 0;
  *visible = 0;
  if (key == '\0' || is_escape(editor, key)) return MWL_KEY_TAKEN;
  if (key == '\r' || key == '\n') return MWL_KEY_ENTER;
  if (key == editor->end) return editor->length == 0 ? MWL_KEY_END : MWL_KEY_TAKEN;
  if (key == BACKSPACE || key == DELETE || key == editor->erase) {
    *columns_erased = erase_character(editor);
    return MWL_KEY_TAKEN;
  }
  if (key == editor->kill) {
    *columns_erased = erase_all(editor);
    return MWL_KEY_TAKEN;
  }
  if (key == editor->word) {
    *columns_erased = erase_word(editor);
    return MWL_KEY_TAKEN;
  }
  if (key < ' ' && key != '\t') return MWL_KEY_TAKEN;
  if (editor->length == editor->capacity) {
    editor->overlong = 1;
    return MWL_KEY_TAKEN;
  }
  editor->bytes[editor->length++] = (char)key;
  *visible = 1;
  return MWL_KEY_TAKEN;
}
