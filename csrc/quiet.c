#define _GNU_SOURCE /* pipe2 */

#include "quiet.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

static const int numbers[MWL_QUIET_SIGNALS] = {SIGINT,  SIGTERM, SIGHUP,  SIGQUIT,
                                               SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT};

static atomic_flag in_use = ATOMIC_FLAG_INIT;
static volatile sig_atomic_t caught[NSIG];
static volatile sig_atomic_t wake_fd = -1;

static void on_signal(int number) {
  int error = errno;
  ssize_t written = write((int)wake_fd, "", 1);
  (void)written;
  caught[number] = 1;
  errno = error;
}

/* What is ignored stays ignored, except that going on after a stop has no other sign. */
static void install(struct mwl_quiet *quiet) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  for (int i = 0; i < MWL_QUIET_SIGNALS; i++) {
    quiet->installed[i] = 0;
    if (sigaction(numbers[i], NULL, &quiet->actions[i]) != 0) continue;
    if (quiet->actions[i].sa_handler == SIG_IGN && numbers[i] != SIGCONT) continue;
    quiet->installed[i] = sigaction(numbers[i], &action, NULL) == 0;
  }
}

static void uninstall(struct mwl_quiet *quiet) {
  for (int i = 0; i < MWL_QUIET_SIGNALS; i++) {
    if (quiet->installed[i]) sigaction(numbers[i], &quiet->actions[i], NULL);
    quiet->installed[i] = 0;
  }
}

/* Keys one by one, none shown; Ctrl-C and the like stay signals. */
static int hush(struct mwl_quiet *quiet) {
  struct termios mode;
  if (tcgetattr(quiet->fd, &quiet->before) != 0) return 0;
  mode = quiet->before;
  mode.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL | ICANON | IEXTEN);
  mode.c_lflag |= ISIG;
  mode.c_cc[VMIN] = 1;
  mode.c_cc[VTIME] = 0;
  if (tcsetattr(quiet->fd, TCSANOW, &mode) != 0) return 0;
  quiet->changed = 1;
  return 1;
}

static void unhush(struct mwl_quiet *quiet) {
  int tries = 0;
  if (!quiet->changed) return;
  while (tcsetattr(quiet->fd, TCSANOW, &quiet->before) != 0 && errno == EINTR && tries < 10)
    tries++;
  quiet->changed = 0;
}

static int begin_once(struct mwl_quiet *quiet) {
  int error;
  install(quiet);
  if (hush(quiet)) return 0;
  error = errno;
  uninstall(quiet);
  return error;
}

static int taken_stop(void) {
  if (caught[SIGTTOU]) return SIGTTOU;
  return caught[SIGTTIN] ? SIGTTIN : 0;
}

/* In the background, touching the terminal is a SIGTTOU: stop as any program would, then go on. */
static int begin_signals(struct mwl_quiet *quiet) {
  int error = begin_once(quiet);
  while (error == EINTR) {
    int number = taken_stop();
    if (number != 0) {
      caught[number] = 0;
      raise(number);
    }
    error = begin_once(quiet);
  }
  return error;
}

int mwl_quiet_begin(struct mwl_quiet *quiet, int fd) {
  int error;
  memset(quiet, 0, sizeof *quiet);
  quiet->fd = fd;
  quiet->wake[0] = quiet->wake[1] = -1;
  if (atomic_flag_test_and_set(&in_use)) return EBUSY;
  if (pipe2(quiet->wake, O_CLOEXEC | O_NONBLOCK) != 0) {
    error = errno;
    atomic_flag_clear(&in_use);
    return error;
  }
  for (int i = 0; i < NSIG; i++) caught[i] = 0;
  wake_fd = quiet->wake[1];
  error = begin_signals(quiet);
  if (error != 0) mwl_quiet_end(quiet);
  return error;
}

void mwl_quiet_end(struct mwl_quiet *quiet) {
  if (quiet->wake[0] < 0) return;
  unhush(quiet);
  uninstall(quiet);
  wake_fd = -1;
  close(quiet->wake[0]);
  close(quiet->wake[1]);
  quiet->wake[0] = quiet->wake[1] = -1;
  atomic_flag_clear(&in_use);
}

int mwl_quiet_signal(struct mwl_quiet *quiet) {
  char bytes[32];
  while (read(quiet->wake[0], bytes, sizeof bytes) > 0) continue;
  for (int i = 0; i < MWL_QUIET_SIGNALS; i++) {
    if (!caught[numbers[i]]) continue;
    caught[numbers[i]] = 0;
    return numbers[i];
  }
  return 0;
}

int mwl_quiet_is_stop(int number) {
  return number == SIGTSTP || number == SIGTTIN || number == SIGTTOU;
}

int mwl_quiet_suspend(struct mwl_quiet *quiet, int number) {
  unhush(quiet);
  uninstall(quiet);
  raise(number);
  return begin_signals(quiet);
}

void mwl_quiet_again(struct mwl_quiet *quiet) {
  struct termios mode;
  if (tcgetattr(quiet->fd, &mode) != 0) return;
  if ((mode.c_lflag & (tcflag_t)(ECHO | ICANON)) == 0) return;
  (void)hush(quiet);
}
