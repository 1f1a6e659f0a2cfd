-- What a login does with what is kept, over a store of the spec's own: any object with these few
-- methods is one.
local entries = require("mwlogin.store.entry")
local errors = require("mwlogin.error")
local memory = require("spec.store.memory")
local mwlogin = require("mwlogin")
local testing = require("mwlogin.testing")

local SECRET = ("0123456789abcdef"):rep(2)

describe("a kept session", function()
  local wiki, store

  local function new_wiki(options)
    options = options or {}
    options.accounts = {
      Alice = { password = "open sesame", botpasswords = { app = SECRET } },
      Bob = { password = "builder of bridges" },
    }
    wiki = testing.wiki(options)
  end

  before_each(function()
    new_wiki()
    store = memory.new()
  end)

  local function open(options)
    local opts = { transport = wiki.transport, user_agent = "spec", store = store }
    for name, value in pairs(options or {}) do
      opts[name] = value
    end
    return assert(mwlogin.open(wiki.api, opts))
  end

  local ALICE <const> = { username = "Alice", password = "open sesame" }

  local function with(changes)
    local made = { username = ALICE.username, password = ALICE.password }
    for name, value in pairs(changes) do
      made[name] = value
    end
    return made
  end

  ---@return table entry that was kept
  local function keep(credentials, options)
    local session <close> = open(options)
    assert(session:login(credentials or ALICE))
    local id = assert(store:ids()[1])
    return assert(entries.decode(id, store.kept[id])), id
  end

  local function posts()
    local count = 0
    for _, request in ipairs(wiki.requests) do
      count = count + (request.method == "POST" and 1 or 0)
    end
    return count
  end

  local function forget_requests()
    wiki.requests = {}
  end

  local function names_of(lines)
    local names = {}
    for _, line in ipairs(lines) do
      names[line:match("([^\t]+)\t[^\t]*$") or line] = true
    end
    return names
  end

  local function no_secret()
    error("a secret was read", 0)
  end

  it("does not bring back cookies that the wiki has deleted (T16)", function()
    local entry, id = keep(with({ remember = false }))
    local user_id
    for name in pairs(names_of(entry.cookies)) do
      user_id = user_id or name:match(".*UserID$")
    end
    assert.truthy(user_id)
    do
      local session <close> = open()
      assert(session:login({ username = "Alice", recover = false }))
      wiki:lose_session()
      local reply, err = session:get({ action = "query", meta = "userinfo" })
      assert.is_nil(reply)
      assert.truthy(err)
    end
    assert.is_nil(names_of(entries.decode(id, store.kept[id]).cookies)[user_id])
  end)

  it("is named in each call: lost in silence, nothing is done as nobody (T17)", function()
    keep(with({ remember = false }))
    local session <close> = open()
    assert(session:login({ username = "Alice" }))
    wiki:lose_session()
    local reply, err = session:get({ action = "query", meta = "userinfo" })
    assert.is_nil(reply)
    assert.equal("interaction", err.kind)
    reply, err = session:post({ action = "edit", title = "A", text = "b" }, { token = "csrf" })
    assert.is_nil(reply)
    assert.equal("interaction", err.kind)
    assert.equal(0, #wiki.edits)
  end)

  it("renewed by its remembered cookie has its tokens renewed, without login (T18)", function()
    keep()
    local session <close> = open()
    assert(session:login(with({ password = no_secret })))
    assert(session:post({ action = "edit", title = "A", text = "1" }, { token = "csrf" }))
    wiki:lose_session()
    forget_requests()
    assert(session:post({ action = "edit", title = "A", text = "2" }, { token = "csrf" }))
    assert.equal("Alice", wiki.edits[#wiki.edits].user)
    for _, request in ipairs(wiki.requests) do
      assert.is_true(request.action == "edit" or request.action == "query")
    end
  end)

  it("of a private wiki is proved by one request too, and seen to be lost there (T19)", function()
    new_wiki({ private = true })
    keep(with({ remember = false }))
    forget_requests()
    do
      local session <close> = open()
      local me = assert(session:login(with({ password = no_secret })))
      assert.is_false(me.fresh)
      assert.equal(1, #wiki.requests)
    end
    wiki:lose_session()
    local session <close> = open()
    assert.is_true(assert(session:login(ALICE)).fresh)
  end)

  it("of a bot password is begun again, though its cookie is in the way (T15)", function()
    local bot = { username = "Alice@app", password = SECRET }
    keep(bot)
    local session <close> = open()
    assert.is_false(assert(session:login(bot)).fresh)
    wiki:lose_session()
    assert(session:post({ action = "edit", title = "A", text = "b" }, { token = "csrf" }))
    assert.equal("Alice", session:whoami().name)
  end)

  it("that others began again meanwhile is reused before anything is asked", function()
    keep(with({ remember = false }))
    local session <close> = open()
    assert(session:login(with({ password = mwlogin.secret("open sesame") })))
    wiki:lose_session()
    keep(with({ remember = false }))
    forget_requests()
    assert(session:post({ action = "edit", title = "A", text = "b" }, { token = "csrf" }))
    for _, request in ipairs(wiki.requests) do
      assert.is_true(request.action == "edit" or request.action == "query")
    end
  end)

  it("that others began again is reused where we have nothing to log in with", function()
    keep(with({ remember = false }))
    local session <close> = open()
    assert(session:login({}))
    wiki:lose_session()
    keep(with({ remember = false }))
    assert(session:post({ action = "edit", title = "A", text = "b" }, { token = "csrf" }))
    assert.equal("Alice", session:whoami().name)
  end)

  it("that belongs to somebody else by now is not used", function()
    local entry, id = keep()
    local session <close> = open({ account = "elsewhere" })
    assert(session:login({ username = "Bob", password = "builder of bridges" }))
    entry.cookies = session:export_cookies()
    store.kept[id] = entries.encode(entry)
    local again <close> = open()
    local me = assert(again:login(ALICE))
    assert.equal("Alice", me.name)
    assert.is_true(me.fresh)
  end)

  it("stays as it is when a login fails", function()
    local entry, id = keep(with({ remember = false }))
    wiki:lose_session()
    local before = store.kept[id]
    local session = open()
    local me, err = session:login(with({ password = "wrong" }))
    session:close()
    assert.is_nil(me)
    assert.equal("refused", err.kind)
    assert.equal(before, store.kept[id])
    assert.equal("Alice", entry.name)
  end)

  it("that is damaged is not overwritten by a login that was given no name", function()
    local _, id = keep()
    store.kept[id] = "damaged"
    local session <close> = open()
    local me, err = session:login({
      answers = { username = "Alice", password = "open sesame" },
    })
    assert.is_nil(me)
    assert.equal("store", err.kind)
    assert.equal("damaged", store.kept[id])
  end)

  it("is found among those of other wikis without reading them", function()
    local _, id = keep()
    for _, api in ipairs({ "https://a.example.org/api.php", wiki.api .. "5" }) do
      store.kept[entries.id(api, "Alice")] = "damaged"
    end
    local read, asked = store.read, {}
    store.read = function(self, one)
      asked[one] = true
      return read(self, one)
    end
    local session <close> = open()
    local me = assert(session:login({}))
    store.read = read
    assert.equal("Alice", me.name)
    assert.same({ [id] = true }, asked)
  end)

  it("is not written again when nothing has changed", function()
    keep()
    local writes = store.writes
    do
      local session <close> = open()
      assert(session:login({}))
      assert(session:whoami())
    end
    assert.equal(writes, store.writes)
  end)

  it("is not touched at close when another process has logged in since", function()
    local _, id = keep(with({ remember = false }))
    local session = open()
    assert(session:login({ username = "Alice", recover = false }))
    wiki:lose_session()
    keep(with({ remember = false }))
    local newer = store.kept[id]
    session:get({ action = "query" })
    session:close()
    assert.equal(newer, store.kept[id])
  end)

  it("removed by another's logout does not come back at close", function()
    local _, id = keep()
    local session = open()
    assert(session:login({}))
    store:remove(id)
    wiki:lose_session()
    session:get({ action = "query" })
    session:close()
    assert.is_nil(store.kept[id])
  end)

  it("that cannot be removed makes logout say so", function()
    keep()
    function store.remove()
      return nil, errors.new({ kind = "store", code = "denied", message = "no" })
    end
    local session <close> = open()
    assert(session:login({}))
    local done, err = session:logout()
    assert.is_nil(done)
    assert.equal("store", err.kind)
    assert.is_true(session:whoami().anonymous)
  end)

  it("is got once by several Sessions of one program", function()
    local pool = mwlogin.pool()
    local results = mwlogin.gather({ 1, 2, 3, 4, 5 }, function()
      local session <close> = open({ pool = pool })
      return assert(session:login(ALICE))
    end)
    local fresh = 0
    for _, result in ipairs(results) do
      assert.is_true(result.ok, tostring(result.err))
      fresh = fresh + (result.value.fresh and 1 or 0)
    end
    pool:close()
    assert.equal(1, fresh)
    assert.equal(1, posts())
  end)

  it("is asked to last, unless that is refused", function()
    local function has_token(credentials)
      store = memory.new()
      for name in pairs(names_of(keep(credentials).cookies)) do
        if name:find("Token$") then
          return true
        end
      end
      return false
    end
    assert.is_true(has_token(ALICE))
    assert.is_false(has_token(with({ remember = false })))
  end)

  it("is said to be kept when proving it fails for another reason", function()
    keep()
    local session <close> = open()
    wiki:fault(1, "the network is down")
    local me, err = session:login(with({ password = no_secret }))
    assert.is_nil(me)
    assert.equal("network", err.kind)
    assert.equal(1, #store:ids())
  end)
end)
