/* Runs a program and prints what it cost: seconds by the clock, of the processor, kilobytes at most. */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval time) {
  return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

int main(int count, char **words) {
  struct timespec before, after;
  struct rusage usage;
  int status;
  pid_t child;
  if (count < 2) return 2;
  clock_gettime(CLOCK_MONOTONIC, &before);
  child = fork();
  if (child == 0) {
    execvp(words[1], words + 1);
    _exit(127);
  }
  wait4(child, &status, 0, &usage);
  clock_gettime(CLOCK_MONOTONIC, &after);
  printf("%.6f %.6f %ld %d\n",
         (double)(after.tv_sec - before.tv_sec) + (double)(after.tv_nsec - before.tv_nsec) / 1e9,
         seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss,
         WIFEXITED(status) ? WEXITSTATUS(status) : 128);
  return 0;
}
