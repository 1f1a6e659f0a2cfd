/* Folders that nobody else can change, and what in them is fit to hold a secret. Lua-free. */
#ifndef MWL_PRIVATE_FOLDER_H
#define MWL_PRIVATE_FOLDER_H

#include <stddef.h>
#include <sys/stat.h>

/* Why something was refused: a code of kind `store` and a sentence. */
struct mwl_refusal {
  const char *code;
  char message[512];
};

/* Writes a sentence for errno `error` about `path`; always returns 0. */
int mwl_refuse_errno(struct mwl_refusal *refusal, const char *path, const char *doing, int error);

/* Whether a file is regular, ours, no hard link to another name, and open to us alone. */
int mwl_check_private(const struct stat *status, const char *path, struct mwl_refusal *refusal);

/* Whether nobody but us and root can change what lies in the folder `path`, nor in one above it.
   Missing folders are fine: nothing lies in them. */
int mwl_check_folder(const char *path, struct mwl_refusal *refusal);

/* Opens for reading what passes both, without following a link: a descriptor, or -1 and why. */
int mwl_open_private(const char *path, struct stat *status, struct mwl_refusal *refusal);

/* Whether others than its owner can write it; a group of the user's own is nobody else. */
int mwl_is_open_for_writing(const struct stat *status);

/* The folder part of `path` in `folder`; returns the last name in it. NULL when there is none or
   `folder` has no room. */
const char *mwl_split_path(const char *path, char *folder, size_t size);

/* Makes `path` and what is missing above it, each 0700, and refuses one that others can enter. */
int mwl_make_folder(const char *path, struct mwl_refusal *refusal);

#endif
