--- `make wiki`: what it prints works as it is printed, and Ctrl-C takes everything away.
package.path = "./?.lua;./?/init.lua;" .. package.path
local core = require("mwlogin.core")
local folders = require("spec.folders")
local shell = require("spec.shell")

describe("make wiki", function()
  local folder, process, said

  setup(function()
    folder = folders.new()
    process = assert(core.process({ "lua5.4", "spec/wiki/up.lua", folder .. "/wiki.env" }, {
      stdout = "pipe",
      env = { TMPDIR = folder },
      timeout = 120,
    }))
    local lines = {}
    repeat
      local line = assert(process:read(1, { stop = "\n" }))
      lines[#lines + 1] = line
    until line:find("^Ctrl%-C")
    said = table.concat(lines, "\n")
  end)

  teardown(function()
    process:close()
    folders.remove(folder)
  end)

  --- The command that is printed after a label, with the lines it goes on over.
  local function command_of(label)
    local lines = {}
    for line in said:match("\n  " .. label .. "%s+(mwlogin.*)"):gmatch("[^\n]+") do
      lines[#lines + 1] = line
      if not line:find("\\$") then
        break
      end
    end
    return table.concat(lines, "\n")
  end

  for label, name in pairs({
    ["by password"] = "Alice",
    ["bot password"] = "Alice",
    ["second factor"] = "Carol",
    ["at a partner's"] = "Alice",
  }) do
    it("tells how to log in " .. label, function()
      local script = table.concat({
        ". " .. folder .. "/wiki.env",
        'export PATH="$PWD/scripts:$PATH" XDG_STATE_HOME=$(mktemp -d)',
        command_of(label) .. " --no-input",
        'rm -r "$XDG_STATE_HOME"',
      }, "\n")
      local path = folder .. "/script"
      local file = assert(io.open(path, "w"))
      file:write(script)
      file:close()
      local output = shell.output("sh " .. path .. " 2>&1")
      assert.truthy(output:find(" as " .. name .. " (", 1, true), output)
    end)
  end

  it("keeps its passwords where only their owner reads them", function()
    assert.equal("600", shell.output(("stat -c %%a %s/wiki.env"):format(folder)))
  end)

  it("leaves nothing behind", function()
    process:kill("INT")
    assert.is_truthy(process:wait(30))
    os.remove(folder .. "/script")
    assert.equal("", shell.output("ls -A " .. folder))
  end)
end)
