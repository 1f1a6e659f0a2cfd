---Another request's answer, where the wiki was to say whose a kept access is, was taken for its
---end: a person was asked to allow everything again. Found by spec/faults/oauth_spec.lua.
local memory = require "spec.store.memory"
local mwlogin = require "mwlogin"
local query = require "mwlogin.query"

local API <const> = "https://wiki.example.org/w/api.php"
local BACK <const> = "https://tool.example.org/back"
local SOUND <const> = '{"batchcomplete":true,"query":{"userinfo":{"id":7,"name":"Alice"}}}'

describe("a kept access", function()
  local store, userinfo

  before_each(function()
    store, userinfo = memory.new(), SOUND
  end)

  local function transport(request)
    local body = userinfo
    if request.url:find("/access_token", 1, true) then
      body = '{"token_type":"Bearer","access_token":"abc","refresh_token":"def"}'
    end
    return { status = 200, headers = { ["Content-Type"] = "application/json" }, body = body }
  end

  local function log_in(redirect)
    local session <close> = assert(mwlogin.open(API, {
      transport = transport,
      user_agent = "spec",
      store = store,
    }))
    return session:login { client_id = "the-client", redirect_uri = BACK, redirect = redirect }
  end

  local function allow(step)
    return BACK .. "?code=c&state=" .. query.of(step.redirect_url).state
  end

  local function nobody()
    error "a person was asked"
  end

  it("stays where an answer says nothing about it", function()
    assert(log_in(allow))
    for body, code in pairs {
      ['{"batchcomplete":true,"query":{"general":{}}}'] = "no_module",
      ['{"query":{"userinfo":{"id":0,"name":"127.0.0.1","anon":true}}}'] = "not-proved",
    } do
      userinfo = body
      local me, err = log_in(nobody)
      assert.is_nil(me)
      assert.equal(code, err.code)
    end
    userinfo = SOUND
    assert.is_false(assert(log_in(nobody)).fresh)
  end)
end)
