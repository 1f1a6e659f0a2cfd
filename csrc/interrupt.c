#include "interrupt.h"

#include <stddef.h>
#include <string.h>

static volatile sig_atomic_t interrupted;
static volatile sig_atomic_t is_noting;
static void (*host_handler)(int);

/* The host's handler may in its turn call the one it found before it. */
static void note_interrupt(int number) {
  interrupted = 1;
  if (is_noting || host_handler == NULL) return;
  is_noting = 1;
  host_handler(number);
  is_noting = 0;
}

static int is_ours(const struct sigaction *action) {
  return (action->sa_flags & SA_SIGINFO) == 0 && action->sa_handler == note_interrupt;
}

/* Whoever has no handler is to end by Ctrl-C as ever; what cannot be called on is left alone. */
static int install(const struct sigaction *before) {
  struct sigaction ours;
  if ((before->sa_flags & SA_SIGINFO) != 0 || before->sa_handler == SIG_DFL ||
      before->sa_handler == SIG_IGN) {
    return 0;
  }
  memset(&ours, 0, sizeof ours);
  ours.sa_handler = note_interrupt;
  sigemptyset(&ours.sa_mask);
  host_handler = before->sa_handler;
  return sigaction(SIGINT, &ours, NULL) == 0;
}

/* Once installed it stays until the host puts another in its place: each change is a system call, and
   there is a wait in every exchange. */
void mwl_interrupt_watch(struct mwl_interrupt *interrupt) {
  struct sigaction now;
  interrupt->watching = 0;
  if (sigaction(SIGINT, NULL, &now) != 0) return;
  interrupted = 0;
  interrupt->watching = is_ours(&now) || install(&now);
}

int mwl_interrupt_came(const struct mwl_interrupt *interrupt) {
  return interrupt->watching && interrupted;
}
