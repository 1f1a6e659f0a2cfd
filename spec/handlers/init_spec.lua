-- Loading handlers: from a table, a file, a module; with configuration; in order.
local core = require("mwlogin.core")
local folders = require("spec.folders")
local handlers = require("mwlogin.handlers")
local secret = require("mwlogin.secret")

local function answer() end

local function names(entries)
  local list = {}
  for position, entry in ipairs(entries) do
    list[position] = entry.name
  end
  return list
end

local function handler(fields)
  local made = { name = "Mine", kinds = { "K" }, answer = answer }
  for name, value in pairs(fields or {}) do
    made[name] = value
  end
  return made
end

describe("handlers", function()
  local folder

  folders.for_block(function(path)
    folder = path
  end)

  local function file(name, text)
    local path = folder .. "/" .. name
    local out = assert(io.open(path, "w"))
    out:write(text)
    out:close()
    return path
  end

  it("come with mwlogin, each of them usable", function()
    local entries = assert(handlers.load(nil))
    assert.is_true(#entries >= 12)
    for _, entry in ipairs(entries) do
      assert.is_true(entry.built_in)
      assert.equal("1.0", entry.handler.version)
    end
  end)

  it("of the user are asked before the built-in ones; priority overrides", function()
    local entries = assert(handlers.load({
      handler({ name = "A" }),
      handler({ name = "B" }),
      handler({ name = "First", priority = 5 }),
      handler({ name = "Last", priority = -1 }),
    }))
    local order = names(entries)
    assert.same({ "First", "A", "B" }, { order[1], order[2], order[3] })
    assert.equal("Last", order[#order])
  end)

  it("are given as a table, and never written to", function()
    local frozen = setmetatable({}, {
      __index = handler(),
      __newindex = function()
        error("written to")
      end,
    })
    assert.equal("Mine", assert(handlers.load({ frozen }))[1].name)
  end)

  it("are read from a file, by a path or a name ending in .lua", function()
    local path = file("odd.lua", 'return { name = "Odd", kinds = { "K" }, answer = print }')
    assert.equal("Odd", assert(handlers.load({ path }))[1].name)
    assert.equal("Odd", assert(handlers.load({ "odd.lua" }, folder))[1].name)
  end)

  it("are read from a module", function()
    package.preload["spec.odd_handler"] = function()
      return handler({ name = "FromModule" })
    end
    assert.equal("FromModule", assert(handlers.load({ "spec.odd_handler" }))[1].name)
  end)

  it("get their configuration, with defaults", function()
    local schema = {
      key = { type = "secret", required = true, help = "the key" },
      digits = { type = "integer", default = 6 },
    }
    local use = handler({ schema = schema })
    local entry = assert(handlers.load({ { use = use, config = { key = "plain" } } }))[1]
    assert.equal(6, entry.config.digits)
    assert.is_true(core.is_secret(entry.config.key))
    local source = secret.env("X")
    entry = assert(handlers.load({ { use = use, config = { key = source } } }))[1]
    assert.equal(source, entry.config.key)
  end)

  local schema = {
    secret = { type = "secret", required = true, help = "the key" },
    mode = { type = "string", one_of = { "fast", "slow" } },
  }
  local bad_configs = {
    ["unknown key 'secrte'; did you mean 'secret'"] = { secrte = "x" },
    ["config.secret is missing: the key"] = {},
    ["config.secret must be text, a secret or a source of one, not a number"] = { secret = 1 },
    ["config.mode must be one of: fast, slow"] = { secret = "x", mode = "odd" },
  }
  for message, config in pairs(bad_configs) do
    it("refuse a configuration: " .. message, function()
      local use = handler({ schema = schema })
      local entries, err = handlers.load({ { use = use, config = config } })
      assert.is_nil(entries)
      assert.equal("handler", err.kind)
      assert.equal("Mine", err.handler)
      assert.is_truthy(err.message:find(message, 1, true))
    end)
  end

  it("refuse configuration where none is declared", function()
    local _, err = handlers.load({ { use = handler(), config = { a = 1 } } })
    assert.matches("unknown key 'a'", err.message)
  end)

  local broken = {
    ["it has no name"] = { kinds = { "K" }, answer = answer },
    ["answer must be a function"] = { name = "X", kinds = { "K" }, answer = "x" },
    ["kinds must be a list of strings"] = { name = "X", kinds = "K", answer = answer },
    ["none of answer, redirect and restart"] = { name = "X", kinds = { "K" } },
    ["give kinds, fields or match"] = { name = "X", answer = answer },
    ["unknown type 'secrt'"] = {
      name = "X",
      kinds = { "K" },
      answer = answer,
      schema = { a = { type = "secrt" } },
    },
  }
  for message, table_of_it in pairs(broken) do
    it("that are broken are named: " .. message, function()
      local entries, err = handlers.load({ table_of_it })
      assert.is_nil(entries)
      assert.equal("handler", err.kind)
      assert.is_truthy(err.message:find(message, 1, true))
    end)
  end

  it("that are not there as a module are told apart from those of mwlogin", function()
    for name, advice in pairs {
      totp = "Did you mean 'mwlogin.handlers.totp'?",
      no_such_rock = "a file's path has a / or ends in .lua",
    } do
      local entries, err = handlers.load { name }
      assert.is_nil(entries)
      assert.matches(advice, err.advice, 1, true)
    end
  end)

  it("whose file is broken are named with the reason", function()
    local cases = {
      ["syntax.lua"] = { "return {", "expected" },
      ["raises.lua"] = { 'error("at load")', "at load" },
      ["number.lua"] = { "return 7", "returns a number" },
    }
    for name, case in pairs(cases) do
      local path = file(name, case[1])
      local entries, err = handlers.load({ path })
      assert.is_nil(entries)
      assert.equal("handler", err.kind)
      assert.is_truthy(err.message:find(path, 1, true))
      assert.matches(case[2], err.message)
    end
    local _, err = handlers.load({ folder .. "/none.lua" })
    assert.matches("none.lua", err.message)
    _, err = handlers.load({ "no.such.module" })
    assert.matches("no.such.module", err.message)
    _, err = handlers.load({ 7 })
    assert.equal("handler", err.kind)
  end)

  it("are their own by kinds, fields and match together", function()
    local function declares(fields, request)
      return handlers.declares(assert(handlers.load({ handler(fields) }))[1], request)
    end
    local request = { kind = "K", fields = { a = {}, b = {} } }
    assert.is_true(declares({}, request))
    assert.is_false(declares({ kinds = { "L" } }, request))
    assert.is_true(declares({ fields = { "a", "b" } }, request))
    assert.is_false(declares({ fields = { "a", "c" } }, request))
  end)
end)
