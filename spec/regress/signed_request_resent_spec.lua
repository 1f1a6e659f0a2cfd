---libcurl sent a signed question again by itself where a kept connection ended without an answer:
---under the nonce that the wiki had seen already (T34).
local core = require "mwlogin.core"
local lua_process = require "spec.lua_process"
local mwlogin = require "mwlogin"
local wiki = require "spec.oauth.wiki"

---Says who everybody is; the third request of a connection is read and never answered. `/seen`
---tells the nonces.
local SERVER <const> = [[
  local socket = require("socket")
  local server = assert(socket.bind("127.0.0.1", 0))
  print((select(2, server:getsockname())))
  io.stdout:flush()
  local seen = {}
  while true do
    local client = server:accept()
    client:settimeout(10)
    for number = 1, 100 do
      local line = client:receive("*l")
      if not line then
        break
      end
      repeat
        local header = client:receive("*l") or ""
        seen[#seen + 1] = header:match('oauth_nonce="([^"]+)"')
      until header == ""
      if number == 3 and not line:find("/seen", 1, true) then
        break
      end
      local body = '{"query":{"userinfo":{"id":1,"name":"Alice"},"general":{}}}'
      if line:find("/seen", 1, true) then
        body = table.concat(seen, " ")
      end
      client:send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
        .. #body .. "\r\n\r\n" .. body)
    end
    client:close()
  end]]

describe("a signed question whose kept connection ends without an answer", function()
  local server, session, origin

  before_each(function()
    server = lua_process.start(SERVER)
    origin = "http://127.0.0.1:" .. server:read(1, { stop = "\n" })
    session = assert(mwlogin.open(origin .. "/api.php", { user_agent = "spec" }))
    -- the connection's first two requests: its own name, and who we are
    assert(session:login(wiki.OWNER_ONLY))
  end)

  after_each(function()
    session:close()
    server:kill "KILL"
    server:close()
  end)

  local function check_nonces(count)
    local other <close> = assert(mwlogin.open(origin .. "/api.php", { user_agent = "spec" }))
    local seen, number = {}, 0
    for nonce in assert(other:fetch "/seen").body:gmatch "%S+" do
      assert.is_nil(seen[nonce])
      seen[nonce], number = true, number + 1
    end
    assert.equal(count, number)
  end

  it("is asked again under another nonce, by the API", function()
    assert(session:get { action = "query", meta = "userinfo" })
    check_nonces(3)
  end)

  it("is asked again under another nonce, as a page", function()
    assert.equal(200, assert(session:fetch "/page").status)
    check_nonces(3)
  end)

  it("is not asked again where it was a POST", function()
    local reply, err = session:post { action = "edit" }
    assert.is_nil(reply)
    assert.same({ "network", "cut", true }, { err.kind, err.code, err.sent })
    check_nonces(2)
  end)

  it("is not sent again by the core", function()
    local pool <close> = setmetatable({ it = core.pool() }, {
      __close = function(self)
        self.it:close()
      end,
    })
    local bare = assert(pool.it:session(origin .. "/api.php"))
    for _ = 1, 2 do
      assert(bare:fetch "/page")
    end
    local response, err = bare:fetch("/page", { authorization = 'OAuth oauth_nonce="one"' })
    assert.is_nil(response)
    assert.equal("cut", err.code)
    bare:close()
  end)
end)
