#include "interrupt.h"

#include <stddef.h>
#include <string.h>

static volatile sig_atomic_t interrupted;
static void (*host_handler)(int);

static void note_interrupt(int number) {
  interrupted = 1;
  if (host_handler != NULL) host_handler(number);
}

void mwl_interrupt_watch(struct mwl_interrupt *interrupt) {
  struct sigaction ours;
  interrupt->watching = 0;
  if (sigaction(SIGINT, NULL, &interrupt->before) != 0) return;
  if ((interrupt->before.sa_flags & SA_SIGINFO) != 0 || interrupt->before.sa_handler == SIG_DFL ||
      interrupt->before.sa_handler == SIG_IGN || interrupt->before.sa_handler == note_interrupt) {
    return;
  }
  memset(&ours, 0, sizeof ours);
  ours.sa_handler = note_interrupt;
  sigemptyset(&ours.sa_mask);
  host_handler = interrupt->before.sa_handler;
  interrupted = 0;
  interrupt->watching = sigaction(SIGINT, &ours, NULL) == 0;
}

void mwl_interrupt_unwatch(struct mwl_interrupt *interrupt) {
  struct sigaction now;
  if (!interrupt->watching) return;
  interrupt->watching = 0;
  /* the host's handler may have put another in its place (lua.c: SIG_DFL), which then stays */
  if (sigaction(SIGINT, NULL, &now) == 0 && now.sa_handler == note_interrupt) {
    sigaction(SIGINT, &interrupt->before, NULL);
  }
}

int mwl_interrupt_came(const struct mwl_interrupt *interrupt) {
  return interrupt->watching && interrupted;
}
