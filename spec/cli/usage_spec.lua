local command = require "spec.cli.command"
local folders = require "spec.folders"

local SUBCOMMANDS <const> = {
  "login",
  "whoami",
  "logout",
  "token",
  "api",
  "cookies",
  "exec",
  "sessions",
  "doctor",
  "run",
  "record",
  "replay",
}

---Every line of this table is a mistake people make, and words that the answer must hold.
local MISTAKES <const> = {
  { {}, "a subcommand is missing" },
  { { "lgoin" }, "did you mean login?" },
  { { "frobnicate" }, "unknown subcommand frobnicate" },
  { { "--hepl" }, "did you mean --help?" },
  { { "login" }, "missing argument 'WIKI'" },
  { { "whoami" }, "missing argument 'WIKI'" },
  { { "token", "w" }, "missing argument 'TYPE'" },
  { { "api", "w" }, "missing argument 'K=V'" },
  { { "api", "w", "action" }, "'action' is no parameter: write NAME=VALUE" },
  { { "run" }, "missing argument 'SCRIPT.lua'" },
  { { "run", "/nowhere/at/all.lua" }, "/nowhere/at/all.lua" },
  { { "whoami", "w", "x" }, "too many arguments" },
  { { "login", "w", "--usr", "Alice" }, "did you mean --user?" },
  { { "login", "w", "--methd", "x" }, "did you mean --method?" },
  { { "login", "w", "--timeout", "soon" }, "--timeout: 'soon' is no number of seconds" },
  { { "login", "w", "--timeout", "0" }, "--timeout: '0' is no number of seconds" },
  { { "login", "w", "--maxlag", "1.5" }, "--maxlag: '1.5' is no whole number" },
  { { "login", "w", "--field", "colour" }, "--field takes NAME=VALUE" },
  { { "login", "w", "--field-from", "colour" }, "--field-from takes NAME=SOURCE" },
  { { "login", "w", "--field-from", "colour=blue" }, "--field-from colour: This is no source" },
  { { "exec", "w", "sh", "-c", "true" }, "unknown option -c; the command's own follow --" },
  { { "exec", "w", "--usr", "A", "--", "true" }, "did you mean --user?" },
  { { "login", "w", "--trace=" }, "--trace: the name of its file is empty" },
  { { "login", "w", "--timeout", "-5" }, "'-5' begins with -" },
  { { "login", "w", "--user-agent", "a\nb" }, "--user-agent: line breaks" },
  { { "login", "w", "--method", "bot" }, "--method: 'bot' is no method; there are clientlogin" },
  { { "login", "w", "--http-auth-user", "x" }, "--http-auth-password-from go together" },
  { { "login", "w", "--password-from", "prompt", "--no-input" }, "--no-input forbids it" },
  { { "login", "w", "--browser", "--no-browser" }, "can not be used together" },
  { { "login", "w", "--browser", "--no-input" }, "--browser asks a person" },
}

describe("wrong usage", function()
  for _, mistake in ipairs(MISTAKES) do
    local arguments, words = mistake[1], mistake[2]
    it("exits 2 and explains: mwlogin " .. table.concat(arguments, " "), function()
      local result = command.run(arguments)
      assert.equal(2, result.code)
      assert.equal("", result.stdout)
      assert.truthy(result.stderr:find(words, 1, true), result.stderr)
      assert.is_nil(result.stderr:find("traceback", 1, true), result.stderr)
    end)
  end
end)

