-- A Session that another task closes while its login is under way: the login raised out of the
-- library's own file instead of coming to an error, and a call said that the pool had been closed.
local mwlogin = require("mwlogin")
local shared = require("spec.shared")
local staged_wiki = require("spec.core.staged_wiki")

describe("a Session closed by another task", function()
  local wiki = shared(staged_wiki.start)
  local PASSWORD <const> = ("0123456789abcdef"):rep(2)

  -- Closes once the wiki has been asked at a stage, or what would ask it is over.
  local function close_at(stage, session, pool, is_over)
    for _ = 1, 1000 do
      if wiki:stages():find(stage, 1, true) or (is_over and is_over()) then
        break
      end
      pool:sleep(0.01)
    end
    session:close()
  end

  -- What `act` comes to, which waits for an answer that never comes, when the Session is closed.
  local function closed_under(stage, trace, act)
    wiki:answer({ [stage] = staged_wiki.SILENCE })
    local pool <close> = mwlogin.pool()
    local session <close> =
      assert(mwlogin.open(wiki.api, { user_agent = "spec", pool = pool, trace = trace }))
    local is_over = false
    local results = mwlogin.gather({ "act", "close" }, function(what)
      if what == "act" then
        local _ <close> = setmetatable({}, {
          __close = function()
            is_over = true
          end,
        })
        return act(session)
      end
      close_at(stage, session, pool, function()
        return is_over
      end)
    end, { pool = pool })
    return results[1].value, results[1].err
  end

  local function assert_cancelled(value, err)
    assert.is_nil(value)
    assert.same({ "cancelled", "closed" }, { err.kind, err.code })
    assert.matches("^The session was closed before the wiki answered", err.message)
  end

  for _, stage in ipairs({ "token", "login", "proof" }) do
    for way, trace in pairs({ ["in one go"] = false, ["by steps"] = function() end }) do
      it(("while a login %s waits at the stage %s"):format(way, stage), function()
        assert_cancelled(closed_under(stage, trace or nil, function(session)
          return session:login({ username = "Alice@app", password = PASSWORD })
        end))
      end)
    end
  end

  it("while a call waits", function()
    assert_cancelled(closed_under("other", nil, function(session)
      return session:get({ action = "query", titles = "A" })
    end))
  end)

  it("while a login waits for what was sent before", function()
    wiki:answer({ other = staged_wiki.SILENCE })
    local pool <close> = mwlogin.pool()
    local session <close> = assert(mwlogin.open(wiki.api, { user_agent = "spec", pool = pool }))
    local results = mwlogin.gather({ "get", "login", "close" }, function(what)
      if what == "get" then
        return session:get({ action = "query", titles = "A" })
      elseif what == "login" then
        return session:login({ username = "Alice@app", password = PASSWORD })
      end
      close_at("other", session, pool)
    end, { pool = pool })
    local err = results[2].err
    assert.same({ "cancelled", "closed" }, { err.kind, err.code })
    assert.equal("The session was closed before the login began", err.message)
    assert.is_nil(wiki:stages():find("token", 1, true))
  end)
end)
