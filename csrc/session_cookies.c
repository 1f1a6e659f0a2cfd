/* A session's cookies, handed out and taken in as Netscape lines. They live in libcurl's engine; in
   the jar of the session where a transport stands in libcurl's place. */
#include <string.h>
#include <time.h>

#include "cookie_lines.h"
#include "core.h"
#include "curl_memory.h"
#include "failure.h"
#include "handle.h"
#include "pool_lua.h"
#include "session.h"

static CURL *borrow_with_cookies(lua_State *L, struct mwl_session *session) {
  CURL *easy;
  if (session->pool->multi == NULL) mwl_raise(L, "the pool of this session is closed");
  easy = mwl_handle_borrow(session->pool, session);
  if (easy == NULL) luaL_error(L, "not enough memory for a request");
  session->is_used = 1;
  curl_easy_setopt(easy, CURLOPT_SHARE, session->share);
  return easy;
}

static int is_live(const char *line) {
  struct mwl_cookie cookie;
  if (!mwl_cookie_parse(line, strlen(line), &cookie)) return 0;
  return cookie.expires == 0 || cookie.expires > (long long)time(NULL);
}

/* Takes libcurl's list apart before Lua may raise: the lines are copied into a jar of their own. */
static int copy_engine(struct mwl_session *session, CURL *easy) {
  struct curl_slist *list = NULL;
  unsigned long refusals = mwl_curl_refusals();
  int ok = curl_easy_getinfo(easy, CURLINFO_COOKIELIST, &list) == CURLE_OK &&
           mwl_curl_refusals() == refusals;
  for (struct curl_slist *one = list; ok && one != NULL; one = one->next) {
    if (is_live(one->data)) ok = mwl_jar_put(&session->jar, one->data, strlen(one->data)) >= 0;
  }
  curl_slist_free_all(list);
  mwl_handle_give_back(session->pool, easy, session);
  return ok;
}

static int export_cookies(lua_State *L, struct mwl_session *session) {
  if (!session->has_transport && !session->is_used) {
    lua_newtable(L);
    return 1;
  }
  if (!session->has_transport) {
    CURL *easy = borrow_with_cookies(L, session);
    mwl_jar_free(&session->jar);
    if (!copy_engine(session, easy)) {
      return luaL_error(L, "not enough memory for the cookies");
    }
  }
  lua_createtable(L, (int)session->jar.count, 0);
  for (size_t i = 0, used = 0; i < session->jar.count; i++) {
    if (!is_live(session->jar.lines[i])) continue;
    lua_pushstring(L, session->jar.lines[i]);
    lua_rawseti(L, -2, (lua_Integer)++used);
  }
  if (!session->has_transport) mwl_jar_free(&session->jar);
  return 1;
}

static void clear_cookies(lua_State *L, struct mwl_session *session) {
  CURL *easy;
  mwl_jar_free(&session->jar);
  if (session->has_transport || !session->is_used) return;
  easy = borrow_with_cookies(L, session);
  curl_easy_setopt(easy, CURLOPT_COOKIELIST, "ALL");
  mwl_handle_give_back(session->pool, easy, session);
}

/* 1 kept, 0 none of this host's, -1 no memory. */
static int import_line(struct mwl_session *session, CURL *easy, const char *line, size_t length) {
  char text[MWL_COOKIE_LINE_MAX + 1];
  struct mwl_cookie cookie;
  unsigned long refusals = mwl_curl_refusals();
  int kept;
  if (length > MWL_COOKIE_LINE_MAX || !mwl_cookie_parse(line, length, &cookie) ||
      !mwl_cookie_belongs(&cookie, session->wiki->address.host)) {
    return 0;
  }
  if (easy == NULL) return mwl_jar_put(&session->jar, line, length);
  memcpy(text, line, length);
  text[length] = '\0';
  text[strcspn(text, "\r\n")] = '\0';
  kept = curl_easy_setopt(easy, CURLOPT_COOKIELIST, text) == CURLE_OK &&
         mwl_curl_refusals() == refusals;
  explicit_bzero(text, sizeof text);
  return kept ? 1 : -1;
}

/* Adds to *kept how many lines of the text at `index` were taken; 0: no memory. */
static int import_text(lua_State *L, struct mwl_session *session, CURL *easy, int index,
                       lua_Integer *kept) {
  size_t length;
  const char *at = lua_tolstring(L, index, &length);
  const char *end = at + length;
  while (at < end) {
    const char *line_end = memchr(at, '\n', (size_t)(end - at));
    size_t line = line_end != NULL ? (size_t)(line_end - at) : (size_t)(end - at);
    int result = import_line(session, easy, at, line);
    if (result < 0) return 0;
    *kept += result;
    at += line + 1;
  }
  return 1;
}

static void check_lines(lua_State *L, int index) {
  lua_Integer count;
  if (lua_type(L, index) == LUA_TSTRING) return;
  luaL_checktype(L, index, LUA_TTABLE);
  count = (lua_Integer)lua_rawlen(L, index);
  for (lua_Integer i = 1; i <= count; i++) {
    if (lua_rawgeti(L, index, i) != LUA_TSTRING) mwl_raise(L, "cookie lines are strings");
    lua_pop(L, 1);
  }
}

static int import_cookies(lua_State *L, struct mwl_session *session) {
  lua_Integer kept = 0;
  int ok = 1;
  CURL *easy = NULL;
  check_lines(L, 2);
  if (!session->has_transport) easy = borrow_with_cookies(L, session);
  if (lua_type(L, 2) == LUA_TSTRING) {
    ok = import_text(L, session, easy, 2, &kept);
  } else {
    lua_Integer count = (lua_Integer)lua_rawlen(L, 2);
    for (lua_Integer i = 1; ok && i <= count; i++) {
      lua_rawgeti(L, 2, i);
      ok = import_text(L, session, easy, lua_gettop(L), &kept);
      lua_pop(L, 1);
    }
  }
  if (easy != NULL) mwl_handle_give_back(session->pool, easy, session);
  if (!ok) return luaL_error(L, "not enough memory for the cookies");
  lua_pushinteger(L, kept);
  return 1;
}

/***
The session's cookies as Netscape lines: without argument all of them; with a list of lines or a
text, adds those that belong to the wiki's host; with `false`, empties the jar.
@function session:cookies
@tparam[opt] {string,...}|string|boolean lines
@return a list of lines; how many lines were taken; or true
*/
int mwl_session_cookies(lua_State *L) {
  struct mwl_session *session = mwl_session_check(L);
  if (lua_isnoneornil(L, 2)) return export_cookies(L, session);
  if (lua_isboolean(L, 2) && !lua_toboolean(L, 2)) {
    clear_cookies(L, session);
    lua_pushboolean(L, 1);
    return 1;
  }
  return import_cookies(L, session);
}
