---Tokens as a store keeps them, with what a real wiki's tokens say of themselves.
local core = require "mwlogin.core"
local json = require "mwlogin.json"
local token_record = require "mwlogin.oauth.token_record"

local function captured(name)
  local file <close> = assert(io.open("spec/captures/" .. name .. ".json", "rb"))
  return assert(json.decode(file:read "a"))
end

describe("tokens as they are kept", function()
  local session = { protect = function() end }

  local function tokens(text, more)
    local made = { access_token = core.secret(text), client = { client_id = "c" } }
    for name, value in pairs(more or {}) do
      made[name] = value
    end
    return made
  end

  it("have the scopes and the end that MediaWiki writes into the token alone", function()
    local header = captured("oauth2-owner-only-userinfo").request.headers.Authorization
    local kept = token_record.of(tokens(header:match "^Bearer (.*)"))
    assert.equal("basic editpage highvolume", kept.scope)
    assert.is_true(kept.expires > os.time() + 86400 * 365 * 100)
    assert.equal("integer", math.type(kept.expires))
  end)

  it("believe what the wiki answered rather than what the token says", function()
    local access = captured("oauth2-token").response.json.access_token
    local kept = token_record.of(tokens(access, { scope = "basic", expires = 7.5 }))
    assert.same({ "basic", 7 }, { kept.scope, kept.expires })
  end)

  it("may say nothing of themselves, or nonsense", function()
    local odd = { "opaque", "a.b.c", "e30.e30.", "e30.W10.x", "e30.eyJzY29wZXMiOjd9.x" }
    for _, text in ipairs(odd) do
      local kept = token_record.of(tokens(text))
      assert.same({ text, nil, nil }, { kept.access_token, kept.scope, kept.expires })
    end
  end)

  it("come back as they were", function()
    local first = tokens("access", {
      refresh_token = core.secret "refresh",
      expires = 1234,
      lasts = 3600,
      scope = "basic",
    })
    local read = token_record.read(session, token_record.of(first))
    assert.equal("access", read.access_token:reveal())
    assert.equal("refresh", read.refresh_token:reveal())
    assert.same({ 1234, 3600, "basic" }, { read.expires, read.expires_in, read.scope })
  end)

  it("are none when the entry is damaged", function()
    for _, kept in ipairs { {}, { access_token = 7 }, { access_token = "a b" }, "text", 7 } do
      assert.is_nil(token_record.read(session, kept))
    end
  end)
end)
