-- A login whose answer is lost on the way (I10): the wiki is asked, the password is not
-- sent again.
local mwlogin = require("mwlogin")
local testing = require("mwlogin.testing")

local SECRET = ("0123456789abcdef"):rep(2)

describe("a login whose answer is lost", function()
  local wiki

  before_each(function()
    wiki = testing.wiki({
      accounts = {
        Alice = { password = "open sesame", botpasswords = { app = SECRET } },
        Bob = { password = "builder of bridges" },
      },
    })
  end)

  local BOT = { username = "alice@app", password = SECRET }
  local CLIENT = { username = "alice", password = "open sesame" }

  ---What the wiki did comes back as `spoil` leaves it.
  local function log_in(credentials, spoil)
    wiki:fault(2, function(_, real)
      return spoil(real())
    end)
    local session = assert(mwlogin.open(wiki.api, {
      transport = wiki.transport,
      user_agent = "spec",
      max_wait = 1,
    }))
    local me, err = session:login(credentials)
    return me, err, session
  end

  local function posts()
    local count = 0
    for _, request in ipairs(wiki.requests) do
      count = count + (request.method == "POST" and 1 or 0)
    end
    return count
  end

  local function half(reply)
    reply.body = reply.body:sub(1, #reply.body // 2)
    return reply
  end

  local function gateway(reply)
    return { status = 504, headers = reply.headers, body = "<html>too late</html>" }
  end

  local function nothing()
    return nil, "the connection was cut"
  end

  for name, credentials in pairs({ botpassword = BOT, clientlogin = CLIENT }) do
    it("is a login when the wiki knows us (" .. name .. ")", function()
      for _, spoil in ipairs({ half, gateway }) do
        wiki.requests = {}
        local me, err, session = log_in(credentials, spoil)
        assert(me, err)
        assert.equal("Alice", me.name)
        assert.equal(name, me.method)
        assert.is_true(me.fresh)
        assert.equal(1, posts())
        assert.equal("Alice", session:whoami().name)
        session:close()
      end
    end)

    it("is its error when the wiki does not, and is not tried again (" .. name .. ")", function()
      local me, err = log_in(credentials, nothing)
      assert.is_nil(me)
      assert.equal("network", err.kind)
      assert.equal(1, posts())
    end)
  end

  it("logs in again when it is lost later, like any other", function()
    local _, _, session = log_in(BOT, half)
    wiki:lose_session()
    assert(session:post({ action = "edit", title = "A", text = "b" }, { token = "csrf" }))
    assert.equal("Alice", session:whoami().name)
  end)

  it("was refused: that is told as it came, and nobody is asked", function()
    local me, err = log_in({ username = "alice@app", password = ("f"):rep(32) }, function(reply)
      return reply
    end)
    assert.is_nil(me)
    assert.equal("refused", err.kind)
    assert.equal(2, #wiki.requests)
  end)

  it("is no login as somebody else who had this session before", function()
    local session = assert(mwlogin.open(wiki.api, {
      transport = wiki.transport,
      user_agent = "spec",
    }))
    assert(session:login({ username = "Bob", password = "builder of bridges" }))
    local other = assert(mwlogin.open(wiki.api, {
      transport = wiki.transport,
      user_agent = "spec",
    }))
    other:import_cookies(session:export_cookies())
    wiki:fault(2, "the connection was cut")
    local me, err = other:login(CLIENT)
    assert.is_nil(me)
    assert.equal("network", err.kind)
  end)
end)
