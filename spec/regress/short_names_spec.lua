---A login of somebody whose name has three letters or less was recorded with a placeholder of its
---own for each parameter the name stood in, so that its transcript could not be replayed.
local folders = require "spec.folders"
local mwlogin = require "mwlogin"

local SECRET <const> = ("0123456789abcdef"):rep(2)

describe("a login of somebody with a short name", function()
  local folder

  folders.for_block(function(path)
    folder = path
  end)

  for name, credentials in pairs {
    clientlogin = { username = "Bob", password = "open sesame" },
    ["clientlogin, in another spelling"] = { username = "bob", password = "open sesame" },
    botpassword = { username = "Bob@app", password = SECRET },
  } do
    it("is replayed as it was recorded: " .. name, function()
      local wiki = mwlogin.testing.wiki {
        accounts = { Bob = { password = "open sesame", botpasswords = { app = SECRET } } },
      }
      local path = folder .. "/" .. name:match "%a+" .. #credentials.username .. name:sub(-1)
      do
        local recorder <close> = mwlogin.testing.record(path)
        local session <close> = assert(mwlogin.open(wiki.api, {
          transport = wiki.transport,
          user_agent = "spec",
          record = recorder,
        }))
        assert(session:login(credentials))
        assert(session:get { action = "query", meta = "siteinfo" })
      end
      local file <close> = assert(io.open(path))
      assert.is_nil(file:read("a"):lower():find "%f[%w]bob%f[%W]")
      local replay = assert(mwlogin.testing.replay(path))
      local session <close> = assert(mwlogin.open(replay.api, {
        transport = replay.transport,
        user_agent = "spec",
      }))
      assert(session:login(credentials))
      assert(session:get { action = "query", meta = "siteinfo" })
      replay:finish()
    end)
  end
end)
