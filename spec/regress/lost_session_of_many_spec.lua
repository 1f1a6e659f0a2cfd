-- Several tasks share a Session, and the wiki loses it: one logged in again, the others were told
-- that they were logged out, and what they sent meanwhile went out as nobody's.
package.path = "./?.lua;./?/init.lua;" .. package.path
local mwlogin = require "mwlogin"
local wikis = require "spec.wiki"

describe("a lost session that many tasks share", function()
  local wiki, pool, session

  before_each(function()
    wiki = wikis.start()
    pool = mwlogin.pool()
    session = assert(mwlogin.open(wiki.api, { user_agent = "spec", pool = pool }))
  end)

  after_each(function()
    session:close()
    pool:close()
    wiki:stop()
  end)

  local function all(count, act)
    local items = {}
    for number = 1, count do
      items[number] = number
    end
    return mwlogin.gather(items, act, { pool = pool })
  end

  local function edit(number)
    return session:post(
      { action = "edit", title = "Page " .. number, appendtext = "x" },
      { token = "csrf" }
    )
  end

  local function log_in(more)
    local credentials = { username = "Alice", password = wiki.accounts.Alice }
    for name, value in pairs(more or {}) do
      credentials[name] = value
    end
    assert(session:login(credentials))
  end

  it("is logged in again once, and every task goes on", function()
    log_in()
    wiki:forget_sessions()
    wiki:mark()
    for _, result in
      ipairs(all(12, function()
        return session:get { action = "query", meta = "siteinfo" }
      end))
    do
      assert(result.ok, tostring(result.err))
    end
    assert.equal(1, #wiki:requests { action = "clientlogin" })
  end)

  it("lets no edit go out as nobody's", function()
    log_in()
    assert(edit(1))
    wiki:forget_sessions()
    wiki:mark()
    for _, result in ipairs(all(12, edit)) do
      assert(result.ok, tostring(result.err))
    end
    assert.equal(1, #wiki:requests { action = "clientlogin" })
    local query = "SELECT actor_name FROM revision JOIN actor ON rev_actor = actor_id"
    for _, row in ipairs(wiki:sql(query .. " WHERE rev_id > 1")) do
      assert.is_nil((row.actor_name or row[1]):find "^%d+%.", "an edit of an address")
    end
  end)

  it("is tried once when the password is refused by now, and all are told", function()
    log_in()
    wiki:set_password("Alice", "another one by now")
    wiki:forget_sessions()
    wiki:mark()
    for _, result in
      ipairs(all(6, function()
        return session:get { action = "query", meta = "siteinfo" }
      end))
    do
      assert.is_false(result.ok)
      assert.equal("refused", result.err.kind)
    end
    assert.equal(1, #wiki:requests { action = "clientlogin" })
  end)

  it("leaves each of them its error where nothing was left to log in with", function()
    log_in { recover = false }
    wiki:forget_sessions()
    for _, result in
      ipairs(all(6, function()
        return session:get { action = "query", meta = "siteinfo" }
      end))
    do
      assert.is_false(result.ok)
      assert.equal("assertnameduserfailed", result.err.code)
    end
  end)
end)
