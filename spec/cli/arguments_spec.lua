-- A command line without a mistake is read as argparse reads it; any other is left to argparse.
local arguments = require("mwlogin.cli.arguments")
local cli = require("mwlogin.cli")
local parser = require("mwlogin.cli.parser")

local tree, files = cli.tree()

-- What can be compared of arguments: a source is a new one each time, and so is its reader.
local function comparable(value)
  if type(value) ~= "table" then
    return value
  elseif value.label then
    return "source of " .. value.label
  end
  local copy = {}
  for name, item in pairs(value) do
    copy[name] = comparable(item)
  end
  return copy
end

local function plainly(name, words)
  return comparable(arguments.read(name, files[name], words))
end

local function by_argparse(name, words)
  local args, reason = parser.read(name, files[name], words)
  return comparable(args), reason
end

local PLAIN = {
  { "whoami", "wiki.example.org" },
  { "whoami", "wiki.example.org", "--json", "--no-input" },
  { "whoami", "--user", "Alice", "--password-from=env:WIKI_PASSWORD", "wiki.example.org" },
  { "whoami", "--timeout", "3", "--max-response=1000", "https://wiki.example.org/w/api.php" },
  { "login", "one.example.org", "--remember", "two.example.org", "--trace=-" },
  { "login", "one.example.org", "--no-remember", "--browser" },
  { "login", "x", "--field", "a=b", "--field-from", "Kind.c=env:C", "--field", "d=e=f" },
  { "login", "x", "--handler", "a.lua", "--handler=b.lua" },
  { "login", "--", "--json" },
  { "api", "x", "action=query", "meta=siteinfo|userinfo", "--post", "--token", "csrf" },
  { "api", "x", "action=upload", "--file", "file=a.png", "filename=A.png" },
  { "exec", "x", "--", "curl", "-s", "--json", "--" },
  { "exec", "x", "curl", "--no-input", "-" },
  { "token", "x", "csrf" },
  { "cookies", "x", "--import", "cookies.txt" },
  { "sessions" },
  { "sessions", "--json" },
  { "run", "--", "script.lua" },
  { "run", "--", "script.lua", "--option", "word", "--" },
  { "replay", "a.json" },
  { "replay", "a.json", "--", "script.lua", "-x" },
  { "completion", "fish" },
  { "manual" },
}

local NOT_PLAIN = {
  { "whoami" },
  { "whoami", "x", "y" },
  { "whoami", "x", "--jsn" },
  { "whoami", "x", "--json=yes" },
  { "whoami", "x", "--timeout" },
  { "whoami", "x", "--timeout", "soon" },
  { "whoami", "x", "--timeout=-3" },
  { "whoami", "x", "--timeout", "-3" },
  { "whoami", "x", "--user=" },
  { "whoami", "x", "--user", "A", "--user", "B" },
  { "whoami", "x", "-j" },
  { "login", "x", "--remember", "--no-remember" },
  { "login", "x", "--no-browser", "--browser" },
  { "login", "x", "--password", "opensesame" },
  { "login", "x", "--password-from", "opensesame" },
  { "login", "x", "--field", "password=opensesame" },
  { "api", "x" },
  { "api", "x", "meta" },
  { "exec", "x" },
  { "token", "x" },
  { "completion", "csh" },
  { "sessions", "x" },
}

local function split(line)
  return line[1], table.move(line, 2, #line, 1, {})
end

describe("a command line", function()
  for _, line in ipairs(PLAIN) do
    it("is read without argparse: " .. table.concat(line, " "), function()
      local name, words = split(line)
      local args = plainly(name, words)
      assert.is_table(args)
      assert.same(by_argparse(name, words), args)
    end)
  end

  for _, line in ipairs(NOT_PLAIN) do
    it("is left to argparse: " .. table.concat(line, " "), function()
      assert.is_nil(plainly(split(line)))
    end)
  end

  -- Words that fit and words that do not, in any order: a fixed seed, so that a failure comes back.
  it("is never read differently, whatever is put together", function()
    math.randomseed(20261124)
    local values = {
      "x",
      "wiki.example.org",
      "3",
      "0.5",
      "0",
      "-1",
      "-",
      "--",
      "a=b",
      "K.a=b",
      "token=x",
      "",
      "csrf",
      "bearer",
      "env:NAME",
      "file:/tmp/x",
      "stdin",
      "git",
      "nonsense:",
      "oauth2",
      "fish",
      "client_credentials",
      "a\nb",
      "https://u:p@proxy",
      "=",
      "--no-such",
      "-x",
      "action=query",
    }
    local read, left = 0, 0
    for _ = 1, 6000 do
      local command = tree._commands[math.random(#tree._commands)]
      local words = {}
      for _ = 1, math.random(0, 6) do
        local option = command._options[math.random(#command._options)]
        local value = values[math.random(#values)]
        local how = math.random(5)
        if how <= 2 or option._name == "--help" then
          words[#words + 1] = value
        elseif how == 3 then
          words[#words + 1] = option._name .. "=" .. value
        else
          words[#words + 1] = option._name
          words[#words + 1] = how == 4 and option._maxargs > 0 and value or nil
        end
      end
      local args = plainly(command._name, words)
      if args then
        read = read + 1
        assert.same(by_argparse(command._name, words), args, table.concat(words, " "))
      else
        left = left + 1
      end
    end
    assert.is_true(read > 300, read .. " read")
    assert.is_true(left > 300, left .. " left to argparse")
  end)
end)
