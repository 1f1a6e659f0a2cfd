---Out of memory at every allocation of `walk.lua` and of exchanges over a socket: an error each
---time, no crash, nothing left behind. STARVE_STEP=7 takes every seventh allocation.
package.path = "./?.lua;./lua/?.lua;./lua/?/init.lua;" .. package.path
local core = require "mwlogin.core"
local mwlogin = require "mwlogin"
local testing = require "mwlogin.testing"
local loopback = require "spec.core.loopback"

local STEP <const> = math.tointeger(tonumber(os.getenv "STARVE_STEP" or 1))
local MOST_SHOWN <const> = 10

---Blocks that csrc/curl_memory.c keeps for libcurl, and what libraries set up once: a bound,
---however often memory ran out. What nobody holds any more, LeakSanitizer finds at the end.
local KEPT <const> = 128

---What spec/sanitize/starve.c gives.
local starve = rawget(_G, "starve")

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

---Whole logins, both ways, and an edit; the wiki is in this process, and starves with them.
local function logins()
  local wiki = testing.wiki {
    accounts = { Alice = { password = "open sesame", botpasswords = { app = BOT } } },
  }
  for _, credentials in ipairs {
    { username = "Alice", password = "open sesame", method = "clientlogin" },
    { username = "Alice@app", password = BOT },
  } do
    local session <close> =
      assert(mwlogin.open(wiki.api, { transport = wiki.transport, user_agent = "starve" }))
    assert(assert(session:login(credentials)).name == "Alice")
    assert(session:post({ action = "edit", title = "A", text = "b" }, { token = "csrf" }))
  end
  assert(#wiki.edits == 2)
end

---`every`: of very many allocations, each so many-th.
local walks = {
  { name = "walk", act = assert(loadfile "spec/sanitize/walk.lua"), every = 1 },
  { name = "exchanges", act = exchanges, every = 1 },
  { name = "files and programs", act = machine, every = 1 },
  { name = "logins", act = logins, every = 37 },
}

local cases, findings = 0, 0

local function complain(format, ...)
  findings = findings + 1
  if findings <= MOST_SHOWN then
    print(format:format(...))
  end
end

---What is held when everything that can be collected is.
local function settle()
  collectgarbage()
  collectgarbage()
  return starve.held()
end

local function sweep(walk, once)
  walk.act() -- what libraries set up once
  local before = settle()
  collectgarbage "stop"
  starve.at(0, false, true)
  walk.act()
  local total = starve.feed()
  collectgarbage "restart"
  for at = 1, total, STEP * walk.every do
    collectgarbage "stop"
    starve.at(at, once, true)
    local ok, err = pcall(walk.act)
    local refused = starve.feed() >= at
    collectgarbage "restart"
    cases = cases + (refused and 1 or 0)
    if ok and refused and not once then
      complain("%s: nothing failed though memory ran out at allocation %d", walk.name, at)
    elseif not ok and err == nil then
      complain("%s: allocation %d ends in no error", walk.name, at)
    end
    local left = settle() - before
    if left > KEPT then
      complain("%s: allocation %d of %d leaves %d blocks", walk.name, at, total, left)
    end
  end
  print(
    ("%s: %d allocations, %s"):format(walk.name, total, once and "one fails" or "the rest fails")
  )
end

for _, walk in ipairs(walks) do
  sweep(walk, true)
  sweep(walk, false)
end

os.execute("rm -rf " .. folder)
local path = os.getenv "MWLOGIN_CASES"
if path then
  local file <close> = assert(io.open(path, "a"))
  file:write(("memory that runs out at an allocation\t%d\t%d\n"):format(cases, findings))
end
print(("%d allocations refused, %d findings"):format(cases, findings))
assert(findings == 0)
