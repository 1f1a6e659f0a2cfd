-- A server that asks for a password first answers 401; where the connection ended without an answer
-- to what was sent then, libcurl sent a POST once more: an edit, or a login, might be done twice.
local core = require("mwlogin.core")
local shared = require("spec.shared")
local staged_wiki = require("spec.core.staged_wiki")

local reply = staged_wiki.reply

describe("a POST behind a password", function()
  local wiki = shared(staged_wiki.start)

  local function question(scheme)
    return reply("", { status = 401, lines = { "WWW-Authenticate: " .. scheme } })
  end

  local SCHEMES <const> = {
    Basic = 'Basic realm="front"',
    Digest = 'Digest realm="front", nonce="n", qop="auth"',
  }

  -- What came of one request, and how often it went out with the password's proof.
  local function sent(method, answers)
    local pool <close> = core.pool()
    local auth = { username = "u", password = "p" }
    local session <close> = assert(pool:session(wiki.api, { http_auth = auth }))
    wiki:answer({ other = answers })
    local response, err = session:fetch("page", { method = method, params = { edit = "1" } })
    local proved = 0
    for _, request in ipairs(wiki:requests()) do
      proved = proved + (request.headers.authorization and 1 or 0)
    end
    return proved, response, err
  end

  it("is sent once where its connection ends without an answer", function()
    for _, scheme in pairs(SCHEMES) do
      local proved, response, err = sent("POST", { question(scheme), { ends = true }, "{}" })
      assert.equal(1, proved)
      assert.is_nil(response)
      assert.same({ "network", "cut", true }, { err.kind, err.code, err.sent })
    end
  end)

  it("is sent again because it was asked for the password", function()
    for _, scheme in pairs(SCHEMES) do
      local proved, response = sent("POST", { question(scheme), "{}" })
      assert.equal(1, proved)
      assert.equal(200, response.status)
    end
  end)

  it("and a question may be asked twice", function()
    for _, scheme in pairs(SCHEMES) do
      local proved, response = sent("GET", { question(scheme), { ends = true }, "{}" })
      assert.equal(2, proved)
      assert.equal(200, response.status)
    end
  end)
end)
