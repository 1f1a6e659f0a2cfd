-- Recorded logins that leave the wiki: OpenID, PluggableAuth, OAuth 2. What a provider hands out is
-- in no transcript, and the way back can be gone again.
package.path = "./?.lua;./?/init.lua;" .. package.path
local core = require "mwlogin.core"
local folders = require "spec.folders"
local mwlogin = require "mwlogin"
local oauth2 = require "spec.wiki.oauth2"
local openid = require "spec.wiki.provider"
local person = require "spec.wiki.person"
local query = require "mwlogin.query"
local shared = require "spec.shared"
local wikis = require "spec.wiki"

local function read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end

local function assert_without(text, secrets)
  assert.is_true(#secrets > 0)
  for _, secret in ipairs(secrets) do
    for _, form in ipairs { secret, core.encode(secret), core.crypto.base64(secret) } do
      assert.is_nil(text:find(form, 1, true), form .. " is in it")
    end
  end
end

---Every value of a parameter in what was really exchanged.
local function values_of(recorder, ...)
  local found = {}
  for _, exchange in ipairs(recorder.exchanges) do
    local request = exchange.request
    local text = request.url
      .. "&"
      .. tostring(request.body)
      .. tostring(request.headers.Authorization)
    text = text .. " " .. (exchange.response and exchange.response.body or "")
    text = text .. " " .. table.concat(exchange.response.headers.Location or {}, " ")
    for _, pattern in ipairs { ... } do
      for value in text:gmatch(pattern) do
        found[#found + 1] = value
      end
    end
  end
  return found
end

describe("a recorded login by way of elsewhere", function()
  local folder, path, recorder

  folders.for_block(function(made)
    folder = made
  end)

  before_each(function()
    path = folder .. "/login.transcript"
    os.remove(path)
    recorder = mwlogin.testing.record(path)
  end)

  local function open(api)
    return assert(mwlogin.open(api, { user_agent = "spec", record = recorder }))
  end

  local function replayed(credentials)
    local played = assert(mwlogin.testing.replay(path))
    local session <close> = assert(mwlogin.open(played.api, {
      user_agent = "spec",
      transport = played.transport,
    }))
    local me = assert(session:login(credentials))
    played:finish()
    return me
  end

  describe("on a wiki with a provider", function()
    local wiki = shared(wikis.start, { extensions = { "MwloginTest" } })
    local provider = shared(openid.for_wiki, wiki)

    it("that the wiki's own hops lead back from", function()
      wiki:set("$wgMwloginTest = [ 'Pluggable' ]; " .. provider.settings)
      local session <close> = open(wiki.api)
      local credentials = { answers = { pluggableauthlogin1 = true } }
      assert.equal("Alice", assert(session:login(credentials)).name)
      assert(recorder:close())
      assert.is_nil(read(path):find("Alice", 1, true))
      assert.equal("username-1", replayed(credentials).name)
      local played = assert(mwlogin.testing.replay(path))
      assert.truthy(played:login())
    end)

    it("that a person comes back from with a code", function()
      wiki:set("$wgMwloginTest = [ 'OpenId', 'Code' ]; " .. provider.settings)
      local came_back
      local session <close> = open(wiki.api)
      local credentials = {
        answers = {
          openIdProvider = "openid.example.net",
          useOpenId = true,
          ["TwoFactorAuthenticationRequest.code"] = "817420",
        },
        redirect = "paste",
        respond = function(step)
          local field = step.requests[1].fields[1]
          came_back = person.walk(provider, field.help:match "http%S+", "alice")
          return { [field.name] = came_back }
        end,
      }
      assert.equal("Alice", assert(session:login(credentials)).name)
      local secrets = { assert(came_back:match "code=([^&]+)"), "817420" }
      for _, value in ipairs(values_of(recorder, "state=([%w_-]+)", "nonce=([%w_-]+)")) do
        secrets[#secrets + 1] = #value > 5 and value or nil
      end
      assert(recorder:close())
      assert_without(read(path), secrets)
      local played = assert(mwlogin.testing.replay(path))
      assert.truthy(played:login())
      assert.is_true(played:is_finished())
    end)
  end)

  it("by OAuth 2, whose tokens are renewed", function()
    local wiki = oauth2.start()
    finally(function()
      wiki:stop()
    end)
    local session <close> = open(wiki.api)
    assert(session:login {
      client_id = "confidential",
      client_secret = oauth2.SECRET,
      redirect = wiki:person(),
    })
    assert.equal("Alice", assert(session:whoami()).name)
    local secrets = values_of(
      recorder,
      'code=([^&%s"]+)',
      'code_verifier=([^&%s"]+)',
      'Bearer ([^%s"]+)',
      '"access_token":"([^"]+)"',
      '"refresh_token":"([^"]+)"',
      '"id_token":"([^"]+)"'
    )
    secrets[#secrets + 1] = oauth2.SECRET
    assert(recorder:close())
    local text = read(path)
    assert_without(text, secrets)
    assert.is_nil(text:find("Alice", 1, true))
    assert.truthy(text:find('"authorization":"Bearer <<access_token 1>>"', 1, true), text)
    local played = assert(mwlogin.testing.replay(path))
    local again <close> = assert(mwlogin.open(played.api, {
      user_agent = "spec",
      transport = played.transport,
    }))
    local me = assert(again:login {
      client_id = "another",
      client_secret = "any",
      redirect_uri = "http://127.0.0.1:2/back",
      redirect = function(step)
        return "http://127.0.0.1:2/back?code=c0de&state=" .. query.of(step.redirect_url).state
      end,
    })
    assert.equal(me.name, assert(again:whoami()).name)
    played:finish()
  end)
end)
