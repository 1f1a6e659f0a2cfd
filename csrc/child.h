/* A running program of ours: its pipes, waiting for it, ending it. Lua-free. */
#ifndef MWL_CHILD_H
#define MWL_CHILD_H

#include <stddef.h>
#include <sys/types.h>

#include "spawn.h"

/* Our end of a pipe, and what was read from it but not yet asked for. */
struct mwl_stream {
  int fd;     /* -1: closed */
  int theirs; /* its number in the program */
  int writes; /* we write, the program reads */
  int ended;  /* nothing more will come */
  char *bytes;
  size_t start, length, capacity;
  size_t searched; /* so many bytes after start hold no stop byte */
};

struct mwl_child {
  pid_t pid; /* 0: not started, or reaped */
  int own_group;
  int finished; /* `status` is known */
  int status;   /* as of waitpid */
  int stream_count;
  struct mwl_stream streams[MWL_MOST_DESCRIPTORS];
};

void mwl_child_prepare(struct mwl_child *child);
struct mwl_stream *mwl_child_stream(struct mwl_child *child, int theirs);

enum mwl_io { MWL_IO_DONE, MWL_IO_WAIT, MWL_IO_END, MWL_IO_FULL, MWL_IO_ERROR };

/* Writes without waiting; `written` says how much. No SIGPIPE comes out of it. */
enum mwl_io mwl_stream_write(struct mwl_stream *stream, const char *bytes, size_t length,
                             size_t *written);
/* Reads once, without waiting, into a buffer that holds at most `most` bytes. */
enum mwl_io mwl_stream_fill(struct mwl_stream *stream, size_t most);
/* Forgets the first `length` buffered bytes. */
void mwl_stream_skip(struct mwl_stream *stream, size_t length);
void mwl_stream_close(struct mwl_stream *stream);

/* Waits until `fd` is ready (poll events) or the deadline; 1 ready, 0 time over, -1 a signal came.
 */
int mwl_wait_ready(int fd, int events, double deadline);

/* Waits until a pipe takes more, and meanwhile reads what the program writes, so that the two do
   not wait for each other for ever. */
int mwl_child_wait_writable(struct mwl_child *child, struct mwl_stream *stream, double deadline);

/* 1: has ended and is reaped; 0: time over; -1: a signal came. */
int mwl_child_wait(struct mwl_child *child, double deadline);
/* Sends a signal, to the whole group when it is the program's own. 0 when it has ended. */
int mwl_child_kill(struct mwl_child *child, int number);
/* Closes the pipes, ends the program (TERM, two seconds, KILL) and reaps it. Twice is fine. */
void mwl_child_end(struct mwl_child *child);
/* Closes the pipes and lets the program run on; it is reaped when another one starts. */
void mwl_child_leave(struct mwl_child *child);
void mwl_child_reap_left(void);

#endif
