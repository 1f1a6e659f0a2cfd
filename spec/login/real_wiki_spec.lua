---Kept sessions in files and a real wiki.
local core = require "mwlogin.core"
local folders = require "spec.folders"
local mwlogin = require "mwlogin"
local shared = require "spec.shared"
local wiki = require "spec.wiki"

local function shell(command)
  local pipe <close> = assert(io.popen(command))
  return pipe:read "a"
end

local function forbidden()
  error("a secret was read although a session is kept", 0)
end

describe("a kept session", function()
  local folder, store
  local w = shared(wiki.start)

  before_each(function()
    folder = folders.new()
    store = mwlogin.store.file { folder = folder .. "/kept" }
    w:forget_throttles()
    w:mark()
  end)

  after_each(function()
    folders.remove(folder)
  end)

  local function open(options)
    local made = { user_agent = "kept_spec", store = store }
    for name, value in pairs(options or {}) do
      made[name] = value
    end
    return assert(mwlogin.open(w.api, made))
  end

  local function log_in(options)
    local session <close> = open(options)
    return assert(session:login { username = "Bob", password = w.accounts.Bob })
  end

  local function posts()
    local count = 0
    for _, request in ipairs(w:requests {}) do
      count = count + (request.method == "POST" and 1 or 0)
    end
    return count
  end

  it("is proved by one request before any source is read", function()
    assert.is_true(log_in().fresh)
    w:mark()
    local session <close> = open()
    local me = assert(session:login { username = "Bob", password = forbidden })
    assert.equal("Bob", me.name)
    assert.is_false(me.fresh)
    assert.equal(1, #w:requests {})
    assert.equal(0, posts())
  end)

  it("needs no name where it is the only one", function()
    log_in()
    local session <close> = open()
    assert.equal("Bob", assert(session:login()).name)
  end)

  it("is chosen by name where there are several, else they are listed", function()
    log_in()
    do
      local session <close> = open()
      assert(session:login { username = "Alice", password = w.accounts.Alice })
    end
    do
      local session <close> = open()
      local me, err = session:login()
      assert.is_nil(me)
      assert.equal("answer", err.kind)
      assert.truthy(err.message:find("Alice", 1, true))
      assert.truthy(err.message:find("Bob", 1, true))
    end
    local session <close> = open { account = "Alice" }
    assert.equal("Alice", assert(session:login()).name)
  end)

  it("lives on by its remembered cookie when the wiki has forgotten the session", function()
    log_in()
    w:forget_sessions()
    w:mark()
    local session <close> = open()
    assert.equal("Bob", assert(session:login { username = "Bob", password = forbidden }).name)
    assert.equal(0, posts())
  end)

  it("is begun afresh where the wiki knows it no more", function()
    do
      local session <close> = open()
      assert(session:login { username = "Bob", password = w.accounts.Bob, remember = false })
    end
    w:forget_sessions()
    local session <close> = open()
    local me = assert(session:login { username = "Bob", password = w.accounts.Bob })
    assert.is_true(me.fresh)
    assert.equal("Bob", assert(session:whoami()).name)
  end)

  it("keeps the cookies that changed, at close", function()
    log_in()
    w:forget_sessions()
    do
      local session <close> = open()
      assert(session:login()) -- the wiki renews the session by the remembered cookie
    end
    w:mark()
    local session <close> = open()
    assert(session:login())
    assert.equal("Bob", assert(session:whoami()).name)
    assert(session:token "csrf")
  end)

  it("is removed by logout, on the wiki and here", function()
    log_in()
    do
      local session <close> = open()
      assert(session:login())
      assert(session:logout())
    end
    assert.same({}, store:ids())
    local session <close> = open()
    local me, err = session:login()
    assert.is_nil(me)
    assert.equal("refused", err.kind)
  end)

  it("holds neither password nor anything that others can read", function()
    log_in()
    local text = shell("cat " .. folder .. "/kept/*.json")
    assert.is_nil(text:find(w.accounts.Bob, 1, true))
    assert.is_nil(text:find(core.encode(w.accounts.Bob), 1, true))
    assert.equal("600\n", shell("stat -c %a " .. folder .. "/kept/*.json"))
    assert.equal("700\n", shell("stat -c %a " .. folder .. "/kept"))
  end)

  local function spoil(change)
    log_in()
    local id = store:ids()[1]
    change(folder .. "/kept/" .. id .. ".json")
    local before = shell("cat " .. folder .. "/kept/*.json 2>&1")
    local session <close> = open()
    local me, err = session:login { username = "Bob", password = w.accounts.Bob }
    assert.is_nil(me)
    assert.equal("store", err.kind)
    assert.truthy(#err.advice > 10)
    assert.equal(before, shell("cat " .. folder .. "/kept/*.json 2>&1"))
    return err
  end

  it("is refused when damaged, and not overwritten", function()
    local err = spoil(function(path)
      os.execute(("echo '{ half' > %s"):format(path))
    end)
    assert.equal("damaged", err.code)
  end)

  it("is refused when a newer mwlogin wrote it", function()
    local err = spoil(function(path)
      os.execute(('sed -i \'s/"format":1/"format":2/\' %s'):format(path))
    end)
    assert.truthy(err.message:find("newer", 1, true))
  end)

  it("is refused when others can read it", function()
    assert.equal(
      "unsafe",
      spoil(function(path)
        os.execute("chmod 644 " .. path)
      end).code
    )
  end)

  it("is refused when it is a link", function()
    assert.equal(
      "unsafe",
      spoil(function(path)
        os.execute(("mv %s %s.real; ln -s %s.real %s"):format(path, path, path, path))
      end).code
    )
  end)

  it("whose login the wiki did not answer in time is asked about, and not begun twice", function()
    w:set 'if ( ( $_POST["action"] ?? "" ) === "clientlogin" ) { sleep( 3 ); }'
    local session <close> = open { timeout = 1 }
    local me, err = session:login { username = "Bob", password = w.accounts.Bob }
    assert.is_nil(me)
    assert.equal("network", err.kind)
    assert.equal("timeout", err.code)
    w:set ""
    for _ = 1, 200 do
      if #w:requests { action = "clientlogin" } > 0 then
        break
      end
      core.pool():sleep(0.05)
    end
    assert.equal(1, #w:requests { action = "clientlogin" })
    local last = w:requests { meta = "userinfo" }
    assert.equal(1, #last)
    assert.same({}, store:ids())
  end)

  it("of a private wiki is proved by one request, and begun again when it is lost", function()
    local private <close> = wiki.start { private = true }
    local function log_in_there()
      local options = { user_agent = "kept_spec", store = store }
      local session <close> = assert(mwlogin.open(private.api, options))
      local credentials = { username = "Bob", password = w.accounts.Bob, remember = false }
      return assert(session:login(credentials))
    end
    assert.is_true(log_in_there().fresh)
    private:mark()
    assert.is_false(log_in_there().fresh)
    assert.equal(1, #private:requests {})
    private:forget_sessions()
    assert.is_true(log_in_there().fresh)
  end)

  -- == lost in a long run =========================================================================

  it("is logged in again between two edits, as the same user", function()
    local session <close> = open()
    assert(session:login { username = "Bob", password = w.accounts.Bob, remember = false })
    assert(session:post({ action = "edit", title = "Long", appendtext = "1" }, { token = "csrf" }))
    w:forget_sessions()
    local reply = assert(
      session:post({ action = "edit", title = "Long", appendtext = "2" }, { token = "csrf" })
    )
    assert.equal("Success", reply.edit.result)
    assert.equal("Bob", assert(session:whoami()).name)
  end)

  it("is an error, and no loop, where a lost session needs a person", function()
    log_in()
    local session <close> = open()
    assert(session:login())
    w:forget_sessions()
    w:sql("UPDATE user SET user_token = 'changed'", "wiki")
    -- the wiki keeps what it read of a user for a while
    w:sql("DELETE FROM objectcache WHERE keyname LIKE '%:user:id:%'", "wikicache")
    w:mark()
    local reply, err = session:post(
      { action = "edit", title = "Long", appendtext = "3" },
      { token = "csrf" }
    )
    assert.is_nil(reply)
    assert.equal("interaction", err.kind)
    assert.same({}, w:requests { action = "clientlogin" })
    assert.same({}, w:requests { action = "login" })
  end)
end)
