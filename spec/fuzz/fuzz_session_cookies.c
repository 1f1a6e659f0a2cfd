/* Netscape lines that a session is given, and gives back: into libcurl's engine, and into a jar of
   our own beside a transport. Whatever the text, nothing raises, each line given back is one line
   that is taken again, and is the wiki's host's or a parent domain's. */
#include <stdint.h>

#include "core_in_lua.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char setup[] =
    "package.path = '../../lua/?.lua;../../lua/?/init.lua;' .. package.path\n"
    "local core = require 'mwlogin.core'\n"
    "local pool = core.pool()\n"
    "local HOST <const> = 'a.wiki.example.org'\n"
    "local function open(transport)\n"
    "  return assert(pool:session('https://' .. HOST .. '/w/api.php', { transport = transport }))\n"
    "end\n"
    "local sessions = { open(), open(function() return {} end) }\n"
    "local function is_ours(domain)\n"
    "  return ('.' .. HOST):sub(-#domain - 1) == '.' .. domain and domain:find('.', 1, true)\n"
    "end\n"
    "local function check(line)\n"
    "  assert(not line:find '[\\n\\r%z]', 'a cookie of two lines')\n"
    "  local domain = line:gsub('^#HttpOnly_', ''):match '^%.?([^\\t]*)\\t'\n"
    "  assert(domain and is_ours(domain:lower()), 'a cookie of another host')\n"
    "end\n"
    "return function(text)\n"
    "  for _, session in ipairs(sessions) do\n"
    "    session:cookies(false)\n"
    "    assert(#session:cookies() == 0, 'not empty')\n"
    "    local taken = session:cookies(text)\n"
    "    local lines = session:cookies()\n"
    "    assert(#lines <= taken, 'more than were taken')\n"
    "    for _, line in ipairs(lines) do\n"
    "      check(line)\n"
    "    end\n"
    "    session:cookies(false)\n"
    "    assert(session:cookies(lines) == #lines, 'what was given back is not taken')\n"
    "    assert(#session:cookies() == #lines, 'what was given back is another')\n"
    "  end\n"
    "end\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static lua_State *L;
  if (L == NULL) L = start(setup);
  lua_pushlstring(L, (const char *)data, size);
  call_checks(L);
  return 0;
}
