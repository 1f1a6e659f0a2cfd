-- A one-time code given as plain text was sent a second time when the session was lost, and a login
-- that needs a person was begun again by each call until the wiki throttled the account.
local mwlogin = require("mwlogin")
local testing = require("mwlogin.testing")
local totp = require("mwlogin.totp")

describe("a lost session that was logged in with a one-time code", function()
  local KEY <const> = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
  local wiki, session

  before_each(function()
    wiki = testing.wiki({ accounts = { Alice = { password = "open sesame", totp = KEY } } })
    session = assert(mwlogin.open(wiki.api, { transport = wiki.transport, user_agent = "spec" }))
  end)

  after_each(function()
    session:close()
  end)

  local function log_in(answers)
    assert(session:login({ username = "Alice", password = "open sesame", answers = answers }))
    wiki:lose_session()
    wiki:advance(60) -- a code is taken once
    wiki.requests = {}
  end

  local function edit()
    return session:post({ action = "edit", title = "A", text = "b" }, { token = "csrf" })
  end

  ---The steps of the logins since, by the names of what was sent.
  local function steps()
    local list = {}
    for _, request in ipairs(wiki.requests) do
      if request.action == "clientlogin" then
        list[#list + 1] = request.params.OATHToken and "code" or "password"
      end
    end
    return list
  end

  local function code()
    return totp.code(totp.parse(KEY), wiki:now())
  end

  it("does not send it again: the wiki's question is what is told", function()
    log_in({ OATHToken = code() })
    local reply, err = edit()
    assert.is_nil(reply)
    assert.equal("interaction", err.kind)
    assert.same({ "OATHToken" }, err.fields)
    assert.same({ "password" }, steps())
  end)

  it("is not begun again by each call", function()
    log_in({ OATHToken = code() })
    for _ = 1, 3 do
      assert.equal("interaction", select(2, edit()).kind)
    end
    assert.same({ "password" }, steps())
  end)

  it("is begun again where a function answers", function()
    log_in({ OATHToken = code })
    assert(edit())
    assert.same({ "password", "code" }, steps())
  end)
end)
