---Kept sessions in files and a real wiki.
local core = require "mwlogin.core"
local kept_stand = require "spec.login.kept_stand"
local wikis = require "spec.wiki"

local function shell(command)
  local pipe <close> = assert(io.popen(command))
  return pipe:read "a"
end

describe("a kept session", function()
  local stand = kept_stand.for_block()
  local wiki = stand.wiki

  it("is proved by one request before any source is read", function()
    assert.is_true(stand:log_in().fresh)
    wiki:mark()
    local session <close> = stand:open()
    local me = assert(session:login(stand:bob { password = kept_stand.forbidden }))
    assert.equal("Bob", me.name)
    assert.is_false(me.fresh)
    assert.equal(1, #wiki:requests {})
    assert.equal(0, #wiki:requests { method = "POST" })
  end)

  it("needs no name where it is the only one", function()
    stand:log_in()
    local session <close> = stand:open()
    assert.equal("Bob", assert(session:login()).name)
  end)

  it("is chosen by name where there are several, else they are listed", function()
    stand:log_in()
    do
      local session <close> = stand:open()
      assert(session:login { username = "Alice", password = wiki.accounts.Alice })
    end
    do
      local session <close> = stand:open()
      local me, err = session:login()
      assert.is_nil(me)
      assert.equal("answer", err.kind)
      assert.truthy(err.message:find("Alice", 1, true))
      assert.truthy(err.message:find("Bob", 1, true))
    end
    local session <close> = stand:open { account = "Alice" }
    assert.equal("Alice", assert(session:login()).name)
  end)

  it("lives on by its remembered cookie when the wiki has forgotten the session", function()
    stand:log_in()
    wiki:forget_sessions()
    wiki:mark()
    local session <close> = stand:open()
    assert.equal("Bob", assert(session:login(stand:bob { password = kept_stand.forbidden })).name)
    assert.equal(0, #wiki:requests { method = "POST" })
  end)

  it("is begun afresh where the wiki knows it no more", function()
    do
      local session <close> = stand:open()
      assert(session:login(stand:bob { remember = false }))
    end
    wiki:forget_sessions()
    local session <close> = stand:open()
    local me = assert(session:login(stand:bob()))
    assert.is_true(me.fresh)
    assert.equal("Bob", assert(session:whoami()).name)
  end)

  it("keeps the cookies that changed, at close", function()
    stand:log_in()
    wiki:forget_sessions()
    do
      local session <close> = stand:open()
      assert(session:login()) -- the wiki renews the session by the remembered cookie
    end
    wiki:mark()
    local session <close> = stand:open()
    assert(session:login())
    assert.equal("Bob", assert(session:whoami()).name)
    assert(session:token "csrf")
  end)

  it("is removed by logout, on the wiki and here", function()
    stand:log_in()
    do
      local session <close> = stand:open()
      assert(session:login())
      assert(session:logout())
    end
    assert.same({}, stand.store:ids())
    local session <close> = stand:open()
    local me, err = session:login()
    assert.is_nil(me)
    assert.equal("refused", err.kind)
  end)

  it("holds neither password nor anything that others can read", function()
    stand:log_in()
    local text = shell("cat " .. stand.path .. "/*.json")
    assert.is_nil(text:find(wiki.accounts.Bob, 1, true))
    assert.is_nil(text:find(core.encode(wiki.accounts.Bob), 1, true))
    assert.equal("600\n", shell("stat -c %a " .. stand.path .. "/*.json"))
    assert.equal("700\n", shell("stat -c %a " .. stand.path))
  end)

  local function spoil(change)
    stand:log_in()
    local id = stand.store:ids()[1]
    change(stand.path .. "/" .. id .. ".json")
    local before = shell("cat " .. stand.path .. "/*.json 2>&1")
    local session <close> = stand:open()
    local me, err = session:login(stand:bob())
    assert.is_nil(me)
    assert.equal("store", err.kind)
    assert.truthy(#err.advice > 10)
    assert.equal(before, shell("cat " .. stand.path .. "/*.json 2>&1"))
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
    wiki:set 'if ( ( $_POST["action"] ?? "" ) === "clientlogin" ) { sleep( 6 ); }'
    local session <close> = stand:open { timeout = 3 }
    local me, err = session:login(stand:bob())
    assert.is_nil(me)
    assert.equal("network", err.kind)
    assert.equal("timeout", err.code)
    wiki:set ""
    for _ = 1, 600 do
      if #wiki:requests { action = "clientlogin" } > 0 then
        break
      end
      core.pool():sleep(0.05)
    end
    assert.equal(1, #wiki:requests { action = "clientlogin" })
    local last = wiki:requests { meta = "userinfo" }
    assert.equal(1, #last)
    assert.same({}, stand.store:ids())
  end)

  it("of a private wiki is proved by one request, and begun again when it is lost", function()
    local private <close> = wikis.start { private = true }
    local function log_in_there()
      local session <close> = stand:open({}, private)
      return assert(session:login(stand:bob { remember = false }))
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
    local session <close> = stand:open()
    assert(session:login(stand:bob { remember = false }))
    assert(session:post({ action = "edit", title = "Long", appendtext = "1" }, { token = "csrf" }))
    wiki:forget_sessions()
    local reply = assert(
      session:post({ action = "edit", title = "Long", appendtext = "2" }, { token = "csrf" })
    )
    assert.equal("Success", reply.edit.result)
    assert.equal("Bob", assert(session:whoami()).name)
  end)

  it("is an error, and no loop, where a lost session needs a person", function()
    stand:log_in()
    local session <close> = stand:open()
    assert(session:login())
    wiki:forget_sessions()
    wiki:sql("UPDATE user SET user_token = 'changed'", "wiki")
    -- the wiki keeps what it read of a user for a while
    wiki:sql("DELETE FROM objectcache WHERE keyname LIKE '%:user:id:%'", "wikicache")
    wiki:mark()
    local reply, err = session:post(
      { action = "edit", title = "Long", appendtext = "3" },
      { token = "csrf" }
    )
    assert.is_nil(reply)
    assert.equal("interaction", err.kind)
    assert.same({}, wiki:requests { action = "clientlogin" })
    assert.same({}, wiki:requests { action = "login" })
  end)
end)
