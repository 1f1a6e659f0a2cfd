#include "json_order.h"

#include <stdlib.h>
#include <string.h>

/* Only one list is looked for: `requests` in the reply's own objects (`clientlogin`, `createaccount`,
   `linkaccount`) or in `query.authmanagerinfo`. The text is known to be sound JSON, so that nothing
   here has to judge it. */

struct reader {
  const char *at;
  const char *end;
  struct mwl_order *order;
  int failed;
};

struct key {
  const char *start; /* after the opening quote */
  size_t length;     /* still escaped */
};

static void skip_blanks(struct reader *reader) {
  while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\n' ||
                                      *reader->at == '\r' || *reader->at == '\t')) {
    reader->at++;
  }
}

static int here(struct reader *reader, char c) {
  skip_blanks(reader);
  return reader->at < reader->end && *reader->at == c;
}

static int take(struct reader *reader, char c) {
  if (!here(reader, c)) return 0;
  reader->at++;
  return 1;
}

static struct key read_string(struct reader *reader) {
  struct key key = {reader->end, 0};
  if (!take(reader, '"')) return key;
  key.start = reader->at;
  while (reader->at < reader->end && *reader->at != '"') {
    reader->at += *reader->at == '\\' && reader->at + 1 < reader->end ? 2 : 1;
  }
  key.length = (size_t)(reader->at - key.start);
  if (reader->at < reader->end) reader->at++;
  return key;
}

static void skip_value(struct reader *reader) {
  int depth = 0;
  skip_blanks(reader);
  while (reader->at < reader->end) {
    char c = *reader->at;
    if (c == '"') {
      read_string(reader);
    } else if (c == '{' || c == '[') {
      depth++;
      reader->at++;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return;
      depth--;
      reader->at++;
    } else if (depth == 0 && c == ',') {
      return;
    } else {
      reader->at++;
    }
    if (depth == 0) {
      skip_blanks(reader);
      if (reader->at == reader->end || strchr(",}]", *reader->at) != NULL) return;
    }
  }
}

/* The next member's key; 0 at the end of the object. `first` is set to 0. */
static int next_member(struct reader *reader, int *first, struct key *key) {
  if (reader->failed || take(reader, '}')) return 0;
  if (!*first && !take(reader, ',')) return 0;
  *first = 0;
  if (!here(reader, '"')) return 0;
  *key = read_string(reader);
  return take(reader, ':');
}

static int is_key(struct key key, const char *name) {
  return key.length == strlen(name) && memcmp(key.start, name, key.length) == 0;
}

static unsigned hex_value(const char *digits) {
  unsigned value = 0;
  for (int i = 0; i < 4; i++) {
    char c = digits[i];
    unsigned digit = c <= '9' ? (unsigned)(c - '0') : (unsigned)((c | 32) - 'a' + 10);
    value = value << 4 | (digit & 15);
  }
  return value;
}

