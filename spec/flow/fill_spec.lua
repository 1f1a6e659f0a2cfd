-- How an answered request is filled: every field type, and every answer that will not do.
package.path = "./?.lua;" .. package.path
local authrequest = require("mwlogin.authrequest")
local core = require("mwlogin.core")
local fill = require("mwlogin.flow.fill")
local sheet = require("mwlogin.flow.sheet")
local S = require("spec.flow.scripted_session")

local OPTIONS = { { value = "", label = "none" }, { value = "a|b", label = "A" } }
OPTIONS[3] = { value = "3", label = "Three" }

--- Fills one request with these answers.
local function filled(fields, answers, more)
  local request = authrequest.read({ S.request("X", fields, more) })[1]
  local entries = {}
  for name, value in pairs(answers or {}) do
    entries[name] = { value = value, from = "answers" }
  end
  local values, err, missing = fill.request(request, entries)
  local names = {}
  for position, field in ipairs(missing) do
    names[position] = field.name
  end
  return values, err, names
end

local function field(kind, more)
  local made = { name = "f", type = kind }
  for name, value in pairs(more or {}) do
    made[name] = value
  end
  return { made }
end

describe("a text", function()
  it("is sent as given, blanks and all", function()
    assert.same({ f = " p w " }, filled(field("password"), { f = " p w " }))
    assert.same({ f = "42" }, filled(field("string"), { f = 42 }))
    assert.same({ f = "42" }, filled(field("string"), { f = 42.0 }))
  end)

  it("that is a secret stays one", function()
    local value = core.secret("hush")
    assert.equal(value, filled(field("password"), { f = value }).f)
  end)

  it("that is optional and unanswered is sent empty", function()
    assert.same({ f = "" }, filled(field("string", { optional = true })))
    assert.same({ f = "" }, filled(field("password", { optional = true })))
  end)

  it("has the wiki's default, but a password never", function()
    assert.same({ f = "preset" }, filled(field("string", { value = "preset" })))
    local _, _, missing = filled(field("password", { value = "preset" }))
    assert.same({ "f" }, missing)
  end)

  it("that is required and empty is missing", function()
    for _, empty in ipairs({ "", core.secret("") }) do
      local _, _, missing = filled(field("password"), { f = empty })
      assert.same({ "f" }, missing)
    end
    local _, _, missing = filled(field("string"))
    assert.same({ "f" }, missing)
  end)

  local refused = {
    ["a NUL"] = { "a\0b", "not-text" },
    ["other bytes than UTF-8"] = { "a\255b", "not-text" },
    ["a megabyte"] = { ("x"):rep(1024 * 1024), "too-long" },
    ["a secret megabyte"] = { core.secret(("x"):rep(1024 * 1024)), "too-long" },
    ["a table"] = { { "x" }, "wrong-type" },
    ["true"] = { true, "wrong-type" },
  }
  for what, case in pairs(refused) do
    it("that is " .. what .. " is refused, and not shown", function()
      local values, err = filled(field("password"), { f = case[1] })
      assert.is_nil(values)
      assert.equal("answer", err.kind)
      assert.equal(case[2], err.code)
      assert.is_true(#tostring(err) < 300)
    end)
  end
end)

describe("a choice", function()
  local select = { options = OPTIONS }

  it("is one of those offered, the empty one too", function()
    assert.same({ f = "a|b" }, filled(field("select", select), { f = "a|b" }))
    assert.same({ f = "" }, filled(field("select", select), { f = "" }))
    assert.same({ f = "3" }, filled(field("select", select), { f = 3 }))
    assert.same({ f = "3" }, filled(field("select", select), { f = core.secret("3") }))
  end)

  it("that is not offered is refused, naming those that are", function()
    local values, err = filled(field("select", select), { f = "b" })
    assert.is_nil(values)
    assert.equal("not-offered", err.code)
    assert.matches("'', a|b, 3", err.advice)
  end)

  it("has the wiki's default, if it is offered", function()
    assert.same({ f = "3" }, filled(field("select", { options = OPTIONS, value = "3" })))
    local _, _, missing = filled(field("select", { options = OPTIONS, value = "x" }))
    assert.same({ "f" }, missing)
  end)
end)

describe("several choices", function()
  local several = { options = OPTIONS, optional = true }

  it("are a list; a single one may stand alone", function()
    assert.same({ f = { "a|b", "3" } }, filled(field("multiselect", several), { f = { "a|b", 3 } }))
    assert.same({ f = { "a|b" } }, filled(field("multiselect", several), { f = "a|b" }))
  end)

  it("that are none are left out, or missing where one is required", function()
    assert.same({ f = false }, filled(field("multiselect", several)))
    assert.same({ f = false }, filled(field("multiselect", several), { f = {} }))
    local _, _, missing = filled(field("multiselect", { options = OPTIONS }), { f = {} })
    assert.same({ "f" }, missing)
  end)

  it("are refused when one is not offered", function()
    local values, err = filled(field("multiselect", several), { f = { "a|b", "x" } })
    assert.is_nil(values)
    assert.equal("not-offered", err.code)
  end)
end)

describe("a checkbox", function()
  it("is 1 for yes and left out for no, in all the ways people write them", function()
    for _, yes in ipairs({ true, 1, "1", "yes", "on" }) do
      assert.same({ f = "1" }, filled(field("checkbox", { optional = true }), { f = yes }))
    end
    for _, no in ipairs({ false, 0, "0", "no", "false", "" }) do
      assert.same({ f = false }, filled(field("checkbox", { optional = true }), { f = no }))
    end
    assert.same({ f = false }, filled(field("checkbox", { optional = true })))
  end)

  it("that must be ticked is missing otherwise", function()
    local _, _, missing = filled(field("checkbox"))
    assert.same({ "f" }, missing)
    _, _, missing = filled(field("checkbox"), { f = false })
    assert.same({ "f" }, missing)
  end)
end)

describe("a button", function()
  it("is pressed when it is answered, or is the way to log in that was chosen", function()
    assert.same({ f = "1" }, filled(field("button"), { f = true }))
    assert.same({ f = "1" }, filled(field("button"), {}, { required = "primary-required" }))
    local _, _, missing = filled(field("button"))
    assert.same({ "f" }, missing)
  end)

  it("is pressed with the answers it belongs to", function()
    local fields = { { name = "f", type = "button" }, { name = "word", type = "string" } }
    assert.same({ f = "1", word = "x" }, filled(fields, { word = "x" }))
  end)
end)

describe("other fields", function()
  it("hidden ones go back unchanged, unless answered", function()
    assert.same({ f = "a+\\ b" }, filled(field("hidden", { value = "a+\\ b" })))
    assert.same({ f = "" }, filled(field("hidden")))
    assert.same({ f = "{}" }, filled(field("hidden", { value = "" }), { f = "{}" }))
  end)

  it("null ones are not sent", function()
    assert.same({}, filled(field("null", { value = "Read this" })))
  end)

  it("of unknown type are sent when answered and reported when required", function()
    assert.same({ f = "7" }, filled(field("slider"), { f = 7 }))
    assert.same({ f = false }, filled(field("slider", { optional = true })))
    local _, _, missing = filled(field("slider"))
    assert.same({ "f" }, missing)
  end)

  it("retype follows password, and password retype", function()
    local fields = { { name = "password", type = "password" } }
    fields[2] = { name = "retype", type = "password" }
    assert.same({ password = "n", retype = "n" }, filled(fields, { retype = "n" }))
    assert.same({ password = "n", retype = "n" }, filled(fields, { password = "n" }))
    local both = { password = "n", retype = "m" }
    assert.same(both, filled(fields, both))
  end)
end)

describe("a step", function()
  it("is read whole unless a request that nobody answers could be read along", function()
    local one = S.request("One", { { name = "a", type = "string" } })
    local two = S.request("Two", { { name = "a", type = "string" } })
    local three = S.request("Three", {
      { name = "a", type = "string" },
      { name = "b", type = "string" },
    })
    local function limit(...)
      local step = { status = "UI", requests = authrequest.read({ ... }) }
      local answered = sheet.new(step)
      answered:put(step.requests[1], "a", { value = "x", from = "submit" })
      return assert(fill.step(step, { step.requests[1] }, answered)).limit
    end
    assert.is_nil(limit(one))
    assert.same({ "One" }, limit(one, two))
    assert.is_nil(limit(one, three))
  end)
end)
