/* Form bodies: percent-encoding by RFC 3986, measured first so that a body is written once. */
#ifndef MWL_FORM_H
#define MWL_FORM_H

#include <stddef.h>

struct mwl_file;

struct mwl_field {
  const char *name;
  size_t name_length;
  const char *value;
  size_t value_length;
  const struct mwl_file *file; /* instead of a value; NULL: none */
  int rank;                    /* fields are ordered by rank, name and position */
  size_t position;
};

size_t mwl_percent_length(const char *text, size_t length);
/* Writes exactly mwl_percent_length bytes; returns where it stopped. */
char *mwl_percent_write(char *out, const char *text, size_t length);

/* name=value&name=value, both percent-encoded. */
size_t mwl_form_length(const struct mwl_field *fields, size_t count);
char *mwl_form_write(char *out, const struct mwl_field *fields, size_t count);

/* Whether a name and password have the shape of a bot password. */
int mwl_form_is_botpassword(const char *name, size_t name_length, const char *password,
                            size_t length);

#endif
