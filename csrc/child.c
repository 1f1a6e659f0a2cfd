#define _GNU_SOURCE /* waitid's WNOWAIT, pidfd */

#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "deadline.h"

#define GRACE 2.0 /* seconds between TERM and KILL */
#define READ_SIZE 65536
#define LONGEST_PAUSE 50 /* ms, where the kernel has no pidfd */
#define MOST_LEFT 64
#define MOST_ASIDE (4 * 1024 * 1024) /* bytes read from one pipe while writing to another */

void mwl_child_prepare(struct mwl_child *child) {
  memset(child, 0, sizeof *child);
  for (int i = 0; i < MWL_MOST_DESCRIPTORS; i++) child->streams[i].fd = -1;
}

struct mwl_stream *mwl_child_stream(struct mwl_child *child, int theirs) {
  for (int i = 0; i < child->stream_count; i++) {
    if (child->streams[i].theirs == theirs) return &child->streams[i];
  }
  return NULL;
}

/* == pipes ===================================================================================== */

int mwl_wait_ready(int fd, int events, double deadline) {
  struct pollfd waiting = {fd, (short)events, 0};
  int count = poll(&waiting, 1, mwl_milliseconds_left(deadline));
  if (count < 0) return errno == EINTR ? -1 : 1;
  return count;
}

/* SIGPIPE is held back around the call, and taken away if it came from it. */
static ssize_t write_without_sigpipe(int fd, const char *bytes, size_t length) {
  sigset_t pipe_only, pending, kept;
  ssize_t count;
  int error, was_pending;
  sigemptyset(&pipe_only);
  sigaddset(&pipe_only, SIGPIPE);
  sigpending(&pending);
  was_pending = sigismember(&pending, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe_only, &kept);
  count = write(fd, bytes, length);
  error = errno;
  if (count < 0 && error == EPIPE && !was_pending) {
    static const struct timespec at_once = {0, 0};
    while (sigtimedwait(&pipe_only, NULL, &at_once) < 0 && errno == EINTR) continue;
  }
  pthread_sigmask(SIG_SETMASK, &kept, NULL);
  errno = error;
  return count;
}

enum mwl_io mwl_stream_write(struct mwl_stream *stream, const char *bytes, size_t length,
                             size_t *written) {
  ssize_t count = write_without_sigpipe(stream->fd, bytes, length);
  *written = 0;
  if (count < 0) {
    if (errno == EAGAIN || errno == EINTR) return MWL_IO_WAIT;
    return errno == EPIPE ? MWL_IO_END : MWL_IO_ERROR;
  }
  *written = (size_t)count;
  return (size_t)count == length ? MWL_IO_DONE : MWL_IO_WAIT;
}

/* What passes here may be a password: old memory is wiped. */
static int make_room(struct mwl_stream *stream, size_t most) {
  size_t capacity = stream->capacity > 0 ? stream->capacity : 4096;
  char *bytes;
  if (stream->start > 0 && stream->length < stream->capacity / 2) {
    memmove(stream->bytes, stream->bytes + stream->start, stream->length);
    stream->start = 0;
  }
  if (stream->start + stream->length < stream->capacity) return 1;
  while (capacity <= stream->length) capacity *= 2;
  if (capacity > most) capacity = most;
  if (capacity <= stream->length) capacity = stream->length + 1;
  bytes = malloc(capacity);
  if (bytes == NULL) return 0;
  if (stream->bytes != NULL) {
    memcpy(bytes, stream->bytes + stream->start, stream->length);
    explicit_bzero(stream->bytes, stream->capacity);
    free(stream->bytes);
  }
  stream->bytes = bytes;
  stream->capacity = capacity;
  stream->start = 0;
  return 1;
}

enum mwl_io mwl_stream_fill(struct mwl_stream *stream, size_t most) {
  size_t room;
  ssize_t count;
  if (stream->length >= most) return MWL_IO_FULL;
  if (stream->ended || stream->fd < 0) return MWL_IO_END;
  if (!make_room(stream, most)) return MWL_IO_ERROR;
  room = stream->capacity - stream->start - stream->length;
  if (room > most - stream->length) room = most - stream->length;
  if (room > READ_SIZE) room = READ_SIZE;
  count = read(stream->fd, stream->bytes + stream->start + stream->length, room);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return MWL_IO_WAIT;
  if (count < 0) return MWL_IO_ERROR;
  if (count == 0) {
    stream->ended = 1;
    return MWL_IO_END;
  }
  stream->length += (size_t)count;
  return MWL_IO_DONE;
}

void mwl_stream_skip(struct mwl_stream *stream, size_t length) {
  if (length == 0) return;
  explicit_bzero(stream->bytes + stream->start, length);
  stream->start += length;
  stream->length -= length;
  stream->searched = 0;
  if (stream->length == 0) stream->start = 0;
}

