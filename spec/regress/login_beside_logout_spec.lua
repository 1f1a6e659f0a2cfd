-- A logout of one task and a login of another went on side by side: the logout wiped what the login
-- was to log in with, which raised, or forgot whom it had logged in; and a call that was begun
-- meanwhile went out as somebody else, or as nobody.
local scripted = require("spec.session.scripted")

describe("while a task logs out,", function()
  local PASSWORDS <const> = { Alice = "open sesame", Bob = "open barley" }

  local function log_in(session, name)
    return session:login({ username = name, password = PASSWORDS[name] })
  end

  -- Bob's Session, which is logged out; `act` is begun by another task in the middle of that. What
  -- it comes to, how often it waited, and the requests since.
  local function beside_logout(act)
    local accounts = {}
    for name, password in pairs(PASSWORDS) do
      accounts[name] = { password = password }
    end
    local wiki = scripted.wiki_of({ accounts = accounts })
    local pool = scripted.patient_pool()
    function pool.sleep()
      coroutine.yield("waits")
      return true
    end
    local session, other, results
    local function go_on()
      results = table.pack(coroutine.resume(other))
      assert(results[1], results[2])
      return coroutine.status(other) == "suspended"
    end
    local waited = 0
    session = scripted.open(wiki, {
      pool = pool,
      transport = function(request)
        if session.identity and not other and request.url:find("meta=tokens", 1, true) then
          other = coroutine.create(function()
            return act(session)
          end)
          waited = go_on() and 1 or 0
        end
        return wiki.transport(request)
      end,
    })
    assert(log_in(session, "Bob"))
    assert(session:logout())
    wiki.requests = {}
    while coroutine.status(other) == "suspended" do
      waited = waited + (go_on() and 1 or 0)
    end
    return session, waited, wiki, table.unpack(results, 2)
  end

  it("another that logs in waits for it", function()
    local session, waited, _, me = beside_logout(function(session)
      return log_in(session, "Alice")
    end)
    assert.equal(1, waited)
    assert.equal("Alice", me.name)
    assert.equal("Alice", session.identity.name)
    assert.equal("Alice", assert(session:whoami()).name)
    assert.is_function(session.recover)
  end)

  it("what another calls as the user does not go out as nobody", function()
    for _, act in ipairs({
      function(session)
        return session:get({ action = "query", meta = "siteinfo" })
      end,
      function(session)
        return session:fetch("index.php?title=A&action=watch")
      end,
      function(session)
        return session:post({ action = "edit", title = "A", text = "b" }, { token = "csrf" })
      end,
    }) do
      local _, waited, wiki, reply, err = beside_logout(act)
      assert.equal(1, waited)
      assert.is_nil(reply)
      assert.same({ "cancelled", "other-user" }, { err.kind, err.code })
      assert.equal(0, #wiki.requests)
    end
  end)

  it("another does not take cookies in", function()
    local _, waited, _, taken, err = beside_logout(function(session)
      return session:import_cookies({ "wiki.example.org\tFALSE\t/\tFALSE\t0\ta\tb" })
    end)
    assert.equal(0, waited)
    assert.is_nil(taken)
    assert.same({ "cancelled", "busy" }, { err.kind, err.code })
  end)
end)
