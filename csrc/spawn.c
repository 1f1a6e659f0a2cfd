#define _GNU_SOURCE /* pipe2, execvpe's environ */

#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* == in the child: nothing but system calls until exec ========================================= */

static void child_fails(int report) {
  int error = errno;
  ssize_t written = write(report, &error, sizeof error);
  (void)written;
  _exit(127);
}

static void reset_signals(void) {
  sigset_t none;
  struct sigaction action;
  for (int number = 1; number < NSIG; number++) {
    if (sigaction(number, NULL, &action) != 0) continue;
    if (action.sa_handler == SIG_IGN && number != SIGPIPE) continue;
    action.sa_handler = SIG_DFL;
    action.sa_flags = 0;
    sigaction(number, &action, NULL);
  }
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

static void close_span(unsigned first, unsigned last) {
  long most;
  if (first > last) return;
#ifdef SYS_close_range
  if (syscall(SYS_close_range, first, last, 0) == 0) return;
#endif
  most = sysconf(_SC_OPEN_MAX);
  if (most < 0 || most > 65536) most = 65536;
  for (unsigned fd = first; fd <= last && fd < (unsigned)most; fd++) close((int)fd);
}

/* First out of the way of every target, then onto the targets. */
static int place_descriptors(const struct mwl_spawn *spawn, int *report) {
  int moved[MWL_MOST_DESCRIPTORS];
  unsigned char used[MWL_HIGHEST_DESCRIPTOR + 1] = {1, 1, 1};
  *report = fcntl(*report, F_DUPFD_CLOEXEC, MWL_HIGHEST_DESCRIPTOR + 1);
  if (*report < 0) return 0;
  for (int i = 0; i < spawn->count; i++) {
    moved[i] = fcntl(spawn->redirections[i].ours, F_DUPFD_CLOEXEC, MWL_HIGHEST_DESCRIPTOR + 1);
    if (moved[i] < 0) return 0;
  }
  for (int i = 0; i < spawn->count; i++) {
    if (dup2(moved[i], spawn->redirections[i].theirs) < 0) return 0;
    used[spawn->redirections[i].theirs] = 1;
  }
  for (int fd = 3; fd <= MWL_HIGHEST_DESCRIPTOR; fd++) {
    if (!used[fd]) close(fd);
  }
  close_span(MWL_HIGHEST_DESCRIPTOR + 1, (unsigned)*report - 1);
  close_span((unsigned)*report + 1, ~0u);
  return 1;
}

static void run_child(const struct mwl_spawn *spawn, int report) {
  int first_report = report;
  if (spawn->own_group) {
    setpgid(0, 0);
  } else {
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* it has our terminal: it ends with us */
  }
  if (!place_descriptors(spawn, &report)) child_fails(report < 0 ? first_report : report);
  reset_signals();
  environ = (char **)spawn->environment;
  execvp(spawn->arguments[0], spawn->arguments);
  child_fails(report);
}

/* == in the parent ============================================================================= */

/* What the child wrote before it gave up; 0 when exec closed the pipe. */
static int read_report(int fd) {
  int error = 0;
  ssize_t count;
  do {
    count = read(fd, &error, sizeof error);
  } while (count < 0 && errno == EINTR);
  return count == sizeof error ? error : 0;
}

static void reap(pid_t child) {
  pid_t result;
  do {
    result = waitpid(child, NULL, 0);
  } while (result < 0 && errno == EINTR);
}

pid_t mwl_spawn(const struct mwl_spawn *spawn) {
  int report[2];
  sigset_t all, kept;
  pid_t child;
  int error;
  if (pipe2(report, O_CLOEXEC) != 0) return -1;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &kept); /* no handler of ours may run in the child */
  child = fork();
  if (child == 0) run_child(spawn, report[1]);
  error = errno;
  pthread_sigmask(SIG_SETMASK, &kept, NULL);
  close(report[1]);
  if (child > 0) {
    if (spawn->own_group) setpgid(child, child);
    error = read_report(report[0]);
    if (error != 0) reap(child);
  }
  close(report[0]);
  if (child < 0 || error != 0) {
    errno = error;
    return -1;
  }
  return child;
}
