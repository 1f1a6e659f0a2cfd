#include "reply.h"

#include <string.h>

struct scan {
  const char *at;
  const char *end;
  int depth;
  enum mwl_reply_fault fault;
};

static int scan_value(struct scan *scan);

static int fail(struct scan *scan, enum mwl_reply_fault fault) {
  if (scan->fault == MWL_REPLY_SOUND) scan->fault = fault;
  return 0;
}

static int fail_here(struct scan *scan) {
  return fail(scan, scan->at == scan->end ? MWL_REPLY_CUT : MWL_REPLY_NOT_JSON);
}

static void skip_blanks(struct scan *scan) {
  while (scan->at < scan->end &&
         (*scan->at == ' ' || *scan->at == '\n' || *scan->at == '\r' || *scan->at == '\t')) {
    scan->at++;
  }
}

static int is_digit(char c) { return c >= '0' && c <= '9'; }

static int is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static int scan_escape(struct scan *scan) {
  scan->at++;
  if (scan->at == scan->end) return fail_here(scan);
  if (*scan->at == 'u') {
    for (int i = 0; i < 4; i++) {
      scan->at++;
      if (scan->at == scan->end || !is_hex(*scan->at)) return fail_here(scan);
    }
  } else if (*scan->at == '\0' || strchr("\"\\/bfnrt", *scan->at) == NULL) {
    return fail(scan, MWL_REPLY_NOT_JSON);
  }
  scan->at++;
  return 1;
}

static int scan_string(struct scan *scan) {
  if (scan->at == scan->end || *scan->at != '"') return fail_here(scan);
  scan->at++;
  while (scan->at < scan->end) {
    unsigned char c = (unsigned char)*scan->at;
    if (c == '"') {
      scan->at++;
      return 1;
    }
    if (c == '\\') {
      if (!scan_escape(scan)) return 0;
      continue;
    }
    if (c < 0x20) return fail(scan, MWL_REPLY_NOT_JSON);
    scan->at++;
  }
  return fail(scan, MWL_REPLY_CUT);
}

static int scan_digits(struct scan *scan) {
  if (scan->at == scan->end || !is_digit(*scan->at)) return fail_here(scan);
  while (scan->at < scan->end && is_digit(*scan->at)) scan->at++;
  return 1;
}

static int scan_number(struct scan *scan) {
  if (*scan->at == '-') scan->at++;
  if (scan->at < scan->end && *scan->at == '0') {
    scan->at++;
  } else if (!scan_digits(scan)) {
    return 0;
  }
  if (scan->at < scan->end && *scan->at == '.') {
    scan->at++;
    if (!scan_digits(scan)) return 0;
  }
  if (scan->at < scan->end && (*scan->at == 'e' || *scan->at == 'E')) {
    scan->at++;
    if (scan->at < scan->end && (*scan->at == '+' || *scan->at == '-')) scan->at++;
    if (!scan_digits(scan)) return 0;
  }
  return 1;
}

static int scan_word(struct scan *scan, const char *word) {
  for (; *word != '\0'; word++, scan->at++) {
    if (scan->at == scan->end || *scan->at != *word) return fail_here(scan);
  }
  return 1;
}

static int scan_members(struct scan *scan, char close, int named) {
  scan->at++;
  scan->depth++;
  if (scan->depth > MWL_REPLY_DEPTH) return fail(scan, MWL_REPLY_DEEP);
  skip_blanks(scan);
  if (scan->at < scan->end && *scan->at == close) {
    scan->at++;
    scan->depth--;
    return 1;
  }
  for (;;) {
    if (named) {
      skip_blanks(scan);
      if (!scan_string(scan)) return 0;
      skip_blanks(scan);
      if (scan->at == scan->end || *scan->at != ':') return fail_here(scan);
      scan->at++;
    }
    if (!scan_value(scan)) return 0;
    skip_blanks(scan);
    if (scan->at == scan->end) return fail(scan, MWL_REPLY_CUT);
    if (*scan->at == close) break;
    if (*scan->at != ',') return fail(scan, MWL_REPLY_NOT_JSON);
    scan->at++;
  }
  scan->at++;
  scan->depth--;
  return 1;
}

static int scan_value(struct scan *scan) {
  skip_blanks(scan);
  if (scan->at == scan->end) return fail(scan, MWL_REPLY_CUT);
  switch (*scan->at) {
    case '{':
      return scan_members(scan, '}', 1);
    case '[':
      return scan_members(scan, ']', 0);
    case '"':
      return scan_string(scan);
    case 't':
      return scan_word(scan, "true");
    case 'f':
      return scan_word(scan, "false");
    case 'n':
      return scan_word(scan, "null");
    default:
      if (*scan->at == '-' || is_digit(*scan->at)) return scan_number(scan);
      return fail(scan, MWL_REPLY_NOT_JSON);
  }
}

enum mwl_reply_fault mwl_reply_scan(const char *text, size_t length) {
  struct scan scan = {text, NULL, 0, MWL_REPLY_SOUND};
  if (length == 0) return MWL_REPLY_EMPTY; /* its text may be NULL */
  scan.end = text + length;
  skip_blanks(&scan);
  if (scan.at == scan.end) return MWL_REPLY_EMPTY;
  if (!scan_value(&scan)) return scan.fault;
  skip_blanks(&scan);
  return scan.at == scan.end ? MWL_REPLY_SOUND : MWL_REPLY_TRAILING;
}

const char *mwl_reply_fault_code(enum mwl_reply_fault fault) {
  switch (fault) {
    case MWL_REPLY_EMPTY:
      return "empty";
    case MWL_REPLY_NOT_JSON:
      return "not_json";
    case MWL_REPLY_CUT:
      return "cut";
    case MWL_REPLY_TRAILING:
      return "trailing";
    case MWL_REPLY_DEEP:
      return "too_deep";
    default:
      return "sound";
  }
}

const char *mwl_reply_fault_text(enum mwl_reply_fault fault) {
  switch (fault) {
    case MWL_REPLY_EMPTY:
      return "the reply is empty";
    case MWL_REPLY_NOT_JSON:
      return "the reply is not JSON";
    case MWL_REPLY_CUT:
      return "the reply ends in the middle of its JSON";
    case MWL_REPLY_TRAILING:
      return "the reply goes on after its JSON";
    case MWL_REPLY_DEEP:
      return "the reply is nested too deeply";
    default:
      return "the reply is sound";
  }
}
