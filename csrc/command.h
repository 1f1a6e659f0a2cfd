/* A command as Lua gives it, an argument list and options, made into a running program. */
#ifndef MWL_COMMAND_H
#define MWL_COMMAND_H

#include <lua.h>

#include "child.h"

#define MWL_PROCESS_CLASS "mwlogin.process"

enum mwl_command_use { MWL_COMMAND_PROCESS, MWL_COMMAND_FIRST_LINE };

/* Raises when the arguments are not a list of strings, or an option has another name or type. */
void mwl_command_check(lua_State *L, int argv, int options, enum mwl_command_use use);
void mwl_command_check_options(lua_State *L, int options, const char *const known[]);
double mwl_command_timeout(lua_State *L, int options, double otherwise);

/* Starts the command in a prepared child, which must be on top of the stack and stays there.
   1, or 0 with nil and an error pushed. */
int mwl_command_start(lua_State *L, int argv, int options, struct mwl_child *child);

/* { exit = … } or { signal = … } of a waitpid status. */
void mwl_command_push_status(lua_State *L, int status);

/* In process.c: pushes a process with nothing started. */
struct mwl_child *mwl_process_prepare(lua_State *L, double timeout);
int mwl_withhold(lua_State *L);
/* In first_line.c. */
int mwl_first_line(lua_State *L);

#endif
