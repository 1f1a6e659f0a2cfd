---Out of memory at every allocation of `walk.lua`, of exchanges over a socket, of files and
---programs, and at many of whole logins: an error each time, no crash, nothing left behind, no
---secret freed as it was. LOGINS_EVERY: of the logins' allocations each so many-th.
package.path = "./?.lua;./lua/?.lua;./lua/?/init.lua;" .. package.path
local core = require "mwlogin.core"
local mwlogin = require "mwlogin"
local testing = require "mwlogin.testing"
local loopback = require "spec.core.loopback"
local sweep = require "spec.sanitize.sweep"

local LOGINS_EVERY <const> = math.tointeger(tonumber(os.getenv "LOGINS_EVERY" or 37))

local server <close> = setmetatable({ at = loopback.start() }, {
  __close = function(self)
    self.at:stop()
  end,
})

---What goes over a real socket, kept alive, compressed, and cut.
local function exchanges()
  local pool <close> = core.pool()
  local session = assert(pool:session(server.at.api, { user_agent = "starve" }))
  assert(session:call("POST", { action = "query", password = core.secret "hidden" }))
  assert(session:fetch("/redirect", {}))
  session:fetch("/compressed", { max_response = 100000 })
  session:fetch("/cut", {})
  return #assert(session:cookies())
end

local folder
do
  local pipe <close> = assert(io.popen "mktemp -d -t mwlogin-starve.XXXXXX")
  folder = pipe:read "l"
end

---Files, locks, programs, and secrets from each of them.
local function machine()
  local files, path = core.private_file, folder .. "/kept/file"
  assert(files.folder(folder .. "/kept"))
  assert(files.write(path, core.secret "a line\nmore"))
  assert(files.read(path) == "a line\nmore" and files.check(path) and files.owned(path))
  assert(files.lock(path)):release()
  assert(#assert(files.list(folder .. "/kept")) >= 1)
  assert(assert(core.secret_file(path)):reveal() == "a line")
  assert(assert(core.first_line { "echo", "word" }):reveal() == "word")
  local program <close> = assert(core.process({ "cat" }, { stdin = "pipe", stdout = "pipe" }))
  assert(program:write(0, core.secret "through\n"))
  assert(program:read(1, { stop = "\n" }))
  program:close_pipe(0)
  assert(program:wait(30))
  local unnamed <close> = core.unnamed_file "bytes"
  assert(unnamed:path())
  local taken = core.json_secrets(core.secret '{"token":"abc","other":1}', { "token" })
  assert(taken ~= nil)
  assert(#core.secret("a?b"):split("?", 2) == 2)
  assert(files.remove(path))
end

local BOT <const> = ("0123456789abcdef"):rep(2)
local PASSWORD <const> = "open sesame"

local starve = rawget(_G, "starve")
starve.secret(BOT)
starve.secret(PASSWORD)

---Whole logins, both ways, and an edit; the wiki is in this process, and starves with them.
local function logins()
  local wiki = testing.wiki {
    accounts = { Alice = { password = PASSWORD, botpasswords = { app = BOT } } },
  }
  for _, credentials in ipairs {
    { username = "Alice", password = PASSWORD, method = "clientlogin" },
    { username = "Alice@app", password = BOT },
  } do
    local session <close> =
      assert(mwlogin.open(wiki.api, { transport = wiki.transport, user_agent = "starve" }))
    assert(assert(session:login(credentials)).name == "Alice")
    assert(session:post({ action = "edit", title = "A", text = "b" }, { token = "csrf" }))
  end
  assert(#wiki.edits == 2)
end

for _, walk in ipairs {
  { name = "walk", act = assert(loadfile "spec/sanitize/walk.lua"), every = 1 },
  { name = "exchanges", act = exchanges, every = 1 },
  { name = "files and programs", act = machine, every = 1 },
  { name = "logins", act = logins, every = LOGINS_EVERY },
} do
  sweep.both(walk)
end

os.execute("rm -rf " .. folder)
sweep.finish "memory that runs out at an allocation"
