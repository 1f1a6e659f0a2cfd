-- Several tasks with one Session of a real wiki: one login, whoever begins it, and nothing is sent
-- as nobody meanwhile.
local mwlogin = require("mwlogin")
local shared = require("spec.shared")
local wikis = require("spec.wiki")

describe("tasks with one Session", function()
  local pool, session
  local wiki = shared(wikis.start)

  before_each(function()
    wiki:forget_throttles()
    pool = mwlogin.pool()
    session = assert(mwlogin.open(wiki.api, { user_agent = "spec", pool = pool, max_wait = 30 }))
    wiki:mark()
  end)

  after_each(function()
    session:close()
    pool:close()
  end)

  local function bob(changes)
    local credentials = { username = "Bob", password = wiki.accounts.Bob }
    for name, value in pairs(changes or {}) do
      credentials[name] = value
    end
    return credentials
  end

  local function log_in_then_lose()
    assert(session:login(bob()))
    assert(session:token("csrf"))
    wiki:forget_sessions()
    wiki:mark()
  end

  local function in_tasks(count, act)
    local items = {}
    for item = 1, count do
      items[item] = item
    end
    return mwlogin.gather(items, act, { pool = pool })
  end

  local function logins()
    return #wiki:requests({ action = "clientlogin" })
  end

  local function edit(item)
    local page = { action = "edit", title = "Flight" .. item, appendtext = "hi" }
    return session:post(page, { token = "csrf" })
  end

  it("log in once, and all are told who they are", function()
    local fresh = 0
    for _, result in
      ipairs(in_tasks(5, function()
        return session:login(bob())
      end))
    do
      assert.is_true(result.ok, tostring(result.err))
      assert.equal("Bob", result.value.name)
      fresh = fresh + (result.value.fresh and 1 or 0)
    end
    assert.equal(1, fresh)
    assert.equal(1, logins())
  end)

  it("are refused once, and all are told", function()
    for _, result in
      ipairs(in_tasks(4, function()
        return session:login(bob({ password = "wrong" }))
      end))
    do
      assert.is_false(result.ok)
      assert.equal("wrongpassword", result.err.code)
    end
    assert.equal(1, logins())
  end)

  it("cannot log in as somebody else meanwhile", function()
    local results = in_tasks(2, function(item)
      return session:login(item == 1 and bob() or {
        username = "Alice",
        password = wiki.accounts.Alice,
      })
    end)
    assert.is_true(results[1].ok)
    assert.equal("busy", results[2].err.code)
    assert.equal("Bob", session:whoami().name)
  end)

  it("log in again once when the session is lost, and all edits are the user's", function()
    log_in_then_lose()
    for item, result in ipairs(in_tasks(12, edit)) do
      assert.is_true(result.ok, tostring(result.err))
      assert.equal("Success", result.value.edit.result)
      local title = "Flight" .. item
      local reply = assert(session:get({
        action = "query",
        prop = "revisions",
        titles = title,
        rvprop = "user",
      }))
      assert.equal("Bob", reply.query.pages[1].revisions[1].user)
    end
    assert.equal(1, logins())
  end)

  it("ask a source once when the session is lost", function()
    local asked = 0
    assert(session:login(bob({
      password = function()
        asked = asked + 1
        return wiki.accounts.Bob
      end,
    })))
    wiki:forget_sessions()
    for _, result in ipairs(in_tasks(6, edit)) do
      assert.is_true(result.ok, tostring(result.err))
    end
    assert.equal(2, asked)
  end)

  it("are all told when logging in again is refused, after one try", function()
    log_in_then_lose()
    wiki:php([[
      $user = MediaWiki\MediaWikiServices::getInstance()->getUserFactory()->newFromName( "Bob" );
      $user->changeAuthenticationData( [
        "username" => "Bob", "password" => "another one 77", "retype" => "another one 77",
      ] );
    ]])
    local results = in_tasks(6, edit)
    wiki:php(([[
      $user = MediaWiki\MediaWikiServices::getInstance()->getUserFactory()->newFromName( "Bob" );
      $user->changeAuthenticationData( [
        "username" => "Bob", "password" => "%s", "retype" => "%s",
      ] );
    ]]):format(wiki.accounts.Bob, wiki.accounts.Bob))
    for _, result in ipairs(results) do
      assert.is_false(result.ok)
      assert.equal("wrongpassword", result.err.code)
    end
    assert.equal(1, logins())
  end)

  it("ask for a token once, and for another once when it is bad", function()
    assert(session:login(bob({ remember = true })))
    for round = 1, 2 do
      wiki:mark()
      for _, result in
        ipairs(in_tasks(12, function(item)
          return edit("Token" .. item)
        end))
      do
        assert.is_true(result.ok, tostring(result.err))
      end
      assert.equal(1, #wiki:requests({ meta = "tokens" }), "round " .. round)
      assert.equal(0, logins())
      -- the remembered cookie renews the session, and its tokens are bad
      wiki:forget_sessions()
    end
  end)

  it("send nothing as nobody, or as another, when one of them ends the session", function()
    assert(session:login(bob()))
    wiki:set('$wgReadOnly = "a moment";')
    local results = in_tasks(3, function(item)
      if item < 3 then
        local page = { action = "edit", title = "Ended" .. item, text = "hi" }
        return session:post(page, { token = "csrf" })
      end
      for _ = 1, 600 do
        if #wiki:requests({ action = "edit" }) >= 2 then
          break
        end
        pool:sleep(0.05)
      end
      local done, err
      if session:whoami().name == "Bob" then
        done, err = session:logout()
      end
      wiki:set("")
      return done, err
    end)
    assert.is_true(results[3].ok, tostring(results[3].err))
    for item = 1, 2 do
      assert.is_false(results[item].ok)
      assert.equal("other-user", results[item].err.code)
      assert.is_nil(tostring(results[item].err):find("nil", 1, true))
    end
  end)

  it("wait no longer than max_wait for a login that does not end", function()
    local brief = assert(mwlogin.open(wiki.api, {
      user_agent = "spec",
      pool = pool,
      max_wait = 0.2,
    }))
    local gave_up = false
    local results = in_tasks(2, function(item)
      if item == 1 then
        return brief:login({
          username = "Bob",
          respond = function()
            for _ = 1, 600 do
              pool:sleep(0.05)
              if gave_up then
                break
              end
            end
            return { username = "Bob", password = wiki.accounts.Bob }
          end,
        })
      end
      local reply, err = brief:get({ action = "query" })
      gave_up = true
      return reply, err
    end)
    brief:close()
    assert.is_true(results[1].ok, tostring(results[1].err))
    assert.equal("busy", results[2].err.code)
  end)
end)
