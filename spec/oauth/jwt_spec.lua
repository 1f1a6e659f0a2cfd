---JSON Web Tokens: RFC 7515's own example, and what is none of ours.
local core = require "mwlogin.core"
local json = require "mwlogin.json"
local jwt = require "mwlogin.oauth.jwt"

local function part(value)
  return core.crypto.base64url(type(value) == "string" and value or json.encode(value))
end

local function signed(header, claims, secret)
  local text = part(header) .. "." .. part(claims)
  return text .. "." .. core.crypto.base64url(core.crypto.hmac("sha256", secret, text))
end

describe("a JSON Web Token", function()
  local RFC <const> = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA"
    .. "4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1"
    .. "r_wW1gFWFOEjXk"
  local key = core.crypto.unbase64url(
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
  )

  it("is read as RFC 7515, A.1 signs it, with a text or a secret", function()
    for _, secret in ipairs { key, core.secret(key) } do
      local claims = assert(jwt.read(RFC, secret))
      assert.equal("joe", claims.iss)
      assert.equal(1300819380, claims.exp)
      assert.is_true(claims["http://example.com/is_root"])
    end
    assert(jwt.read(RFC .. "\n", key))
  end)

  it("has the shape that a wiki's identify gives it", function()
    local file <close> = assert(io.open "spec/captures/oauth1-identify.json")
    local text = json.decode(file:read "a").response.text
    local claims, reason = jwt.read(text, "not its secret")
    assert.is_nil(claims)
    assert.equal("its signature is wrong", reason)
  end)

  it("is not believed when any letter of it was changed", function()
    for position = 1, #RFC do
      local letter = RFC:sub(position, position)
      local changed = RFC:sub(1, position - 1)
        .. (letter == "A" and "B" or "A")
        .. RFC:sub(position + 1)
      local claims = jwt.read(changed, key)
      -- the last letter holds bits that stand for nothing
      assert.is_true(claims == nil or position == #RFC, "letter " .. position)
    end
  end)

  it("is signed by HS256 and nothing else", function()
    local claims = { iss = "x" }
    assert(jwt.read(signed({ alg = "HS256" }, claims, "s"), "s"))
    for _, header in ipairs {
      { alg = "none" },
      { alg = "HS512" },
      { alg = "hs256" },
      { typ = "JWT" },
      { alg = { "HS256" } },
      { alg = "HS256", crit = { "exp" } },
      "[]",
      "no JSON",
    } do
      assert.is_nil(jwt.read(signed(header, claims, "s"), "s"))
    end
    assert.is_nil(jwt.read(part { alg = "none" } .. "." .. part(claims) .. ".", "s"))
  end)

  it("is nothing else that a wiki could send", function()
    for _, text in ipairs {
      "",
      "a.b",
      "a.b.c.d",
      ".b.c",
      '{"iss":"x"}',
      "<html>",
      "Error: An error occurred",
      RFC .. "=",
      signed({ alg = "HS256" }, "no JSON", "s"),
      signed({ alg = "HS256" }, '"text"', "s"),
    } do
      local claims, reason = jwt.read(text, "s")
      assert.is_nil(claims)
      assert.equal("string", type(reason))
    end
  end)
end)
