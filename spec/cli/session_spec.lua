---whoami, token, api, cookies, logout and run: each logs in, acts and closes in one run.
local cjson = require "cjson"
local command = require "spec.cli.command"
local shared = require "spec.shared"
local wikis = require "spec.wiki"

describe("a subcommand that acts on a session", function()
  local wiki = shared(wikis.start)

  before_each(function()
    wiki:mark()
  end)

  local function as_bot(...)
    return command.run({
      ...,
    }, { env = { BOT = wiki.botpassword.password, WIKI_PASSWORD = wiki.accounts.Alice } })
  end

  local function credentials(...)
    return "--user", wiki.botpassword.name, "--password-from", "env:BOT", "--no-input", ...
  end

  it("whoami prints the name, and groups and rights with --json", function()
    local plain = as_bot("whoami", wiki.api, credentials())
    assert.equal(0, plain.code, plain.stderr)
    assert.equal("Alice\n", plain.stdout)
    local me = cjson.decode(as_bot("whoami", wiki.api, credentials("--json")).stdout)
    assert.equal("Alice", me.name)
    assert.is_false(me.anonymous)
    assert.equal("table", type(me.groups))
    assert.equal("table", type(me.rights))
  end)

  it("whoami without credentials is anonymous, and that is no error", function()
    local result = command.run { "whoami", wiki.api, "--json", "--no-input" }
    assert.equal(0, result.code, result.stderr)
    assert.is_true(cjson.decode(result.stdout).anonymous)
    assert.equal(0, #wiki:requests { method = "POST" })
  end)

  it("token prints a token of the type asked for", function()
    local result = as_bot("token", wiki.api, "csrf", credentials())
    assert.equal(0, result.code, result.stderr)
    assert.truthy(result.stdout:find("^%x+%+\\\n$"), result.stdout)
    assert.is_true(#result.stdout > 40)
  end)

  it("token lists the wiki's types, or the one that was meant, where there is none", function()
    local result = command.run { "token", wiki.api, "nonsense", "--no-input" }
    assert.equal(2, result.code)
    assert.truthy(result.stderr:find("nonsense", 1, true), result.stderr)
    assert.truthy(result.stderr:find("csrf, login, patrol", 1, true), result.stderr)
    result = command.run { "token", wiki.api, "wacth", "--no-input", "--json" }
    assert.equal(2, result.code)
    local err = cjson.decode(result.stdout).error
    assert.equal("answer", err.kind)
    assert.equal("no_token", err.code)
    assert.equal("Did you mean 'watch'?", err.advice)
  end)

  it("token refuses what cannot be a type before anything is sent", function()
    local result = command.run { "token", wiki.api, "a b", "--no-input" }
    assert.equal(2, result.code)
    assert.truthy(result.stderr:find("'a b' is no type of token", 1, true), result.stderr)
    assert.equal(0, #wiki:requests())
  end)

  it("token says when it is everybody's", function()
    local result = command.run { "token", wiki.api, "CSRF", "--no-input" }
    assert.equal(0, result.code)
    assert.equal("+\\\n", result.stdout)
    assert.truthy(result.stderr:find("not logged in", 1, true), result.stderr)
  end)

  it("api prints the reply as JSON, indented or on one line", function()
    local words = { "api", wiki.api, "action=query", "meta=siteinfo", "--no-input" }
    local pretty = command.run(words)
    assert.equal(0, pretty.code, pretty.stderr)
    assert.truthy(pretty.stdout:find("\n  ", 1, true))
    words[#words + 1] = "--json"
    local line = command.run(words).stdout
    -- the wiki's clock may have gone on a second in between
    local one, other = cjson.decode(pretty.stdout), cjson.decode(line)
    one.query.general.time, other.query.general.time = nil, nil
    assert.same(one, other)
    assert.truthy(line:find("^[^\n]*\n$"))
    assert.equal("string", type(cjson.decode(line).query.general.sitename))
  end)

  it("api joins what is given twice, and an empty list is one", function()
    local words = { "api", wiki.api, "action=query", "titles=Nowhere", "titles=Main Page" }
    table.move({ "list=allimages", "--no-input", "--json" }, 1, 3, #words + 1, words)
    local text = command.run(words).stdout
    assert.equal(2, #cjson.decode(text).query.pages, text)
    assert.truthy(text:find('"allimages":[]', 1, true), text)
  end)

  it("api edits with a token as the user", function()
    local result = as_bot(
      "api",
      wiki.api,
      "action=edit",
      "title=Cli",
      "text=a = b & c + d",
      "--token",
      "csrf",
      credentials("--json")
    )
    assert.equal(0, result.code, result.stderr)
    assert.equal("Success", cjson.decode(result.stdout).edit.result)
    local page = command.run {
      "api",
      wiki.api,
      "action=query",
      "prop=revisions",
      "titles=Cli",
      "rvprop=content|user",
      "rvslots=main",
      "--json",
      "--no-input",
    }
    local revision = cjson.decode(page.stdout).query.pages[1].revisions[1]
    assert.equal("Alice", revision.user)
    assert.equal("a = b & c + d", revision.slots.main.content)
  end)

  it("api says which flag is missing when the wiki wants a POST", function()
    local result = command.run { "api", wiki.api, "action=edit", "title=X", "text=y", "--no-input" }
    assert.equal(1, result.code)
    assert.truthy(result.stderr:find("--token csrf", 1, true), result.stderr)
  end)

  it("api passes the wiki's error on and exits 1", function()
    local result = command.run { "api", wiki.api, "action=nonsense", "--json", "--no-input" }
    assert.equal(1, result.code)
    assert.equal("badvalue", cjson.decode(result.stdout).error.code)
  end)

  it("cookies prints lines that curl can use", function()
    local result = as_bot(
      "cookies",
      wiki.api,
      "--user",
      "Alice",
      "--password-from",
      "env:WIKI_PASSWORD",
      "--no-input"
    )
    assert.equal(0, result.code, result.stderr)
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write(result.stdout)
    file:close()
    local query = wiki.api .. "?action=query&meta=userinfo&format=json"
    local curl = assert(io.popen(("curl -s -b %s '%s'"):format(path, query)))
    local reply = curl:read("a")
    curl:close()
    os.remove(path)
    assert.equal("Alice", cjson.decode(reply).query.userinfo.name)
  end)

  it("logout ends the session on the wiki", function()
    local result = as_bot("logout", wiki.api, credentials())
    assert.equal(0, result.code, result.stderr)
    assert.equal(1, #wiki:requests { action = "logout" })
  end)

  it("run gives a script its arguments and the library", function()
    local result = as_bot("run", "scripts/botpassword.lua", wiki.api, wiki.botpassword.name, "Run")
    assert.equal(2, result.code)
    result = command.run(
      { "run", "scripts/botpassword.lua", wiki.api, wiki.botpassword.name, "Run" },
      { env = { BOT_PASSWORD = wiki.botpassword.password } }
    )
    assert.equal(0, result.code, result.stderr)
    assert.truthy(result.stdout:find("Logged in as Alice by botpassword", 1, true))
    assert.truthy(result.stdout:find("Run is now at revision", 1, true))
  end)

  it("run gives a script the name mwlogin, and no global", function()
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write('mine = 1 print(mwlogin == require "mwlogin", rawget(_G, "mwlogin"), _G.mine)')
    file:close()
    local result = command.run { "run", path }
    os.remove(path)
    assert.equal("true\tnil\t1\n", result.stdout)
  end)

  it("run tells a library error as the command does", function()
    local result = command.run(
      { "run", "scripts/clientlogin_edit.lua", wiki.api, "Alice", "Run" },
      { env = { WIKI_PASSWORD = "wrong" } }
    )
    assert.equal(1, result.code, result.stderr)
    assert.is_nil(result.stderr:find("traceback", 1, true), result.stderr)
  end)
end)

describe("an address that is no wiki", function()
  local function whoami(address, ...)
    return command.run { "whoami", address, "--no-input", "--json", "--connect-timeout", "3", ... }
  end

  it("exits 4 when nobody listens", function()
    local result = whoami "http://127.0.0.1:1/api.php"
    assert.equal(4, result.code, result.stderr)
    assert.equal("network", cjson.decode(result.stdout).error.kind)
  end)

  it("exits 2 when it is no address at all", function()
    local result = whoami "http://"
    assert.equal(2, result.code, result.stderr)
    result = whoami ""
    assert.equal(2, result.code, result.stderr)
  end)
end)
