-- A wiki's refusal was handed on word by word, the password it repeats in it; so was the address of
-- a redirect and the name of who is said to be logged in. (All places: security/echo_spec.lua.)
local core = require("mwlogin.core")
local mwlogin = require("mwlogin")
local testing = require("mwlogin.testing")

local PASSWORD <const> = "open sesame"

local function refused(reply)
  local wiki = testing.wiki({ accounts = { Alice = { password = PASSWORD } } })
  local session <close> = assert(mwlogin.open(wiki.api, {
    user_agent = "spec",
    transport = function(request)
      return request.method == "POST" and reply or wiki.transport(request)
    end,
  }))
  local me, err = session:login({ username = "Alice", password = PASSWORD })
  assert.is_nil(me)
  return err
end

describe("a refusal", function()
  it("does not repeat the password in its message or code", function()
    local err = refused({
      status = 200,
      headers = {},
      body = '{"clientlogin":{"status":"FAIL","message":"not open sesame",'
        .. '"messagecode":"x: open sesame"}}',
    })
    assert.equal("not ***", err.message)
    assert.equal("x: ***", err.code)
  end)

  it("does not repeat it in the address of a redirect", function()
    local place = "https://wiki.example.org/?p=" .. core.encode(PASSWORD)
    local err = refused({ status = 302, headers = { Location = place }, body = "" })
    assert.equal("https://wiki.example.org/?p=***", err.location)
  end)

  it("keeps a code that programs compare, whatever a short password is a part of", function()
    local wiki = testing.wiki({ accounts = { Alice = { password = PASSWORD } } })
    local session <close> =
      assert(mwlogin.open(wiki.api, { user_agent = "spec", transport = wiki.transport }))
    local _, err = session:login({ username = "Alice", password = "wrong" })
    assert.equal("wrongpassword", err.code)
  end)
end)
