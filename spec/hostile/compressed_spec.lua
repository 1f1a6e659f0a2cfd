-- Compressed replies from a real nginx: two megabytes on the wire that are 512 when unpacked end
-- at max_response, and the memory with them.
local counts = require("spec.security.counts")
local folders = require("spec.folders")
local mwlogin = require("mwlogin")
local nginx = require("spec.security.nginx")

local ROW <const> = "replies too large, too deep, too many, compressed beyond measure"
local MEGABYTE <const> = 1024 * 1024

local SERVER <const> = [[
  default_type application/json;
  location = /zeros/api.php { add_header Content-Encoding gzip; alias FOLDER/zeros; }
  location = /blanks/api.php { add_header Content-Encoding gzip; alias FOLDER/blanks; }
  location = /deep/api.php { add_header Content-Encoding gzip; alias FOLDER/deep; }
  location = /twice/api.php { add_header Content-Encoding "gzip, gzip"; alias FOLDER/twice; }
  location = /deflate/api.php { add_header Content-Encoding deflate; alias FOLDER/deflate; }
  location = /lies/api.php { add_header Content-Encoding gzip; alias FOLDER/plain; }
  location = /cut/api.php { add_header Content-Encoding gzip; alias FOLDER/cut; }
  location = /unknown/api.php { add_header Content-Encoding rot13; alias FOLDER/plain; }
]]

local MAKE <const> = [[
  cd %s
  head -c 512M /dev/zero | gzip -1 -c > zeros
  head -c 512M /dev/zero | tr '\\0' ' ' | gzip -1 -c > blanks
  head -c 128M /dev/zero | tr '\\0' '[' | gzip -1 -c > deep
  gzip -c zeros > twice
  tail -c +11 zeros | head -c -8 > deflate
  echo '{"batchcomplete":true}' > plain
  gzip -c plain | head -c 20 > cut
]]

local function peak_kilobytes()
  for line in io.lines("/proc/self/status") do
    local value = line:match("^VmHWM:%s*(%d+)")
    if value then
      return tonumber(value)
    end
  end
end

local function forget_peak()
  local file <close> = assert(io.open("/proc/self/clear_refs", "w"))
  file:write("5")
end

describe("a compressed reply", function()
  local server, folder

  setup(function()
    folder = folders.new()
    assert(os.execute(MAKE:format(folder)))
    assert(os.execute("chmod 755 " .. folder))
    server = nginx.start({ wiki = (SERVER:gsub("FOLDER", folder)) })
  end)

  teardown(function()
    server:stop()
    folders.remove(folder)
  end)

  local BOMBS <const> = { "zeros", "blanks", "deep", "twice", "deflate" }
  local CASES <const> = {
    zeros = { protocol = true },
    blanks = { protocol = true },
    deep = { protocol = true },
    deflate = { protocol = true },
    -- libcurl unpacks both layers
    twice = { protocol = true, network = true },
  }

  local function ask(path)
    local address = ("http://127.0.0.1:%d/%s/api.php"):format(server.ports.wiki, path)
    local session <close> = assert(mwlogin.open(address, { user_agent = "spec", max_wait = 0 }))
    return session:get({ action = "query" })
  end

  for _, path in ipairs(BOMBS) do
    it("that is a bomb (" .. path .. ") ends at max_response", function()
      collectgarbage()
      forget_peak()
      local before = peak_kilobytes()
      local reply, err = ask(path)
      assert.is_nil(reply)
      assert.is_true(CASES[path][err.kind], err.kind .. " " .. tostring(err))
      -- max_response is 64 MB at most; the buffer it grows in is held twice for a moment
      assert.is_true((peak_kilobytes() - before) * 1024 < 256 * MEGABYTE)
      counts.record(ROW, 1, 0)
    end)
  end

  for path, what in pairs({
    lies = "that is not compressed at all",
    cut = "that is cut",
    unknown = "of an encoding nobody asked for",
  }) do
    it(what .. " is an error", function()
      local reply, err = ask(path)
      assert.is_nil(reply)
      assert.equal("protocol", err.kind)
      counts.record(ROW, 1, 0)
    end)
  end
end)
