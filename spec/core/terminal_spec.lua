-- What a person in front of a terminal sees. spec/core/pty.c is that person.
local core = require("mwlogin.core")
local folders = require("spec.folders")

local folder, player

local function write(name, text)
  local path = folder .. "/" .. name
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
  return path
end

local function quoted(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

--- Runs a Lua program on a terminal while the steps are played.
---@param program string Lua; `core` and `terminal` are there
---@param steps string[] as spec/core/pty.c reads them
---@return table played { verdict, echoes, shown }
local function play(program, steps)
  local source = write(
    "program.lua",
    'local core = require("mwlogin.core")\nlocal terminal = assert(core.terminal())\n' .. program
  )
  local script = write("steps", table.concat(steps, "\n") .. "\n")
  local command = ("LUA_PATH=%s LUA_CPATH=%s LUA_INIT= LUA_INIT_5_4= %s %s lua5.4 %s 2>&1"):format(
    quoted(package.path),
    quoted(package.cpath),
    player,
    script,
    source
  )
  local pipe = assert(io.popen(command))
  local output = pipe:read("a")
  pipe:close()
  local head, shown = output:match("^(.-)\n\n(.*)$")
  local played = { echoes = {}, shown = (shown or output):gsub("\r\n", "\n") }
  for line in (head or output):gmatch("[^\n]+") do
    local echo = line:match("^echo (%a+)$")
    if echo then
      played.echoes[#played.echoes + 1] = echo
    else
      played.verdict = line
    end
  end
  return played
end

local ASK_SECRET = [[
local answer, err = terminal:ask("Password: ", { echo = false })
if not answer then
  print("failed:", err.kind, err.code)
  os.exit(4)
end
assert(core.is_secret(answer))
print(#answer, answer:reveal():byte(1, -1))
]]

local ASK_TEXT = [[
local answer, err = terminal:ask("Name: ", { max = 20000 })
if not answer then
  print("failed:", err.kind, err.code)
  os.exit(4)
end
print("<" .. answer .. ">")
]]

describe("a terminal", function()
  folders.for_block(function(path)
    folder = path
  end)

  lazy_setup(function()
    player = folder .. "/pty"
    assert(os.execute("cc -O1 -o " .. player .. " spec/core/pty.c -lutil"))
  end)

  it("shows nothing of a secret, and shows keys again afterwards", function()
    local played = play(ASK_SECRET .. 'io.read("l")', {
      "wait Password: ",
      "echo",
      "send wachtwoord\\r",
      "wait 10\t",
      "echo",
      "send \\r",
    })
    assert.same({ "off", "on" }, played.echoes)
    assert.equal("exit 0", played.verdict)
    assert.is_nil(played.shown:find("wachtwoord", 1, true))
    assert.truthy(played.shown:find("119\t97\t99\t104", 1, true))
  end)

  it("shows what is typed where it is no secret", function()
    local played = play(ASK_TEXT, { "wait Name: ", "send Alice\\r" })
    assert.equal("Name: Alice\n<Alice>\n", played.shown)
  end)

  it("takes whole characters back", function()
    local played = play(ASK_TEXT, {
      "wait Name: ",
      "send Zo\\xc3\\xab\\x7f\\x7f\\xe4\\xbd\\xa0\\x7fx\\r",
    })
    assert.truthy(played.shown:find("<Zx>", 1, true))
    assert.truthy(played.shown:find("你\b \b\b \bx", 1, true))
  end)

  it("forgets a word on Ctrl-W and all on Ctrl-U", function()
    local played = play(ASK_TEXT, { "wait Name: ", "send no\\x15Jan de Vries\\x17Boer\\r" })
    assert.truthy(played.shown:find("<Jan de Boer>", 1, true))
  end)

  it("leaves arrows and marks of pasted text out of the answer", function()
    local played = play(ASK_TEXT, { "wait Name: ", "send a\\x1b[Db\\x1bOAc\\x1b[200~d\\r" })
    assert.truthy(played.shown:find("<abcd>", 1, true))
  end)

  it("takes lines longer than the kernel's 4096 bytes", function()
    local long = ("0123456789"):rep(900)
    local played = play(ASK_TEXT, { "wait Name: ", "send " .. long .. "\\r" })
    assert.truthy(played.shown:find("<" .. long .. ">", 1, true))
  end)

  it("refuses more than was allowed instead of cutting it", function()
    local played = play(
      'local _, err = terminal:ask("Pin: ", { echo = false, max = 4 }) print(err.kind, err.code)',
      { "wait Pin: ", "send 12345\\r" }
    )
    assert.truthy(played.shown:find("answer\tlarge", 1, true))
  end)

  it("keeps what was pasted beyond the first line for the next question", function()
    local played = play(
      [[
local name = terminal:ask("Name: ")
local password = terminal:ask("Password: ", { echo = false })
print(name, password:reveal() == "two words")
]],
      { "wait Name: ", "send Bob\\rtwo words\\r" }
    )
    assert.truthy(played.shown:find("Bob\ttrue", 1, true))
  end)

  it("makes Ctrl-C an error the program goes on from, with the terminal as it was", function()
    local played = play(
      [[
local _, err = terminal:ask("Password: ", { echo = false })
print(err.kind, err.code)
io.read("l")
]],
      { "wait Password: ", "send half\\x03", "wait interrupted", "echo", "send \\r" }
    )
    assert.truthy(played.shown:find("cancelled\tinterrupted", 1, true))
    assert.same({ "on" }, played.echoes)
    assert.equal("exit 0", played.verdict)
  end)

  it("makes Ctrl-D on an empty line an error", function()
    local played = play(ASK_SECRET, { "wait Password: ", "send \\x04" })
    assert.truthy(played.shown:find("failed:\tcancelled\teof", 1, true))
    assert.equal("exit 4", played.verdict)
  end)

  it("does not wait for a terminal that went away", function()
    local ending = folder .. "/ending"
    local played = play(
      ([[
local _, err = terminal:ask("Password: ", { echo = false })
local file = io.open(%q, "w")
file:write(err and err.kind or "answered")
file:close()
]]):format(ending),
      { "wait Password: ", "hangup" }
    )
    assert.equal("exit 0", played.verdict)
    local file = assert(io.open(ending))
    assert.equal("cancelled", file:read("a"))
    file:close()
  end)

  it("dies of SIGTERM as any program would, with the terminal as it was", function()
    local played = play(ASK_SECRET, { "wait Password: ", "echo", "signal 15" })
    assert.equal("signal 15", played.verdict)
    local after = play(
      [[
os.execute("LUA_INIT= lua5.4 -e 'local core = require(\"mwlogin.core\")"
  .. " core.terminal():ask(\"Inner: \", { echo = false })'")
io.write("Outer: ")
io.flush()
io.read("l")
]],
      { "wait Inner: ", "echo", "send x\\x03", "wait Outer: ", "echo", "send \\r" }
    )
    assert.same({ "off", "on" }, after.echoes)
  end)

  it("goes on after Ctrl-Z where it was", function()
    local played = play(ASK_TEXT, {
      "wait Name: ",
      "send ab",
      "wait ab",
      "send \\x1a",
      "stopped",
      "echo",
      "signal 18",
      "wait Name: ab",
      "echo",
      "send c\\r",
    })
    assert.same({ "on", "off" }, played.echoes)
    assert.truthy(played.shown:find("<abc>", 1, true))
  end)

  it("gives up after the timeout", function()
    local played = play(
      'local _, err = terminal:ask("Code: ", { timeout = 0.05 }) print(err.kind, err.code)',
      { "wait Code: " }
    )
    assert.truthy(played.shown:find("cancelled\ttimeout", 1, true))
  end)

  it("says how large it is", function()
    local played = play(
      [[
terminal:write("ready")
io.read("l")
local size = terminal:size()
print("is", size.columns, size.rows)
]],
      { "wait ready", "size 132 43", "send \\r" }
    )
    assert.truthy(played.shown:find("is\t132\t43", 1, true))
  end)

  it("raises once it is closed, and closes twice", function()
    local played = play(
      [[
terminal:close()
terminal:close()
print(tostring(terminal), pcall(terminal.ask, terminal, "x"))
print(pcall(core.terminal().ask, core.terminal(), "x", { ecko = false }))
]],
      {}
    )
    assert.truthy(played.shown:find("terminal (closed)\tfalse", 1, true))
    assert.truthy(played.shown:find("attempt to use a closed terminal", 1, true))
    local known = "unknown option 'ecko'; there are: echo, max, timeout"
    assert.truthy(played.shown:find(known, 1, true))
  end)

  it("is an error where there is none", function()
    local program = write(
      "none.lua",
      'local terminal, err = require("mwlogin.core").terminal() print(terminal, err.kind, err.code)'
    )
    local pipe = assert(
      io.popen(
        ("LUA_PATH=%s LUA_CPATH=%s setsid lua5.4 %s </dev/null"):format(
          quoted(package.path),
          quoted(package.cpath),
          program
        )
      )
    )
    assert.equal("nil\tinteraction\tno_terminal\n", pipe:read("a"))
    pipe:close()
    assert.is_false(core.isatty(99))
  end)
end)
