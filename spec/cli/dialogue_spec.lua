---Logins that ask for more than a password, on the command line, with handlers and a profile, at a
---real wiki.
local cjson = require "cjson"
local command = require "spec.cli.command"
local folders = require "spec.folders"
local shared = require "spec.shared"
local wikis = require "spec.wiki"

describe("a dialogue on the command line", function()
  local wiki = shared(wikis.start, { extensions = { "MwloginTest" } })

  local function login(place, env, ...)
    local words = { "login", place, "--user", "Alice", "--password-from", "env:P", "--no-input" }
    words[#words + 1] = "--json"
    for _, word in ipairs { ... } do
      words[#words + 1] = word
    end
    env.P = env.P or wiki.accounts.Alice
    return command.run(words, { env = env })
  end

  local function is_alice(result)
    assert.equal(0, result.code, result.stderr)
    assert.equal("Alice", cjson.decode(result.stdout).name)
  end

  it("is answered by --handler", function()
    wiki:set "$wgMwloginTest = [ 'Odd' ];"
    local without = login(wiki.api, {})
    assert.equal(3, without.code, without.stderr)
    assert.matches("oddDoor", without.stderr)
    is_alice(login(wiki.api, {}, "--handler", "scripts/odd_door.lua"))
  end)

  it("says which --handler is broken, and sends nothing", function()
    wiki:set "$wgMwloginTest = [ 'Odd' ];"
    wiki:mark()
    local folder = folders.new()
    local path = folder .. "/broken.lua"
    local file = assert(io.open(path, "w"))
    file:write "return {"
    file:close()
    for _, handler in ipairs { path, folder .. "/none.lua" } do
      local result = login(wiki.api, {}, "--handler", handler)
      assert.equal(2, result.code, result.stderr)
      assert.truthy(result.stderr:find(handler, 1, true), result.stderr)
    end
    assert.equal(0, #wiki:received())
    folders.remove(folder)
  end)

  it(
    "is answered by --field, for each request that shares a name, and for several choices",
    function()
      wiki:set "$wgMwloginTest = [ 'AllFields', 'SharedName' ];"
      is_alice(login(
        wiki.api,
        { S = "secret words" },
        table.unpack {
          "--field-from=passphrase=env:S",
          "--field=colour=red",
          "--field=toppings=salt",
          "--field=toppings=3",
          "--field=agree=1",
          "--field=FirstClerkRequest.word=one",
          "--field=SecondClerkRequest.word=two",
        }
      ))
    end
  )

  it("is answered by a profile's handlers", function()
    wiki:set "$wgMwloginTest = [ 'Odd' ];"
    local folder = folders.new()
    assert(
      os.execute(("mkdir %s/mwlogin && cp scripts/odd_door.lua %s/mwlogin/"):format(folder, folder))
    )
    local file = assert(io.open(folder .. "/mwlogin/config.lua", "w"))
    file:write(
      ([[return { odd = { url = %q, login = { handlers = { "odd_door.lua" } } } }]]):format(
        wiki.api
      )
    )
    file:close()
    is_alice(login("odd", { XDG_CONFIG_HOME = folder }))
    folders.remove(folder)
  end)

  it("sets a new password from --field-from retype=SOURCE only", function()
    wiki:set ""
    wiki:expire_password("Alice", "hard")
    wiki:mark()
    local without = login(wiki.api, {})
    assert.equal(3, without.code, without.stderr)
    assert.matches("retype", without.stderr)
    local new = { NEW = "A newer one of Alice's 8" }
    is_alice(login(wiki.api, new, "--field-from", "retype=env:NEW"))
    local received = wiki:received()
    assert.equal(3, #received)
    assert.equal(wiki.accounts.Alice, received[2].fields.password)
    assert.is_nil(received[2].fields.retype)
    assert.same({ password = new.NEW, retype = new.NEW }, received[3].fields)
    is_alice(login(wiki.api, { P = new.NEW }))
  end)
end)
