-- Tokens taken out of a JSON text without becoming Lua strings.
local core = require("mwlogin.core")
local json = require("cjson.safe")

local NAMES <const> = { "access_token", "refresh_token" }

local function taken(text)
  local found = core.json_secrets(core.secret(text), NAMES)
  return found.rest,
    found.access_token and found.access_token:reveal(),
    found.refresh_token and found.refresh_token:reveal()
end

describe("json_secrets", function()
  it("takes members of the outermost object and leaves the rest as it is", function()
    local rest, access, refresh = taken(
      '{"token_type":"Bearer", "access_token" : "a.b-c","n":{"access_token":"x"},\n'
        .. '"refresh_token":"r1","list":[{"refresh_token":"y"}],"expires_in":3600}'
    )
    assert.equal("a.b-c", access)
    assert.equal("r1", refresh)
    assert.same({
      token_type = "Bearer",
      access_token = "",
      refresh_token = "",
      n = { access_token = "x" },
      list = { { refresh_token = "y" } },
      expires_in = 3600,
    }, json.decode(rest))
  end)

  it("takes the last of several, as JSON readers do", function()
    local rest, access = taken('{"access_token":"first","access_token":"last"}')
    assert.equal("last", access)
    assert.equal('{"access_token":"","access_token":""}', rest)
  end)

  it("leaves what is no plain string, and values that only look like names", function()
    for _, text in ipairs({
      '{"access_token":"a\\u0062c"}',
      '{"access_token":"a b"}',
      '{"access_token":""}',
      '{"access_token":1}',
      '{"access_token":null}',
      '{"access_token":["x"]}',
      '{"a":"access_token"}',
      '{"a":"access_token","b":"x"}',
      '["access_token","x"]',
      '{"access_tokens":"x"}',
      '{"Access_token":"x"}',
      '{"\\u0061ccess_token":"x"}',
      "",
      "null",
      '"access_token":"x"',
    }) do
      local rest, access = taken(text)
      assert.equal(text, rest)
      assert.is_nil(access)
    end
  end)

  it("stays within a text that is cut anywhere, or holds any bytes", function()
    local text = '{ "access_token" : "abc" , "x" : [ "\\" ] } } , "refresh_token":"d" }'
    for length = 0, #text do
      local rest = taken(text:sub(1, length))
      assert.is_true(#rest <= length)
    end
    math.randomseed(7)
    local alphabet =
      { '"', "\\", "{", "}", "[", "]", ":", ",", " ", "\0", "\255", '"access_token"' }
    for _ = 1, 5000 do
      local parts = {}
      for position = 1, math.random(0, 30) do
        parts[position] = alphabet[math.random(#alphabet)]
      end
      local whole = table.concat(parts)
      assert.is_true(#taken(whole) <= #whole)
    end
  end)
end)

describe("same answers of two requests", function()
  it("are compared without showing them", function()
    local same = require("mwlogin.flow.fill").same
    assert.is_true(same(core.secret("a"), "a"))
    assert.is_true(same(core.secret("a"), core.secret("a")))
    assert.is_false(same(core.secret("a"), "b"))
    assert.is_false(same(core.secret("a"), false))
    assert.is_true(same({ "a", "b" }, { "a", "b" }))
    assert.is_true(same(true, true))
  end)
end)
