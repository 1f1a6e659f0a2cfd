-- The library against a real MediaWiki: what a login costs, proves and leaves, and what goes wrong.
local mwlogin = require("mwlogin")
local shared = require("spec.shared")
local wikis = require("spec.wiki")

local function open(address, options)
  local opts = { user_agent = "mwlogin spec" }
  for name, value in pairs(options or {}) do
    opts[name] = value
  end
  return assert(mwlogin.open(address, opts))
end

local function as_alice(wiki)
  return { username = "Alice", password = wiki.accounts.Alice }
end

local function as_bot(wiki)
  return { username = wiki.botpassword.name, password = wiki.botpassword.password }
end

for _, kind in ipairs({ "plain", "private" }) do
  describe("a " .. kind .. " wiki", function()
    local wiki = shared(wikis.start, { private = kind == "private" })

    before_each(function()
      wiki:forget_throttles()
      wiki:set("")
      wiki:mark()
    end)

    local function posts(action)
      return #wiki:requests({ method = "POST", action = action })
    end

    it("is logged in to by clientlogin in three requests, discovery and proof included", function()
      local session <close> = open(wiki.api)
      local me = assert(session:login(as_alice(wiki)))
      assert.equal("Alice", me.name)
      assert.equal("clientlogin", me.method)
      assert.equal(3, #wiki:requests())
      assert.equal("Alice", session:whoami().name)
    end)

    it("is logged in to by a bot password, in either form, in three requests", function()
      local bot = wiki.botpassword
      for _, credentials in ipairs({
        as_bot(wiki),
        { username = bot.variant_name, password = bot.variant_password },
      }) do
        wiki:mark()
        local session <close> = open(wiki.api)
        local me = assert(session:login(credentials))
        assert.equal("Alice", me.name)
        assert.equal("botpassword", me.method)
        assert.equal(3, #wiki:requests())
      end
    end)

    it("sees the same of a bot password whether a trace is told of each step or not", function()
      local function log_in(password, trace)
        wiki:mark()
        local session <close> = open(wiki.api, { trace = trace, language = "de" })
        local me, err = session:login({ username = wiki.botpassword.name, password = password })
        local requests = {}
        for position, request in ipairs(wiki:requests()) do
          request.params.lgtoken = request.params.lgtoken and "a token"
          requests[position] = { request.method, request.path, request.params }
        end
        return { me = me, code = err and err.code, message = err and err.message }, requests
      end
      for password, count in pairs({ [wiki.botpassword.password] = 3, [("0"):rep(32)] = 2 }) do
        local came, requests = log_in(password)
        local told, asked = log_in(password, function() end)
        assert.same(told, came)
        assert.same(asked, requests)
        assert.equal(count, #requests)
        assert.equal(count == 3, came.me ~= nil)
      end
    end)

    it("is found from a page, or from its host and port", function()
      for _, address in ipairs({
        wiki:page("Main Page"),
        wiki.api:gsub("api%.php$", "index.php") .. "?title=Not_there",
        wiki.base:match("//(.*)"),
        wiki.base,
      }) do
        assert.equal(wiki.api, open(address).api)
      end
    end)

    it("is edited as that user, with a token that is renewed", function()
      local session <close> = open(wiki.api)
      assert(session:login(as_alice(wiki)))
      for number = 1, 2 do
        local reply = assert(session:post({
          action = "edit",
          title = "Sandbox",
          appendtext = ("\n%d from %s"):format(number, kind),
        }, { token = "csrf" }))
        assert.equal("Success", reply.edit.result)
      end
      assert.equal(1, #wiki:requests({ meta = "tokens" }))
      local reply = assert(session:get({
        action = "query",
        titles = "Sandbox",
        prop = "revisions",
        rvprop = { "user", "content" },
        rvslots = "main",
      }))
      local revision = reply.query.pages[1].revisions[1]
      assert.equal("Alice", revision.user)
      assert.matches("2 from " .. kind, revision.slots.main.content)
    end)

    it("knows anonymous people as such", function()
      local session <close> = open(wiki.api)
      local me = assert(session:whoami())
      assert.is_true(me.anonymous)
      local refused, err = session:login({})
      assert.is_nil(refused)
      assert.equal("anonymous", err.code)
    end)

    it("ends a session at logout", function()
      local session <close> = open(wiki.api)
      assert(session:login(as_alice(wiki)))
      local cookies = session:export_cookies()
      assert(session:logout())
      local other <close> = open(wiki.api)
      assert.is_true(other:import_cookies(cookies) > 0)
      assert.is_true(other:whoami().anonymous)
    end)

    it("refuses a wrong password once, in one sentence with advice", function()
      local session <close> = open(wiki.api)
      for _, credentials in ipairs({
        { username = "Alice", password = "wrong" },
        { username = "Alice@app", password = ("0"):rep(32) },
      }) do
        wiki:mark()
        local me, err = session:login(credentials)
        assert.is_nil(me)
        assert.equal("refused", err.kind)
        assert.equal("wrongpassword", err.code)
        assert.matches("password", tostring(err))
        assert.is_string(err.advice)
        assert.equal(1, posts())
      end
    end)

    it("throttles the right password too; a bot-password login says for how long", function()
      local session <close> = open(wiki.api)
      for _ = 1, 5 do
        session:login({ username = "Alice@app", password = ("0"):rep(32) })
      end
      local me, err = session:login(as_bot(wiki))
      assert.is_nil(me)
      assert.equal("throttled", err.kind)
      assert.equal(300, err.retry_after)
      assert.matches("5 minutes", err.message)
    end)

    it("throttles clientlogin in its own sentence", function()
      local session <close> = open(wiki.api)
      for _ = 1, 5 do
        session:login({ username = "Alice", password = "wrong" })
      end
      local me, err = session:login(as_alice(wiki))
      assert.is_nil(me)
      assert.equal("throttled", err.kind)
      assert.equal("login-throttled", err.code)
      assert.matches("wait 5 minutes", err.message)
    end)

    it("that is read-only refuses a login at once", function()
      wiki:set('$wgReadOnly = "Moving house";')
      local session <close> = open(wiki.api)
      for _, credentials in ipairs({ as_alice(wiki), as_bot(wiki) }) do
        wiki:mark()
        local me, err = session:login(credentials)
        assert.is_nil(me)
        assert.equal("readonly", err.code)
        assert.is_string(err.advice)
        assert.equal(1, posts())
      end
    end)

    it("is logged in to again by the same Session, whatever was before", function()
      local session <close> = open(wiki.api)
      for _, credentials in ipairs({
        as_bot(wiki),
        as_bot(wiki),
        as_alice(wiki),
        as_bot(wiki),
        { username = "Bob", password = wiki.accounts.Bob },
      }) do
        local me = assert(session:login(credentials))
        assert.equal(me.name, session:whoami().name)
      end
    end)

    it("says which session is in the way", function()
      local first <close> = open(wiki.api)
      assert(first:login(as_bot(wiki)))
      local second <close> = open(wiki.api)
      second:import_cookies(first:export_cookies())
      local _, err = second:login(as_bot(wiki))
      assert.equal("api-login-fail-badsessionprovider", err.code)
      assert.matches("logout%(%)", err.advice)
      _, err = second:login(as_alice(wiki))
      assert.equal("userlogin-cannot-login", err.code)
      assert.is_true(second:logout())
      assert(second:login(as_alice(wiki)))
    end)

    it("that loses the session between two edits has both by the same user", function()
      local session <close> = open(wiki.api)
      assert(session:login(as_alice(wiki)))
      local edit = { action = "edit", title = "Lost", appendtext = "x" }
      assert(session:post(edit, { token = "csrf" }))
      wiki:forget_sessions()
      wiki:mark()
      edit.appendtext = "y"
      assert(session:post(edit, { token = "csrf" }))
      assert.equal(1, posts("clientlogin"))
      local reply = assert(session:get({
        action = "query",
        titles = "Lost",
        prop = "revisions",
        rvprop = "user",
        rvlimit = 5,
      }))
      local revisions = reply.query.pages[1].revisions
      assert.equal(2, #revisions)
      assert.equal("Alice", revisions[1].user)
      assert.equal("Alice", revisions[2].user)
    end)

    it("is told from one whose right is lacking", function()
      local session <close> = open(wiki.api)
      assert(session:login(as_alice(wiki)))
      wiki:mark()
      local _, err = session:post({ action = "query", assert = "bot" })
      assert.equal("assertbotfailed", err.code)
      assert.matches("bot right", err.advice)
      assert.equal(0, posts("clientlogin"))
    end)

    it("answers a module it does not know by name", function()
      local session <close> = open(wiki.api)
      local _, err = session:get({ action = "no_such_module" })
      assert.equal("badvalue", err.code)
      assert.is_string(err.advice)
    end)
  end)
end

describe("a real wiki", function()
  local wiki =
    shared(wikis.start, { settings = "$wgEnableUploads = true; $wgFileExtensions[] = 'txt';" })

  before_each(function()
    wiki:set("")
    wiki:mark()
  end)

  it("takes an upload byte for byte", function()
    local bytes = "GIF89a" .. "\1\0\1\0\128\0\0\255\255\255\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"
    local path = os.tmpname()
    local file = assert(io.open(path, "wb"))
    file:write(bytes)
    file:close()
    local session <close> = open(wiki.api)
    assert(session:login({ username = "Carol", password = wiki.accounts.Carol }))
    local reply, err = session:post({
      action = "upload",
      filename = "Dot.gif",
      comment = "a dot",
      file = mwlogin.file(path, { name = "dot.gif", type = "image/gif" }),
      ignorewarnings = true,
    }, { token = "csrf" })
    os.remove(path)
    assert(reply, err)
    assert.equal("Success", reply.upload.result)
    local address = reply.upload.imageinfo.url:gsub("^//", "http://")
    local page = assert(session:fetch(address))
    assert.equal(200, page.status)
    assert.equal(bytes, page.body)
  end)

  it("that is behind for longer than max_wait is not waited for", function()
    local session <close> = open(wiki.api, { max_wait = 3 })
    local reply, err = session:get({ action = "query", maxlag = -2 })
    assert.is_nil(reply)
    assert.equal("maxlag", err.code)
    assert.is_true(err.retry_after >= 5)
  end)

  it("hides every secret from the trace", function()
    local lines = {}
    local session <close> = open(wiki.api, {
      trace = function(event)
        lines[#lines + 1] = require("mwlogin.trace").line(event)
      end,
    })
    assert(session:login(as_alice(wiki)))
    local token = assert(session:token("csrf"))
    assert(session:post({ action = "edit", title = "T", text = "x", token = token }))
    local text = table.concat(lines, "\n")
    local core = require("mwlogin.core")
    local password = wiki.accounts.Alice
    for _, secret in ipairs({ password, core.encode(password), token, core.encode(token) }) do
      assert.is_nil(text:find(secret, 1, true))
    end
    for _, line in ipairs(session:export_cookies()) do
      local value = line:match("[^\t]+$")
      assert.is_true(#value < 8 or not text:find(value, 1, true))
    end
    assert.matches("clientlogin", text)
  end)
end)

describe("an account whose name is not ASCII", function()
  local wiki = shared(wikis.start, { accounts = { ["Zoë"] = "Größe & Güte 9" } })

  it("is logged in to by its bot password, however the name is typed, in three requests", function()
    for _, name in ipairs({ "Zoë@app", "zoë@app" }) do
      wiki:mark()
      local session <close> = open(wiki.api)
      local me = assert(session:login({ username = name, password = wiki.botpassword.password }))
      assert.equal("Zoë", me.name)
      assert.equal(3, #wiki:requests())
    end
  end)
end)
