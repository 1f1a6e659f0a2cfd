-- A whole login of a person at a real terminal: name, password, a choice, an answer that is refused
-- once. spec/core/pty.c is that person.
local folders = require("spec.folders")

local PROGRAM = [[
local mwlogin = require("mwlogin")
local wiki = mwlogin.testing.wiki({
  accounts = { Alice = { password = "open sesame" } },
  steps = {
    {
      id = "AskRequest",
      message = "Which \27[2J<b>colour</b>?",
      rejected = "No, another one.",
      fields = {
        {
          name = "colour",
          type = "select",
          label = "Colour",
          options = { { "r", "Red" }, { "b", "Blue" } },
        },
        { name = "pin", type = "password", label = "Pin" },
      },
      answer = { colour = "b", pin = "1234" },
    },
  },
})
local session = assert(mwlogin.open(wiki.api, { transport = wiki.transport, user_agent = "spec" }))
local me, err = session:login({ method = "clientlogin", respond = mwlogin.respond.terminal() })
print(me and "in as " .. me.name or "failed: " .. err.kind)
]]

local function quoted(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

describe("a login at a terminal", function()
  local folder

  local function write(name, text)
    local path = folder .. "/" .. name
    local file = assert(io.open(path, "w"))
    file:write(text)
    file:close()
    return path
  end

  folders.for_block(function(path)
    folder = path
  end)

  lazy_setup(function()
    assert(os.execute("cc -O1 -o " .. folder .. "/pty spec/core/pty.c -lutil"))
  end)

  local function play(steps)
    local command = ("LUA_PATH=%s LUA_CPATH=%s %s/pty %s lua5.4 %s 2>&1"):format(
      quoted(package.path),
      quoted(package.cpath),
      folder,
      write("steps", table.concat(steps, "\n") .. "\n"),
      write("program.lua", PROGRAM)
    )
    local pipe = assert(io.popen(command))
    local output = pipe:read("a"):gsub("\r\n", "\n")
    pipe:close()
    return output
  end

  it("asks what the wiki asks, and hides what is secret", function()
    local output = play({
      "wait Username: ",
      "send Alice\\r",
      "wait Password: ",
      "echo",
      "send open sesame\\r",
      "wait Number: ",
      "send 1\\r",
      "wait Pin: ",
      "send 9999\\r",
      "wait did not accept",
      "wait Number: ",
      "send 2\\r",
      "wait Pin: ",
      "send 1234\\r",
      "wait in as",
    })
    assert.matches("^echo off\n", output)
    assert.matches("in as Alice", output)
    for _, hidden in ipairs({ "open sesame", "9999", "1234", "\27[2J" }) do
      assert.is_nil(output:find(hidden, 1, true), hidden)
    end
  end)

  it("ends when the person ends it", function()
    local output = play({ "wait Username: ", "send Alice\\r", "wait Password: ", "send \\x03" })
    assert.matches("failed: cancelled", output)
  end)
end)
