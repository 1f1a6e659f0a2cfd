local cjson = require "cjson"
local command = require "spec.cli.command"
local shared = require "spec.shared"
local wikis = require "spec.wiki"

describe("mwlogin login", function()
  local wiki = shared(wikis.start)

  before_each(function()
    wiki:forget_throttles()
    wiki:mark()
  end)

  local function login(address, arguments, options)
    local words = { "login", address, table.unpack(arguments) }
    return command.run(words, options)
  end

  local function as_alice(address, ...)
    return login(
      address,
      { "--user", "Alice", "--password-from", "env:WIKI_PASSWORD", ... },
      { env = { WIKI_PASSWORD = wiki.accounts.Alice } }
    )
  end

  ---One line, one object.
  local function object(result)
    assert.equal(0, result.code, result.stderr)
    local line = result.stdout:match("^([^\n]*)\n$")
    assert.truthy(line, result.stdout)
    return cjson.decode(line)
  end

  it("prints one object with --json, for every way to name the wiki", function()
    local host = wiki.base:match("//(.*)")
    for _, address in ipairs { wiki.api, wiki:page("Main Page"), host } do
      local result = as_alice(address, "--json", "--no-input")
      local me = object(result)
      assert.equal("Alice", me.name)
      assert.equal("clientlogin", me.method)
      assert.equal(address, me.wiki)
      assert.is_false(me.anonymous)
      assert.is_true(me.fresh)
      assert.truthy(result.stdout:find('"name":"Alice"', 1, true))
      assert.truthy(result.stdout:find('"method":"clientlogin"', 1, true))
    end
  end)

  it("costs three requests when api.php is given", function()
    object(as_alice(wiki.api, "--json", "--no-input"))
    assert.equal(3, #wiki:requests())
  end)

  it("logs in with both forms of a bot password, in three requests", function()
    local bot = wiki.botpassword
    for name, password in pairs {
      [bot.name] = bot.password,
      [bot.variant_name] = bot.variant_password,
    } do
      wiki:mark()
      local result = login(
        wiki.api,
        { "--user", name, "--password-from", "env:BOT", "--json", "--no-input" },
        { env = { BOT = password } }
      )
      local me = object(result)
      assert.equal("Alice", me.name)
      assert.equal("botpassword", me.method)
      assert.equal(3, #wiki:requests())
    end
  end)

  it("says in words who is logged in", function()
    local result = as_alice(wiki.api, "--no-input")
    assert.equal(0, result.code, result.stderr)
    assert.equal(("Logged in to %s as Alice (clientlogin)\n"):format(wiki.api), result.stdout)
  end)

  it("reads the password from standard input, a file and a command", function()
    local path = os.tmpname()
    os.execute("chmod 600 " .. path)
    local file <close> = assert(io.open(path, "w"))
    file:write(wiki.accounts.Alice, "\n")
    file:flush()
    for _, source in ipairs { "stdin", "file:" .. path, "cmd:cat " .. path } do
      local result = login(
        wiki.api,
        { "--user", "Alice", "--password-from", source, "--json", "--no-input" },
        { stdin = wiki.accounts.Alice .. "\n" }
      )
      assert.equal("Alice", object(result).name, source)
    end
    os.remove(path)
  end)

  it("tries a wrong password once, exits 1 and says what to check", function()
    local result = login(
      wiki.api,
      { "--user", "Alice", "--password-from", "env:P", "--json", "--no-input" },
      { env = { P = "not hers at all" } }
    )
    assert.equal(1, result.code)
    assert.equal(1, #wiki:requests { method = "POST" })
    local told = cjson.decode(result.stdout)
    assert.equal("refused", told.error.kind)
    assert.equal("wrongpassword", told.error.code)
    assert.truthy(result.stderr:lower():find("password", 1, true), result.stderr)
    assert.truthy(result.stderr:find(told.error.advice, 1, true), result.stderr)
    assert.is_nil((result.stdout .. result.stderr):find("not hers at all", 1, true))
  end)

  it("exits 1 for a wrong bot password, after one login POST", function()
    local result = login(
      wiki.api,
      { "--user", "Alice@app", "--password-from", "env:P", "--json", "--no-input" },
      { env = { P = ("0"):rep(32) } }
    )
    assert.equal(1, result.code)
    assert.equal(1, #wiki:requests { method = "POST" })
    assert.equal("refused", cjson.decode(result.stdout).error.kind)
  end)

  it("exits 5 when throttled, and says how long", function()
    local result
    for _ = 1, 6 do
      result = login(
        wiki.api,
        { "--user", "Carol", "--password-from", "env:P", "--json", "--no-input" },
        { env = { P = "wrong" } }
      )
    end
    assert.equal(5, result.code, result.stderr)
    assert.equal("throttled", cjson.decode(result.stdout).error.kind)
  end)

  it("exits 3 without a password and without anyone to ask, and sends no login", function()
    local result = login(wiki.api, { "--user", "Alice", "--no-input", "--json" })
    assert.equal(3, result.code, result.stderr)
    local told = cjson.decode(result.stdout)
    assert.equal("interaction", told.error.kind)
    assert.truthy(result.stderr:find("password", 1, true), result.stderr)
    assert.equal(0, #wiki:requests { method = "POST" })
  end)

  it("exits 2 when the source holds nothing, before anything is sent", function()
    local result = login(
      wiki.api,
      { "--user", "Alice", "--password-from", "env:MWLOGIN_SPEC_UNSET", "--no-input" }
    )
    assert.equal(2, result.code, result.stderr)
    assert.truthy(result.stderr:find("MWLOGIN_SPEC_UNSET", 1, true), result.stderr)
    assert.equal(0, #wiki:requests { method = "POST" })
  end)

  it("goes through several wikis and exits as the first failure in the order given", function()
    local closed = "http://127.0.0.1:1/api.php"
    local words = { "login", wiki.api, closed, wiki:page("Main Page"), "--user", "Alice" }
    table.move({ "--password-from", "env:P", "--json", "--no-input" }, 1, 4, #words + 1, words)
    local result = command.run(words, { env = { P = wiki.accounts.Alice } })
    assert.equal(4, result.code, result.stderr)
    local told = {}
    for line in result.stdout:gmatch("[^\n]+") do
      told[#told + 1] = cjson.decode(line)
    end
    assert.equal(3, #told)
    assert.equal("Alice", told[1].name)
    assert.equal(closed, told[2].wiki)
    assert.equal("network", told[2].error.kind)
    assert.equal("Alice", told[3].name)
  end)

  it("traces every exchange to stderr or a file, without a secret", function()
    local path = os.tmpname()
    local password = wiki.accounts.Alice
    local to_stderr = as_alice(wiki.api, "--trace", "--no-input")
    local to_file = as_alice(wiki.api, "--trace=" .. path, "--no-input")
    local file <close> = assert(io.open(path))
    local trace = file:read("a")
    os.remove(path)
    assert.equal(0, to_stderr.code, to_stderr.stderr)
    assert.equal(0, to_file.code, to_file.stderr)
    for _, text in ipairs { to_stderr.stderr, trace } do
      assert.truthy(text:find("clientlogin", 1, true), text)
      assert.truthy(text:find("***", 1, true), text)
      assert.is_nil(text:find(password, 1, true))
    end
  end)

  it("does not log out", function()
    object(as_alice(wiki.api, "--json", "--no-input"))
    assert.equal(0, #wiki:requests { action = "logout" })
  end)
end)

describe("mwlogin login to a private wiki", function()
  it("works from its api.php, a page and its bare host", function()
    local wiki <close> = wikis.start { private = true }
    for _, address in ipairs { wiki.api, wiki:page("Main Page"), (wiki.base:match("//(.*)")) } do
      local result = command.run(
        { "login", address, "--user", "Alice", "--password-from", "env:P", "--json", "--no-input" },
        { env = { P = wiki.accounts.Alice } }
      )
      assert.equal(0, result.code, result.stderr)
      assert.equal("Alice", cjson.decode(result.stdout).name)
    end
  end)
end)