void mwl_stream_close(struct mwl_stream *stream) {
  int fd = stream->fd;
  char *bytes = stream->bytes;
  stream->fd = -1;
  stream->ended = 1;
  stream->bytes = NULL;
  if (fd >= 0) close(fd);
  if (bytes != NULL) {
    explicit_bzero(bytes, stream->capacity);
    free(bytes);
  }
  stream->start = stream->length = stream->capacity = stream->searched = 0;
}

int mwl_child_wait_writable(struct mwl_child *child, struct mwl_stream *stream, double deadline) {
  struct pollfd waiting[MWL_MOST_DESCRIPTORS + 1];
  struct mwl_stream *reading[MWL_MOST_DESCRIPTORS + 1];
  int count = 1;
  waiting[0] = (struct pollfd){stream->fd, POLLOUT, 0};
  for (int i = 0; i < child->stream_count; i++) {
    struct mwl_stream *other = &child->streams[i];
    if (other->writes || other->fd < 0 || other->ended || other->length >= MOST_ASIDE) continue;
    waiting[count] = (struct pollfd){other->fd, POLLIN, 0};
    reading[count++] = other;
  }
  if (poll(waiting, (nfds_t)count, mwl_milliseconds_left(deadline)) < 0)
    return errno == EINTR ? -1 : 1;
  for (int i = 1; i < count; i++) {
    if (waiting[i].revents != 0 && mwl_stream_fill(reading[i], MOST_ASIDE) == MWL_IO_ERROR) {
      reading[i]->ended = 1;
    }
  }
  return waiting[0].revents != 0 || mwl_milliseconds_left(deadline) > 0;
}

/* == the process =============================================================================== */

/* Whether it has ended; the id stays taken, so that a signal cannot hit another process. */
static int has_ended(const struct mwl_child *child) {
  siginfo_t info;
  info.si_pid = 0;
  if (waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0)
    return errno == ECHILD;
  return info.si_pid != 0;
}

static void reap(struct mwl_child *child) {
  int status = 0;
  pid_t result;
  do {
    result = waitpid(child->pid, &status, 0);
  } while (result < 0 && errno == EINTR);
  child->finished = result > 0;
  child->status = status;
  child->pid = 0;
}

int mwl_child_wait(struct mwl_child *child, double deadline) {
  int result = 1, pause = 1, handle = -1;
  if (child->pid == 0) return 1;
#ifdef SYS_pidfd_open
  handle = (int)syscall(SYS_pidfd_open, child->pid, 0);
#endif
  while (!has_ended(child)) {
    int left = mwl_milliseconds_left(deadline);
    if (left == 0) {
      result = 0;
      break;
    }
    if (handle >= 0) {
      result = mwl_wait_ready(handle, POLLIN, deadline);
      if (result < 0) break;
      continue;
    }
    mwl_sleep_milliseconds(pause < left ? pause : left);
    pause = pause * 2 < LONGEST_PAUSE ? pause * 2 : LONGEST_PAUSE;
  }
  if (handle >= 0) close(handle);
  if (has_ended(child)) {
    reap(child);
    return 1;
  }
  return result;
}

int mwl_child_kill(struct mwl_child *child, int number) {
  if (child->pid == 0 || (has_ended(child) && !child->own_group)) return 0;
  return kill(child->own_group ? -child->pid : child->pid, number) == 0;
}

static void close_streams(struct mwl_child *child) {
  for (int i = 0; i < child->stream_count; i++) mwl_stream_close(&child->streams[i]);
}

/* == programs left running ===================================================================== */

static pthread_mutex_t left_lock = PTHREAD_MUTEX_INITIALIZER;
static pid_t left_running[MOST_LEFT];

void mwl_child_leave(struct mwl_child *child) {
  close_streams(child);
  if (child->pid == 0) return;
  pthread_mutex_lock(&left_lock);
  for (int i = 0; i < MOST_LEFT; i++) {
    if (left_running[i] != 0) continue;
    left_running[i] = child->pid;
    break;
  }
  pthread_mutex_unlock(&left_lock);
  child->pid = 0;
}

void mwl_child_reap_left(void) {
  pthread_mutex_lock(&left_lock);
  for (int i = 0; i < MOST_LEFT; i++) {
    if (left_running[i] == 0) continue;
    if (waitpid(left_running[i], NULL, WNOHANG) != 0) left_running[i] = 0;
  }
  pthread_mutex_unlock(&left_lock);
}

/* == ending ==================================================================================== */

static void wait_without_reaping(const struct mwl_child *child) {
  double deadline = mwl_monotonic() + GRACE;
  while (!has_ended(child) && mwl_milliseconds_left(deadline) > 0) mwl_sleep_milliseconds(5);
}

void mwl_child_end(struct mwl_child *child) {
  close_streams(child);
  if (child->pid == 0) return;
  mwl_child_kill(child, SIGTERM);
  mwl_child_kill(child, SIGCONT); /* a stopped one does not hear TERM */
  wait_without_reaping(child);
  mwl_child_kill(child, SIGKILL); /* what is left of its group, too, while the id is still taken */
  wait_without_reaping(child);
  if (has_ended(child))
    reap(child);
  else
    mwl_child_leave(child); /* it runs as another user, or hangs in the kernel */
}
