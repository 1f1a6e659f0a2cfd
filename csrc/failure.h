/* Errors as doc/errors.md shows them, without the advice that mwlogin.error adds. */
#ifndef MWL_FAILURE_H
#define MWL_FAILURE_H

#include <lua.h>

/* Pushes one error table { kind, code, message }. */
void mwl_failure_push(lua_State *L, const char *kind, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Pushes nil and an error table; returns 2, for `return mwl_failure(…)`. */
int mwl_failure(lua_State *L, const char *kind, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Raises what is the program's own mistake, with the place in the program: the first one on the stack
   that is not in the library which calls us. */
int mwl_raise(lua_State *L, const char *format, ...)
    __attribute__((format(printf, 2, 3), noreturn));

#endif
