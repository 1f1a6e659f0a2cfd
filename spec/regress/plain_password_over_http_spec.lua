-- A password given as a plain string to a call of one's own, and a header that carries a
-- credential, went over http beyond this machine without a word.
local core = require("mwlogin.core")

describe("a call over http beyond this machine", function()
  local function sent(act, options)
    local seen = {}
    local pool <close> = core.pool()
    local given = {
      transport = function(request)
        seen[#seen + 1] = request
        return { status = 200, headers = {}, body = '{"batchcomplete":true}' }
      end,
    }
    for name, value in pairs(options or {}) do
      given[name] = value
    end
    local session <close> = pool:session("http://wiki.example.org/w/api.php", given)
    local reply, err = act(session)
    return #seen, reply, err
  end

  it("sends no password by name, whatever it is given as", function()
    for _, name in ipairs({
      "password",
      "lgpassword",
      "newPassword",
      "wpPassword1",
      "retype",
      "client_secret",
      "access_token",
      "refresh_token",
    }) do
      local function act(session)
        return session:call("POST", { action = "x", [name] = "hunter22" })
      end
      local count, reply, err = sent(act)
      assert.equal(0, count)
      assert.is_nil(reply)
      assert.equal("insecure_http", err.code)
      assert.equal(1, (sent(act, { insecure_http = true })))
    end
  end)

  it("sends no secret in a body of JSON, by the names of its members", function()
    for _, body in ipairs({
      { username = "Alice", password = "hunter22" },
      { user = { { newPassword = "hunter22" } } },
      { client_secret = "hunter22" },
    }) do
      local count, reply, err = sent(function(session)
        return session:fetch("/rest.php/x", { method = "POST", json = body })
      end)
      assert.equal(0, count)
      assert.is_nil(reply)
      assert.equal("insecure_http", err.code)
    end
    local harmless = { source = 'the "password": is a word', comment = "password", list = {} }
    assert.equal(1, (sent(function(session)
      return session:fetch("/rest.php/x", { method = "POST", json = harmless })
    end)))
  end)

  it("sends no step of a login, whatever its answers are called", function()
    local count, reply, err = sent(function(session)
      return session:auth_step("clientlogin", { OATHToken = "123456", logincontinue = true })
    end)
    assert.equal(0, count)
    assert.is_nil(reply)
    assert.equal("insecure_http", err.code)
  end)

  it("sends no credential as a header", function()
    for _, name in ipairs({ "Authorization", "cookie", "Proxy-Authorization" }) do
      local count, reply, err = sent(function(session)
        return session:fetch("/index.php", { headers = { [name] = "x" } })
      end)
      assert.equal(0, count)
      assert.is_nil(reply)
      assert.equal("insecure_http", err.code)
    end
  end)

  it("sends what is no secret", function()
    assert.equal(1, (sent(function(session)
      return session:call("GET", { action = "query", list = "passwords", password = "" })
    end)))
    assert.equal(1, (sent(function(session)
      return session:fetch("/index.php", { headers = { Accept = "text/html" } })
    end)))
  end)
end)