describe("a secret on the command line", function()
  local SECRET <const> = "hunter2-hunter2"

  it("is refused, not repeated, and the flag that reads it is named", function()
    local flags = { "--password", "--access-token", "--client-secret", "--consumer-secret" }
    for _, flag in ipairs(flags) do
      local result = command.run { "login", "w", flag, SECRET }
      assert.equal(2, result.code)
      assert.truthy(result.stderr:find("use " .. flag .. "-from SOURCE", 1, true), result.stderr)
      assert.is_nil(result.stderr:find(SECRET, 1, true))
    end
  end)

  it("is refused as a field", function()
    for _, name in ipairs {
      "password",
      "retype",
      "token",
      "code",
      "OATHToken",
      "TOTPAuthenticationRequest.OATHToken",
      "recoveryCode",
      "mySecret",
    } do
      local result = command.run { "login", "w", "--field", name .. "=" .. SECRET }
      assert.equal(2, result.code, name)
      local words = "--field-from " .. name .. "=SOURCE"
      assert.truthy(result.stderr:find(words, 1, true), result.stderr)
      assert.is_nil(result.stderr:find(SECRET, 1, true))
    end
  end)

  it("is not repeated when it stands where a source should", function()
    for _, arguments in ipairs {
      { "login", "w", "--password-from", SECRET },
      { "login", "w", "--field-from", "code=" .. SECRET },
    } do
      local result = command.run(arguments)
      assert.equal(2, result.code)
      assert.is_nil(result.stderr:find(SECRET, 1, true), result.stderr)
    end
  end)

  it("is refused in a proxy address", function()
    local result = command.run { "login", "w", "--proxy", "http://me:" .. SECRET .. "@proxy:3128" }
    assert.equal(2, result.code)
    assert.truthy(result.stderr:find("--proxy-from SOURCE", 1, true), result.stderr)
    assert.is_nil(result.stderr:find(SECRET, 1, true))
  end)
end)

describe("help", function()
  it("lists the subcommands, examples and exit codes", function()
    local result = command.run { "--help" }
    assert.equal(0, result.code)
    for _, name in ipairs(SUBCOMMANDS) do
      assert.truthy(result.stdout:find("\n   " .. name .. " ", 1, true), name)
    end
    assert.truthy(result.stdout:find("Examples:", 1, true))
    assert.truthy(result.stdout:find("\n 130 ", 1, true))
    assert.equal("", result.stderr)
  end)

  it("of each subcommand has its usage, an example and the exit codes", function()
    for _, name in ipairs(SUBCOMMANDS) do
      local result = command.run { name, "--help" }
      assert.equal(0, result.code, name)
      assert.truthy(result.stdout:find("Usage: mwlogin " .. name, 1, true), name)
      assert.truthy(result.stdout:find("  mwlogin " .. name .. " ", 1, true), name)
      assert.truthy(result.stdout:find("Exit codes:", 1, true), name)
      assert.equal(result.stdout, command.run({ "help", name }).stdout)
    end
  end)

  it("has no colour", function()
    assert.is_nil(command.run({ "login", "--help" }).stdout:find("\27", 1, true))
  end)
end)

describe("--version", function()
  it("prints the library's", function()
    local result = command.run { "--version" }
    assert.equal(0, result.code)
    assert.equal("mwlogin " .. require("mwlogin")._VERSION .. "\n", result.stdout)
  end)
end)

describe("a profile that holds what nobody takes", function()
  local function says(text, name, code)
    local folder = folders.new()
    assert(os.execute(("mkdir '%s/mwlogin'"):format(folder)))
    local file = assert(io.open(folder .. "/mwlogin/config.lua", "w"))
    file:write(text)
    file:close()
    assert(os.execute(("chmod go-w '%s/mwlogin' '%s/mwlogin/config.lua'"):format(folder, folder)))
    local result = command.run({ "login", name or "w" }, { env = { XDG_CONFIG_HOME = folder } })
    folders.remove(folder)
    assert.equal(code or 2, result.code, result.stderr)
    assert.is_nil(result.stderr:find("traceback", 1, true), result.stderr)
    return result.stderr
  end

  it("is named, with what was meant", function()
    local open = 'return { w = { url = "http://127.0.0.1:1/", options = { timeot = 1 } } }'
    assert.matches("profile 'w'.*no option 'timeot'; did you mean 'timeout'", says(open))
    local login = 'return { w = { url = "http://127.0.0.1:1/", login = { usrname = "A" } } }'
    assert.matches("profile 'w'.*no option 'usrname'; did you mean 'username'", says(login))
  end)

  it("is thought of when its name is misspelt, and no host has it", function()
    local text = 'return { mywiki = { url = "http://127.0.0.1:1/" } }'
    assert.matches("Did you mean the profile 'mywiki'%?", says(text, "mwiki", 4))
  end)
end)
