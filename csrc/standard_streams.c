/* Standard input, output and error that whoever started the process has closed. Their numbers would
   go to the next socket or file that is opened, and what is printed would be written into that. */
#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <unistd.h>

#include "core.h"

/***
Puts something that cannot be read, or written, where a standard stream is closed: using one fails as
it would have, and no socket or file gets its number.
@function hold_standard_streams
@treturn integer how many were closed
*/
static int hold_standard_streams(lua_State *L) {
  int closed = 0;
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
    if (fcntl(fd, F_GETFD) == -1 && errno == EBADF) {
      /* the lowest free number, which is this one: those below are taken by now */
      closed += open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) == fd;
    }
  }
  lua_pushinteger(L, closed);
  return 1;
}

void mwl_register_standard_streams(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"hold_standard_streams", hold_standard_streams},
      {NULL, NULL},
  };
  luaL_setfuncs(L, functions, 0);
}
