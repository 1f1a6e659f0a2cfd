-- A login that worked was called an error when what it got could not be kept.
local errors = require("mwlogin.error")
local memory = require("spec.store.memory")
local mwlogin = require("mwlogin")
local testing = require("mwlogin.testing")

describe("a login that cannot be kept", function()
  local CREDENTIALS <const> = { username = "Alice", password = "open sesame", remember = false }
  local wiki, store, write

  before_each(function()
    wiki = testing.wiki({ accounts = { Alice = { password = "open sesame" } } })
    store = memory.new()
    write = store.write
  end)

  local function open(options)
    local opts = { transport = wiki.transport, user_agent = "spec", store = store }
    for name, value in pairs(options or {}) do
      opts[name] = value
    end
    return assert(mwlogin.open(wiki.api, opts))
  end

  local function refuse(code)
    function store.write()
      return nil, errors.new({ kind = "store", code = code, message = "the disk is full" })
    end
  end

  local function edit(session)
    return session:post({ action = "edit", title = "A", text = "b" }, { token = "csrf" })
  end

  it("is a login all the same, and its identity tells", function()
    refuse("full")
    local session <close> = open()
    local me = assert(session:login(CREDENTIALS))
    assert.equal("Alice", me.name)
    assert.equal("store", me.unkept.kind)
    assert.equal("full", me.unkept.code)
    assert.truthy(me.unkept.message:find("Alice", 1, true))
    assert.truthy(me.unkept.message:find("the disk is full", 1, true))
    assert.truthy(me.unkept.advice)
    assert(edit(session))
  end)

  it("is told to the trace", function()
    refuse("full")
    local told = {}
    local session <close> = open({
      trace = function(event)
        told[#told + 1] = event.event == "unkept" and event.code or nil
      end,
    })
    assert(session:login(CREDENTIALS))
    assert.same({ "full" }, told)
  end)

  it("does not end a call that was repeated because the session was lost", function()
    local session <close> = open()
    assert(session:login(CREDENTIALS))
    refuse("full")
    wiki:lose_session()
    assert(edit(session))
    assert.equal("Alice", wiki.edits[1].user)
  end)

  describe("because another has kept a newer one", function()
    local session, other

    ---Another logs in and keeps it between our login and our write.
    before_each(function()
      session = open()
      function store.write(self, ...)
        store.write = write
        local theirs = open({ account = "Alice" })
        local lock, held = self.lock, { release = function() end }
        function self.lock()
          return held
        end
        assert(theirs:login(CREDENTIALS))
        self.lock = lock
        other = theirs
        assert(select("#", ...) > 0)
        return nil, errors.new({ kind = "store", code = "superseded", message = "newer" })
      end
      local me = assert(session:login(CREDENTIALS))
      assert.is_true(me.fresh)
      assert.is_nil(me.unkept)
    end)

    after_each(function()
      session:close()
      other:close()
    end)

    it("works, and what the other kept stays", function()
      local theirs = store.kept[store:ids()[1]]
      assert(edit(session))
      session:close()
      assert.equal(theirs, store.kept[store:ids()[1]])
    end)

    it("leaves it there at its own logout, for the next to use", function()
      assert(session:logout())
      assert.equal(1, #store:ids())
      local next_one <close> = open()
      assert.is_false(assert(next_one:login(CREDENTIALS)).fresh)
    end)
  end)
end)