static char *write_point(char *out, unsigned point) {
  if (point < 0x80) {
    *out++ = (char)point;
  } else if (point < 0x800) {
    *out++ = (char)(0xC0 | point >> 6);
    *out++ = (char)(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    *out++ = (char)(0xE0 | point >> 12);
    *out++ = (char)(0x80 | (point >> 6 & 0x3F));
    *out++ = (char)(0x80 | (point & 0x3F));
  } else {
    *out++ = (char)(0xF0 | point >> 18);
    *out++ = (char)(0x80 | (point >> 12 & 0x3F));
    *out++ = (char)(0x80 | (point >> 6 & 0x3F));
    *out++ = (char)(0x80 | (point & 0x3F));
  }
  return out;
}

/* An unescaped text is never longer than the escaped one. */
static char *unescape(char *out, struct key key) {
  static const char letters[] = "bfnrt";
  static const char controls[] = "\b\f\n\r\t";
  const char *at = key.start;
  const char *end = key.start + key.length;
  while (at < end) {
    const char *letter;
    if (*at != '\\' || at + 1 >= end) {
      *out++ = *at++;
      continue;
    }
    at++;
    letter = strchr(letters, *at);
    if (*at == 'u' && end - at >= 5) {
      unsigned point = hex_value(at + 1);
      at += 5;
      if (point >= 0xD800 && point < 0xDC00 && end - at >= 6 && at[0] == '\\' && at[1] == 'u') {
        unsigned low = hex_value(at + 2);
        if (low >= 0xDC00 && low < 0xE000) {
          point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
          at += 6;
        }
      }
      out = write_point(out, point);
      continue;
    }
    *out++ = letter != NULL && *at != '\0' ? controls[letter - letters] : *at;
    at++;
  }
  return out;
}

static void note(struct reader *reader, enum mwl_order_kind kind, struct key key) {
  struct mwl_order *order = reader->order;
  struct mwl_order_entry *entry;
  char *end;
  if (order->count == order->room) {
    size_t room = order->room > 0 ? order->room * 2 : 32;
    void *grown = realloc(order->entries, room * sizeof *order->entries);
    if (grown == NULL) {
      reader->failed = 1;
      return;
    }
    order->entries = grown;
    order->room = room;
  }
  entry = &order->entries[order->count++];
  entry->kind = kind;
  entry->key_at = order->text_length;
  end = unescape(order->text + order->text_length, key);
  entry->key_length = (size_t)(end - (order->text + order->text_length));
  order->text_length += entry->key_length;
}

static void read_options(struct reader *reader) {
  struct key key;
  int first = 1;
  reader->at++;
  while (next_member(reader, &first, &key)) {
    note(reader, MWL_ORDER_OPTION, key);
    skip_value(reader);
  }
}

static void read_field(struct reader *reader) {
  struct key key;
  int first = 1;
  if (!take(reader, '{')) {
    skip_value(reader);
    return;
  }
  while (next_member(reader, &first, &key)) {
    if (is_key(key, "options") && here(reader, '{')) {
      read_options(reader);
    } else {
      skip_value(reader);
    }
  }
}

static void read_fields(struct reader *reader) {
  struct key key;
  int first = 1;
  reader->at++;
  while (next_member(reader, &first, &key)) {
    note(reader, MWL_ORDER_FIELD, key);
    read_field(reader);
  }
}

static void read_request(struct reader *reader) {
  struct key key = {reader->at, 0};
  int first = 1;
  note(reader, MWL_ORDER_REQUEST, key);
  if (!take(reader, '{')) {
    skip_value(reader);
    return;
  }
  while (next_member(reader, &first, &key)) {
    if (is_key(key, "fields") && here(reader, '{')) {
      read_fields(reader);
    } else {
      skip_value(reader);
    }
  }
}

static void read_requests(struct reader *reader) {
  reader->at++;
  if (take(reader, ']')) return;
  while (!reader->failed && reader->at < reader->end) {
    skip_blanks(reader);
    read_request(reader);
    if (!take(reader, ',')) break;
  }
  take(reader, ']');
}

/* An object that may hold `requests`. */
static void read_holder(struct reader *reader) {
  struct key key;
  int first = 1;
  reader->at++;
  while (next_member(reader, &first, &key)) {
    if (is_key(key, "requests") && here(reader, '[')) {
      reader->order->count = 0;
      reader->order->text_length = 0;
      read_requests(reader);
    } else {
      skip_value(reader);
    }
  }
}

static void read_query(struct reader *reader) {
  struct key key;
  int first = 1;
  reader->at++;
  while (next_member(reader, &first, &key)) {
    if (is_key(key, "authmanagerinfo") && here(reader, '{')) {
      read_holder(reader);
    } else {
      skip_value(reader);
    }
  }
}

static int holds_requests(struct key key) {
  return is_key(key, "clientlogin") || is_key(key, "createaccount") || is_key(key, "linkaccount");
}

int mwl_order_read(const char *text, size_t length, struct mwl_order *order) {
  struct reader reader = {text, text + length, order, 0};
  struct key key;
  int first = 1;
  memset(order, 0, sizeof *order);
  order->text = malloc(length > 0 ? length : 1);
  if (order->text == NULL) return 0;
  if (!take(&reader, '{')) return 1;
  while (next_member(&reader, &first, &key)) {
    if (is_key(key, "query") && here(&reader, '{')) {
      read_query(&reader);
    } else if (holds_requests(key) && here(&reader, '{')) {
      read_holder(&reader);
    } else {
      skip_value(&reader);
    }
  }
  return !reader.failed;
}

void mwl_order_free(struct mwl_order *order) {
  free(order->entries);
  free(order->text);
  memset(order, 0, sizeof *order);
}
