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

#endif
