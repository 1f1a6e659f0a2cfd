-- Help: as wide as the terminal, and examples that work as they stand.
package.path = "./?.lua;./?/init.lua;" .. package.path
local command = require "spec.cli.command"
local exit = require "mwlogin.cli.exit"
local outline = require "mwlogin.cli.outline"
local shared = require "spec.shared"
local stages = require "spec.doc.stage"

local subcommands = outline.read()

describe("help", function()
  local function too_wide(columns, arguments)
    local result = command.run(arguments, { env = { COLUMNS = tostring(columns) } })
    assert.equal(0, result.code, result.stderr)
    for line in result.stdout:gmatch "[^\n]+" do
      local breakable = line:match "^%s*(.-)%s*$":find(" ", 1, true)
      if utf8.len(line) > columns and breakable then
        return line
      end
    end
  end

  for _, columns in ipairs { 40, 80 } do
    it(("fits %d columns"):format(columns), function()
      assert.is_nil(too_wide(columns, { "--help" }))
      for _, one in ipairs(subcommands) do
        assert.is_nil(too_wide(columns, { one.name, "--help" }))
      end
    end)
  end

  it("is at most 80 columns wide on a wide terminal", function()
    local wide = command.run({ "login", "--help" }, { env = { COLUMNS = "200" } }).stdout
    assert.equal(command.run({ "login", "--help" }, { env = { COLUMNS = "80" } }).stdout, wide)
  end)

  it("takes nonsense in COLUMNS for nothing", function()
    for _, columns in ipairs { "", "0", "-3", "many", "1" } do
      local result = command.run({ "login", "--help" }, { env = { COLUMNS = columns } })
      assert.equal(0, result.code, result.stderr)
      assert.truthy(result.stdout:find("Exit codes:", 1, true))
    end
  end)

  it("names every exit code there is", function()
    local told = {}
    for code in exit.HELP:gmatch "\n%s*(%d+) " do
      told[tonumber(code)] = true
    end
    for name, code in pairs(exit) do
      if math.type(code) == "integer" then
        assert.is_true(told[code], name)
      end
    end
  end)
end)

---The commands among the examples: indented by two, continued after a backslash.
local function commands_of(examples)
  local commands = {}
  for line in examples:gmatch "[^\n]+" do
    if line:find "^    " then
      commands[#commands] = commands[#commands] .. "\n" .. line
    elseif line:find "^  %S" then
      commands[#commands + 1] = line
    end
  end
  return commands
end

describe("the examples of help", function()
  local stage = shared(stages.new)

  before_each(function()
    local block = { language = "sh", marks = {} }
    local login = "mwlogin login wiki.example.org --user Alice --password-from env:WIKI_PASSWORD"
    local code, output = stage:run(block, 'rm -rf "$XDG_STATE_HOME" login.transcript\n' .. login)
    assert(code == 0, output)
  end)

  for _, one in ipairs(subcommands) do
    it("of " .. one.name .. " work", function()
      local commands = commands_of(one.examples)
      assert.is_true(#commands > 0)
      if one.name == "replay" then
        table.insert(commands, 1, commands_of(require("mwlogin.cli.record").examples)[1])
      end
      for _, line in ipairs(commands) do
        local is_second = line:find("WIKI_TOTP", 1, true)
        local block = { language = "sh", marks = { wiki = is_second and "two-factor" or "plain" } }
        if line:find("completion %l+%)") then
          line = line:gsub("^%s*eval", "printf %%s") .. " >/dev/null"
        elseif line:find("| source", 1, true) or line:find("| man", 1, true) then
          line = line:gsub("|.*", ">/dev/null")
        end
        local code, output = stage:run(block, line)
        if line:find " bearer$" then -- wants a login by OAuth 2: spec/cli/oauth2_spec.lua runs it
          assert.matches("OAuth 2", output)
        else
          assert(code == 0, line .. "\n" .. output)
        end
      end
    end)
  end
end)
