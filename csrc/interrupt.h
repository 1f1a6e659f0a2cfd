/* Ctrl-C while we wait in C: the host's own handler runs, and the wait ends. */
#ifndef MWL_INTERRUPT_H
#define MWL_INTERRUPT_H

#include <signal.h>

struct mwl_interrupt {
  int watching;
};

/* For the wait that begins. SIG_DFL and SIG_IGN are left alone. */
void mwl_interrupt_watch(struct mwl_interrupt *interrupt);
int mwl_interrupt_came(const struct mwl_interrupt *interrupt);

#endif
