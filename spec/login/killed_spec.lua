-- kill -9 at any moment of a login: what is kept is whole, nothing stays locked, the next gets in.
local entries = require("mwlogin.store.entry")
local folders = require("spec.folders")
local lua_process = require("spec.lua_process")
local mwlogin = require("mwlogin")
local shared = require("spec.shared")
local socket = require("socket")
local wikis = require("spec.wiki")

describe("a login that is killed", function()
  local folder
  local wiki = shared(wikis.start)

  folders.for_block(function(path)
    folder = path
  end)

  local LOG_IN <const> = [[
    local api, folder, username, password = ...
    local mwlogin = require("mwlogin")
    local store = mwlogin.store.file({ folder = folder })
    print("started")
    io.stdout:flush()
    local wiki <close> = assert(mwlogin.open(api, { user_agent = "spec", store = store }))
    assert(wiki:login({ username = username, password = password }))]]

  it("leaves nothing damaged and nothing locked", function()
    local name, password = wiki.botpassword.name, wiki.botpassword.password
    local store = mwlogin.store.file({ folder = folder .. "/kept" })
    local id = entries.id(wiki.api, name)
    local half_done = 0
    for round = 1, 20 do
      assert(store:remove(id))
      local process = lua_process.start(LOG_IN, wiki.api, folder .. "/kept", name, password)
      assert.equal("started", process:read(1, { stop = "\n" }))
      socket.sleep(round * 0.006)
      half_done = half_done + (process:kill("KILL") and 1 or 0)
      process:wait(30)
      process:close()
      local text = store:read(id)
      assert.is_true(text == nil or entries.decode(id, text) ~= nil)
      local session <close> = assert(mwlogin.open(wiki.api, { user_agent = "spec", store = store }))
      assert.equal("Alice", assert(session:login({ username = name, password = password })).name)
      assert(entries.decode(id, store:read(id)))
      assert(store:lock(id)):release()
    end
    assert.is_true(half_done > 0)
    assert.same({ id }, store:ids())
  end)
end)
