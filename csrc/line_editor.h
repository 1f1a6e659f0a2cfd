/* One line being typed: what a key does to it, and what of that is shown. Lua-free. */
#ifndef MWL_LINE_EDITOR_H
#define MWL_LINE_EDITOR_H

#include <stddef.h>

struct mwl_line_editor {
  char *bytes; /* the caller's; holds up to `capacity` bytes */
  size_t length, capacity;
  int overlong;                         /* more was typed than there is room for */
  int escape;                           /* inside a key's escape sequence */
  unsigned char erase, kill, word, end; /* the terminal's own keys */
};

enum mwl_key { MWL_KEY_TAKEN, MWL_KEY_ENTER, MWL_KEY_END };

/* Takes one byte. Says how many columns are to be erased, or that the byte itself may be shown. */
enum mwl_key mwl_line_editor_key(struct mwl_line_editor *editor, unsigned char key,
                                 size_t *columns_erased, int *visible);

#endif
