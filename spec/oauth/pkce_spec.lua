---PKCE by RFC 7636's own example.
local core = require "mwlogin.core"
local pkce = require "mwlogin.oauth.pkce"

describe("PKCE", function()
  it("has the verifier and the challenge of RFC 7636, appendix B", function()
    local octets = string.char(
      116,
      24,
      223,
      180,
      151,
      153,
      224,
      37,
      79,
      250,
      96,
      125,
      216,
      173,
      187,
      186,
      22,
      212,
      37,
      77,
      105,
      214,
      191,
      240,
      91,
      88,
      5,
      88,
      83,
      132,
      141,
      121
    )
    local verifier = core.crypto.base64url(octets)
    assert.equal("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", verifier)
    assert.equal("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", pkce.challenge(verifier))
  end)

  it(
    "takes a verifier of the length and the letters the RFC allows, never the same twice",
    function()
      local seen = {}
      for _ = 1, 1000 do
        local verifier = pkce.verifier()
        assert.truthy(verifier:find "^[%w._~-]+$")
        assert.is_true(#verifier >= 43 and #verifier <= 128)
        assert.is_nil(seen[verifier])
        seen[verifier] = true
      end
    end
  )
end)
