/* A terminal that shows nothing of what is typed, and the signals that must not leave it so.
   Lua-free. Only one at a time in a process: signals belong to all of it. */
#ifndef MWL_QUIET_H
#define MWL_QUIET_H

#include <signal.h>
#include <termios.h>

#define MWL_QUIET_SIGNALS 8

struct mwl_quiet {
  int fd;
  int changed; /* the terminal is not as it was */
  int wake[2]; /* a signal handler writes, poll sees it */
  struct termios before;
  struct sigaction actions[MWL_QUIET_SIGNALS];
  int installed[MWL_QUIET_SIGNALS];
};

/* 0, or an errno; EBUSY when another one is going on. */
int mwl_quiet_begin(struct mwl_quiet *quiet, int fd);
/* Puts terminal and signals back. Twice is fine. */
void mwl_quiet_end(struct mwl_quiet *quiet);
/* The signal that came, 0 when none did. */
int mwl_quiet_signal(struct mwl_quiet *quiet);
/* Whether a signal only stops the process for a while. */
int mwl_quiet_is_stop(int number);
/* Puts all back, stops the process as the signal would have, and begins again when it goes on. */
int mwl_quiet_suspend(struct mwl_quiet *quiet, int number);
/* The terminal may have been changed while the process was stopped. */
void mwl_quiet_again(struct mwl_quiet *quiet);

#endif
