---What is made of the texts that real wikis refuse with (captures/oauth1-*).
local json = require "mwlogin.json"
local refusal = require "mwlogin.oauth.refusal"

describe("a refusal", function()
  local function captured(name)
    local file <close> = assert(io.open("spec/captures/oauth1-" .. name .. ".json"))
    local body = json.decode(file:read "a").response.json
    local text = body.message or body.error and body.error.info or body.errors[1].text
    return { message = text, advice = "the code's own" }
  end

  local function advice(name, stage, signer)
    local made = { origin = "https://wiki.example.org", ahead = 0, tokens_from = "given" }
    for key, value in pairs(signer or {}) do
      made[key] = value
    end
    return refusal.explain(captured(name), stage, made).advice
  end

  it("of a signature names the secret that can be wrong, and the name that was signed", function()
    for _, case in ipairs {
      { "initiate-badsig-json", "initiate", {}, "Check consumer_secret, which is not" },
      { "bad-signature", "api", {}, "Check consumer_secret or access_secret" },
      {
        "error-plaintext",
        "api",
        { tokens_from = "store" },
        "Check consumer_secret, which is not",
      },
      { "bad-signature", "identify", { tokens_from = "wiki" }, "Check proxies" },
    } do
      local found = advice(case[1], case[2], case[3])
      assert.truthy(found:find(case[4], 1, true), found)
      assert.truthy(found:find("https://wiki.example.org", 1, true))
    end
  end)

  it("of a time names the clock", function()
    local found = advice("expired-timestamp", "api", { ahead = -3600 })
    assert.truthy(found:find("This machine's clock is 3,600 s behind the wiki's", 1, true), found)
    assert.truthy(advice("expired-timestamp", "api"):find("Set this machine's clock", 1, true))
  end)

  it("of a nonce, a consumer, an access names that", function()
    assert.truthy(advice("nonce-reused", "api"):find("twice", 1, true))
    assert.truthy(advice("unknown-consumer", "api"):find("consumer_key", 1, true))
    assert.truthy(advice("unknown-token", "api"):find("access_key", 1, true))
    local kept = { tokens_from = "store" }
    assert.truthy(advice("unknown-token", "api", kept):find("log in again", 1, true))
    assert.is_true(refusal.is_of_access(captured "unknown-token"))
    assert.is_false(refusal.is_of_access(captured "unknown-consumer"))
  end)

  it("in words it does not know leaves the code's own advice", function()
    assert.equal("the code's own", advice("token-badverifier", "token"))
  end)
end)
