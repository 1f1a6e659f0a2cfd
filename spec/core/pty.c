/* Runs a program on a terminal of its own and plays the person in front of it.

     pty SCRIPT PROGRAM [ARGUMENT…]

   SCRIPT has one step a line: `wait TEXT` (until the program has shown it), `send TEXT` (keys; \r,
   \n, \t, \b, \\ and \xNN stand for what they do in C), `echo` (prints whether the terminal shows
   keys), `signal NUMBER`, `stopped` (waits until the program is stopped), `hangup`, `size COLUMNS
   ROWS` (as the first step: before the program starts). Then prints `exit N` or `signal N`, an empty line, and all the program has shown. */
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE 20 /* seconds for one step */

static char shown[1 << 20];
static size_t shown_length, seen;
static int terminal = -1;
static int reports = -1; /* the program's id, then what waitpid said of it, again and again */
static pid_t program;

static void give_up(const char *why, const char *what) {
  printf("gave up: %s %s\n\n%.*s\n", why, what, (int)shown_length, shown);
  kill(program, SIGKILL);
  exit(3);
}

/* Returns 0 once the program has let go of its terminal. */
static int take(int milliseconds) {
  struct pollfd waiting = {terminal, POLLIN, 0};
  ssize_t count;
  if (terminal < 0) return 0;
  if (poll(&waiting, 1, milliseconds) <= 0) return 1;
  count = read(terminal, shown + shown_length, sizeof shown - shown_length - 1);
  if (count <= 0) return 0;
  shown_length += (size_t)count;
  shown[shown_length] = '\0';
  return 1;
}

static void wait_for(const char *text) {
  time_t end = time(NULL) + PATIENCE;
  for (;;) {
    char *found = strstr(shown + seen, text);
    if (found != NULL) {
      seen = (size_t)(found - shown) + strlen(text);
      return;
    }
    if (!take(100) || time(NULL) > end) give_up("never shown:", text);
  }
}

static void send_keys(const char *text) {
  while (*text != '\0') {
    char key = *text++;
    if (key == '\\' && *text == 'x') {
      char digits[3] = {text[1], text[2], '\0'};
      key = (char)strtol(digits, NULL, 16);
      text += 3;
    } else if (key == '\\') {
      const char *names = "rntb\\", *values = "\r\n\t\b\\", *found = strchr(names, *text++);
      key = found == NULL ? '?' : values[found - names];
    }
    while (write(terminal, &key, 1) < 0 && errno == EAGAIN) take(10);
    take(0);
  }
}

/* The next report, or `otherwise` when the leader is gone without one. */
static int next_report(int otherwise, const char *what) {
  time_t end = time(NULL) + PATIENCE;
  struct pollfd waiting = {reports, POLLIN, 0};
  int report;
  while (poll(&waiting, 1, 0) == 0) {
    if (!take(20)) usleep(10000);
    if (time(NULL) > end) give_up("never", what);
  }
  return read(reports, &report, sizeof report) == sizeof report ? report : otherwise;
}

static void wait_until_stopped(void) {
  if (!WIFSTOPPED(next_report(0, "stopped"))) give_up("ended instead of stopping", "");
}

static void step(char *line) {
  char *rest = strchr(line, ' ');
  struct termios mode;
  if (rest != NULL) *rest++ = '\0';
  if (rest == NULL) rest = line + strlen(line);
  if (strcmp(line, "wait") == 0) wait_for(rest);
  if (strcmp(line, "send") == 0) send_keys(rest);
  if (strcmp(line, "signal") == 0) kill(program, atoi(rest));
  if (strcmp(line, "stopped") == 0) wait_until_stopped();
  if (strcmp(line, "hangup") == 0) {
    close(terminal);
    terminal = -1;
  }
  if (strcmp(line, "echo") == 0 && tcgetattr(terminal, &mode) == 0) {
    printf("echo %s\n", (mode.c_lflag & ECHO) != 0 ? "on" : "off");
  }
  if (strcmp(line, "size") == 0) {
    struct winsize size = {0, 0, 0, 0};
    sscanf(rest, "%hu %hu", &size.ws_col, &size.ws_row);
    ioctl(terminal, TIOCSWINSZ, &size);
  }
}

static int wait_for_end(void) {
  int status = next_report(SIGHUP, "ended");
  while (terminal >= 0 && poll(&(struct pollfd){terminal, POLLIN, 0}, 1, 0) > 0 && take(0))
    continue;
  return status;
}

/* In front of the terminal as a shell is, so that the program can be stopped. */
static void lead(char **arguments, int report) {
  pid_t child = fork();
  int status;
  if (child == 0) {
    setpgid(0, 0);
    signal(SIGTTOU, SIG_IGN);
    tcsetpgrp(STDIN_FILENO, getpid());
    signal(SIGTTOU, SIG_DFL);
    close(report);
    execvp(arguments[0], arguments);
    _exit(127);
  }
  signal(SIGHUP, SIG_IGN); /* the program has to see for itself that its terminal is gone */
  if (write(report, &child, sizeof child) < 0) _exit(1);
  while (waitpid(child, &status, WUNTRACED) == child) {
    if (write(report, &status, sizeof status) < 0) break;
    if (!WIFSTOPPED(status)) break;
  }
  _exit(0);
}

/* The terminal's size before the program sees it, where the script begins with one. */
static struct winsize first_size(FILE *script) {
  struct winsize size = {0, 0, 0, 0};
  if (fscanf(script, "size %hu %hu", &size.ws_col, &size.ws_row) != 2) size.ws_col = 0;
  rewind(script);
  return size;
}

int main(int count, char **arguments) {
  char line[65536];
  FILE *script;
  struct winsize size;
  int pipe_ends[2], status;
  if (count < 3) return 2;
  script = fopen(arguments[1], "r");
  if (script == NULL || pipe(pipe_ends) != 0) return 2;
  reports = pipe_ends[0];
  size = first_size(script);
  if (forkpty(&terminal, NULL, NULL, size.ws_col > 0 ? &size : NULL) == 0)
    lead(arguments + 2, pipe_ends[1]);
  close(pipe_ends[1]);
  program = next_report(0, "started");
  if (program == 0) return 2;
  while (fgets(line, sizeof line, script) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    step(line);
  }
  fclose(script);
  status = wait_for_end();
  if (WIFSIGNALED(status))
    printf("signal %d\n\n", WTERMSIG(status));
  else
    printf("exit %d\n\n", WEXITSTATUS(status));
  fwrite(shown, 1, shown_length, stdout);
  return 0;
}
