/* What arrived, judged before anything in it is believed: one complete JSON value, nothing after. */
#ifndef MWL_REPLY_H
#define MWL_REPLY_H

#include <stddef.h>

#define MWL_REPLY_DEPTH 64

enum mwl_reply_fault {
  MWL_REPLY_SOUND,
  MWL_REPLY_EMPTY,
  MWL_REPLY_NOT_JSON,
  MWL_REPLY_CUT,      /* the text ends inside the value */
  MWL_REPLY_TRAILING, /* something follows the value */
  MWL_REPLY_DEEP      /* nested beyond MWL_REPLY_DEPTH */
};

enum mwl_reply_fault mwl_reply_scan(const char *text, size_t length);

/* The code of a fault ("cut", "trailing", …) and a sentence for people. */
const char *mwl_reply_fault_code(enum mwl_reply_fault fault);
const char *mwl_reply_fault_text(enum mwl_reply_fault fault);

#endif
