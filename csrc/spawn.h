/* Starts a program: arguments as given, never through a shell, with exactly the descriptors named.
   Lua-free. */
#ifndef MWL_SPAWN_H
#define MWL_SPAWN_H

#include <sys/types.h>

#define MWL_MOST_DESCRIPTORS 16
#define MWL_HIGHEST_DESCRIPTOR 63

/* The program sees our descriptor `ours` as `theirs`. */
struct mwl_redirection {
  int ours;
  int theirs;
};

struct mwl_spawn {
  char *const *arguments;   /* NULL-terminated; the first is looked up in PATH */
  char *const *environment; /* NULL-terminated, NAME=value */
  struct mwl_redirection redirections[MWL_MOST_DESCRIPTORS];
  int count;
  int own_group; /* a process group of its own: Ctrl-C does not reach it, and all of it can be ended
                  */
};

/* The process id, or -1 with errno set: that of exec, too, when there is no such program. */
pid_t mwl_spawn(const struct mwl_spawn *spawn);

#endif
