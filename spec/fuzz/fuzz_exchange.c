/* The whole path of a reply: status, headers with their cookies, body, through the transport seam
   into each primitive of the core, which gives a value, or nil and an error, and never raises. The
   input: a byte that chooses, header lines, an empty line, the body. */
#include <stdint.h>

#include "core_in_lua.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char setup[] =
    "package.path = '../../lua/?.lua;../../lua/?/init.lua;' .. package.path\n"
    "local core = require 'mwlogin.core'\n"
    "local KINDS = {}\n"
    "for kind in ('network tls http protocol api throttled answer'):gmatch '%a+' do\n"
    "  KINDS[kind] = true\n"
    "end\n"
    "local response\n"
    "local pool = core.pool()\n"
    "local function open()\n"
    "  return assert(pool:session('https://wiki.example.org/w/api.php', {\n"
    "    transport = function() return response end,\n"
    "  }))\n"
    "end\n"
    "local session, uses = open(), 0\n"
    "local calls = {\n"
    "  function() return session:call('POST', { action = 'query' }) end,\n"
    "  function() return session:login({ lgname = 'A', lgpassword = 'b' }) end,\n"
    "  function() return session:auth_step('clientlogin', { username = 'A' }) end,\n"
    "  function() session:drop_tokens() return session:token('csrf') end,\n"
    "  function() return session:fetch('/w/index.php', {}) end,\n"
    "}\n"
    "local STATUSES = { 200, 200, 200, 302, 405, 429, 500, 503 }\n"
    "return function(choice, text)\n"
    "  local head, body = text:match '^(.-)\\n\\n(.*)$'\n"
    "  local headers = {}\n"
    "  for name, value in (head or ''):gmatch '([^\\n:]+): ?([^\\n]*)' do\n"
    "    headers[name] = { value, value }\n"
    "  end\n"
    "  response = { status = STATUSES[choice % 8 + 1], headers = headers, body = body or text }\n"
    "  local value, err = calls[choice // 8 % 5 + 1]()\n"
    "  if value == nil then\n"
    "    assert(type(err) == 'table' and KINDS[err.kind], 'an error without a kind')\n"
    "    assert(type(err.code) == 'string' and type(err.message) == 'string', 'half an error')\n"
    "  end\n"
    "  for _, line in ipairs(session:cookies()) do\n"
    "    assert(not line:find '[\\n\\r%z]', 'a cookie of two lines')\n"
    "  end\n"
    "  uses = uses + 1\n"
    "  if uses % 100 == 0 then\n"
    "    session:close()\n"
    "    session = open()\n"
    "  end\n"
    "end\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static lua_State *L;
  if (L == NULL) L = start(setup);
  if (size == 0) return 0;
  lua_pushinteger(L, data[0]);
  lua_pushlstring(L, (const char *)data + 1, size - 1);
  call_checks(L);
  return 0;
}
