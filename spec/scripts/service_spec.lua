-- scripts/service.lua on a real private wiki: many clients at once, and a session that is lost.
package.path = "./?.lua;./?/init.lua;" .. package.path
local core = require "mwlogin.core"
local shared = require "spec.shared"
local socket = require "socket"
local wikis = require "spec.wiki"

describe("scripts/service.lua", function()
  local service, port
  local wiki = shared(wikis.start, { private = true })

  lazy_setup(function()
    service = assert(core.process({ "lua5.4", "scripts/service.lua", wiki.api, "Alice", "0" }, {
      stdout = "pipe",
      stderr = "inherit",
      env = {
        LUA_PATH = package.path,
        LUA_CPATH = package.cpath,
        WIKI_PASSWORD = wiki.accounts.Alice,
      },
    }))
    local line = assert(service:read(1, { stop = "\n", timeout = 60 }))
    port = line:match "^Alice serves pages on port (%d+)$"
    assert(port, line)
  end)

  lazy_teardown(function()
    if service then
      service:close()
    end
  end)

  before_each(function()
    wiki:mark()
  end)

  local function ask(title)
    local client = assert(socket.connect("127.0.0.1", port))
    client:settimeout(60)
    assert(client:send(("GET /%s HTTP/1.0\r\n\r\n"):format(title)))
    return client
  end

  local function answer(client)
    local text = assert(client:receive "*a")
    client:close()
    return text:match "^HTTP/1.0 (%d+)", text:match "\r\n\r\n(.*)$"
  end

  it("hands out pages that only a login sees", function()
    local status, text = answer(ask "Main_Page")
    assert.equal("200", status)
    assert.truthy(#text > 0)
    assert.equal("404", (answer(ask "No_such_page_at_all")))
    assert.equal("400", (answer(ask "")))
  end)

  it("serves many at once, and one that says nothing holds nobody up", function()
    local silent = assert(socket.connect("127.0.0.1", port))
    local clients = {}
    for number = 1, 20 do
      clients[number] = ask "Main_Page"
    end
    for _, client in ipairs(clients) do
      assert.equal("200", (answer(client)))
    end
    silent:close()
    assert.equal(0, #wiki:requests { action = "clientlogin" })
  end)

  it("logs in again once when the wiki lost the session, and nobody notices", function()
    assert.is_true(wiki:forget_sessions() > 0)
    local clients = {}
    for number = 1, 8 do
      clients[number] = ask "Main_Page"
    end
    for _, client in ipairs(clients) do
      local status, text = answer(client)
      assert.equal("200", status, text)
    end
    assert.equal(1, #wiki:requests { action = "clientlogin" })
    assert.is_truthy(service:pid())
  end)

  it("tells its clients when the wiki is away, and goes on when it is back", function()
    wiki:set "http_response_code(500); exit;"
    assert.equal("503", (answer(ask "Main_Page")))
    wiki:set ""
    assert.equal("200", (answer(ask "Main_Page")))
  end)
end)
