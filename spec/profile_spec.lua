-- Profiles: what a configuration says, and which one is not read.
local profile = require("mwlogin.profile")
local secret = require("mwlogin.secret")

local FOLDER = os.tmpname()

describe("profiles", function()
  local getenv = os.getenv

  setup(function()
    os.remove(FOLDER)
    assert(os.execute("mkdir -p -m 755 " .. FOLDER .. "/mwlogin"))
    os.getenv = function(name) -- luacheck: ignore 122
      return name == "XDG_CONFIG_HOME" and FOLDER or getenv(name)
    end
  end)

  teardown(function()
    os.getenv = getenv -- luacheck: ignore 122
    os.execute("rm -r " .. FOLDER)
  end)

  local function config(text, mode)
    local path = FOLDER .. "/mwlogin/config.lua"
    os.remove(path)
    local file = assert(io.open(path, "w"))
    file:write(text)
    file:close()
    assert(os.execute(("chmod %s %s"):format(mode or "644", path)))
  end

  it("are given by name, with what open and login get", function()
    config([[
      return {
        test = {
          url = "https://wiki.example.org",
          options = { timeout = 30, ca_file = "ca.pem" },
          login = {
            username = "Alice",
            password = secret.env "WIKI_PASSWORD",
            handlers = { "odd.lua", { use = "/abs/x.lua", config = { a = 1 } }, "some.module" },
          },
        },
      }]])
    local one = assert(profile("test"))
    assert.equal("https://wiki.example.org", one.url)
    assert.equal(30, one.options.timeout)
    assert.equal(FOLDER .. "/mwlogin/ca.pem", one.options.ca_file)
    assert.is_true(secret.is_source(one.login.password))
    assert.equal(FOLDER .. "/mwlogin/odd.lua", one.login.handlers[1])
    assert.same({ use = "/abs/x.lua", config = { a = 1 } }, one.login.handlers[2])
    assert.equal("some.module", one.login.handlers[3])
  end)

  it("see secret and nothing else", function()
    config("return { t = { url = tostring(os == nil and require == nil and print == nil) } }")
    local _, err = profile("t")
    assert.matches("tostring", err.message)
    config('return { t = { url = "https://x", login = { os = { os, io, require, _G } } } }')
    assert.same({}, assert(profile("t")).login.os)
  end)

  it("read secret files relative to their own folder", function()
    local path = FOLDER .. "/mwlogin/password"
    local file = assert(io.open(path, "w"))
    file:write("hush\n")
    file:close()
    assert(os.execute("chmod 600 " .. path))
    config('return { t = { url = "https://x", login = { password = secret.file "password" } } }')
    assert.equal("hush", assert(assert(profile("t")).login.password:read()):reveal())
  end)

  it("are not read when others can write the file", function()
    for _, mode in ipairs({ "666", "662" }) do
      config('return { t = { url = "https://x" } }', mode)
      local one, err = profile("t")
      assert.is_nil(one)
      assert.equal("answer", err.kind)
      assert.matches("chmod go%-w", err.advice)
    end
  end)

  it("without that name say so, naming the nearest", function()
    config('return { production = { url = "https://x" } }')
    local one, err = profile("prodution")
    assert.is_nil(one)
    assert.equal("answer", err.kind)
    assert.equal("no-profile", err.code)
    assert.matches("production", err.advice)
    os.remove(FOLDER .. "/mwlogin/config.lua")
    assert.equal("no-profile", select(2, profile("x")).code)
  end)

  local broken = {
    ["return {"] = "cannot be read",
    ["return 7"] = "returns no table",
    ["return { t = 7 }"] = "'t' is no table",
    ["return { t = {} }"] = "has no url",
    ['return { t = { ulr = "x" } }'] = "did you mean 'url'",
    ['return { t = { url = "x", login = 1 } }'] = "is no table",
    ['return { t = { url = "x", options = { timeot = 1 } } }'] = "did you mean 'timeout'",
    ["while true do end"] = "too long",
    ["\27Lua"] = "cannot be read",
  }
  for text, message in pairs(broken) do
    it("that cannot be understood are refused: " .. message, function()
      config(text)
      local all, err = profile.all()
      assert.is_nil(all)
      assert.equal("answer", err.kind)
      assert.is_truthy(err.message:find(message, 1, true))
    end)
  end
end)
