#include "descriptors.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define MOST 8

int mwl_descriptors_are_gone(int error) { return error == EMFILE || error == ENFILE; }

int mwl_descriptors_lack(int wanted) {
  int taken[MOST];
  int count = 0;
  int lack = 0;
  while (!lack && count < wanted && count < MOST) {
    taken[count] = eventfd(0, EFD_CLOEXEC);
    lack = taken[count] < 0 && mwl_descriptors_are_gone(errno);
    if (taken[count] < 0) break;
    count++;
  }
  while (count > 0) close(taken[--count]);
  return lack;
}
