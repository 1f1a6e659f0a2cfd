-- A transcript as a transport: what fits, what deviates, what is no transcript.
local mwlogin = require "mwlogin"
local testing = require "mwlogin.testing"

local PASSWORD <const> = "open & sesame=1/2%"

local function write(path, text)
  local file <close> = assert(io.open(path, "wb"))
  file:write(text)
end

describe("testing.replay", function()
  local path, text

  setup(function()
    path = os.tmpname()
    local wiki = testing.wiki {
      accounts = { Alice = { password = PASSWORD, email_auth = true, email = "alice@mail.test" } },
    }
    local recorder <close> = testing.record(path)
    local session <close> = assert(mwlogin.open(wiki.api, {
      transport = wiki.transport,
      record = recorder,
      user_agent = "spec",
    }))
    assert(session:login {
      username = "Alice",
      password = PASSWORD,
      answers = {
        token = function()
          return wiki.mails[#wiki.mails].code
        end,
      },
    })
    assert(session:get { action = "query", meta = "siteinfo" })
    recorder:close()
    local file <close> = assert(io.open(path))
    text = file:read "a"
  end)

  teardown(function()
    os.remove(path)
  end)

  local function opened(options)
    local played = assert(testing.replay(path))
    options = options or {}
    options.transport, options.user_agent = played.transport, "spec"
    return played, assert(mwlogin.open(played.api, options))
  end

  local CREDENTIALS <const> =
    { username = "Bob", password = "of any sort", answers = { token = "000000" } }

  it("answers what was recorded, and tells when all of it was asked for", function()
    local played, session = opened()
    assert.is_false(played:is_finished())
    assert.equal("Bob", assert(session:login(CREDENTIALS)).name)
    assert.has_error(played.finish, nil)
    assert.truthy(session:get({ action = "query", meta = "siteinfo" }).query.general)
    played:finish()
    session:close()
  end)

  local function raised(fn)
    local ok, err = pcall(fn)
    assert.is_false(ok)
    assert.equal("transcript", err.code)
    return tostring(err)
  end

  it("raises for another request, and names place and difference", function()
    local _, session = opened()
    local told = raised(function()
      session:get { action = "query", meta = "userinfo" }
    end)
    assert.matches("exchange 1 of %d", told)
    assert.matches("'amimessageformat' is missing", told)
    told = raised(function()
      session:post { action = "purge" }
    end)
    assert.matches("was recorded, not POST", told)
    session:close()
  end)

  it("raises for a parameter more, another value and one request too many", function()
    local _, session = opened()
    assert(session:login(CREDENTIALS))
    local _, fresh = opened { language = "de" }
    assert.matches(
      "no parameter 'uselang'",
      raised(function()
        fresh:login(CREDENTIALS)
      end)
    )
    assert.matches(
      "'meta' was siteinfo",
      raised(function()
        session:get { action = "query", meta = "tokens" }
      end)
    )
    assert.matches(
      "nothing was recorded after it",
      raised(function()
        session:get { action = "query", meta = "siteinfo" }
      end)
    )
    session:close()
    fresh:close()
  end)

  it("wants a value seen before where the transcript has it twice", function()
    local played = assert(testing.replay(path))
    local core = require "mwlogin.core"
    local pool = core.pool()
    local session = assert(pool:session(played.api, { transport = played.transport }))
    assert(session:call("GET", {
      action = "query",
      meta = "authmanagerinfo|tokens",
      type = "login",
      amirequestsfor = "login",
      amimessageformat = "html",
    }))
    local told = raised(function()
      session:auth_step("clientlogin", {
        logintoken = "not the one that was given",
        loginreturnurl = "http://127.0.0.1:2/",
        loginmessageformat = "html",
        username = "Bob",
        password = "x",
      })
    end)
    assert.matches("'logintoken' is not the logintoken 1 seen before", told)
    assert.is_nil(told:find("not the one that was given", 1, true))
    pool:close()
  end)

  it("never has the password, the code or the address they were sent to", function()
    assert.is_nil(text:find("sesame", 1, true))
    assert.is_nil(text:find("mail.test", 1, true))
    assert.is_nil(text:find('"token":"%d%d%d%d%d%d"'))
    assert.is_nil(text:find("Alice", 1, true))
  end)

  it("goes through the login by itself", function()
    local played = assert(testing.replay(path))
    local me = assert(played:login())
    assert.equal("clientlogin", me.method)
  end)

  describe("refuses", function()
    local function refused(bytes)
      local other = os.tmpname()
      write(other, bytes)
      local played, err = testing.replay(other)
      os.remove(other)
      assert.is_nil(played)
      assert.equal("answer", err.kind)
      assert.truthy(err.advice)
      return err
    end

    it("what is no transcript", function()
      assert.equal("no-transcript", refused("").code)
      assert.equal("no-transcript", refused("{}").code)
      assert.equal("no-transcript", refused("<html>").code)
      assert.equal("no-transcript", select(2, testing.replay "/nowhere/at/all").code)
    end)

    it("a newer format", function()
      local err = refused((text:gsub('"transcript":1', '"transcript":2')))
      assert.equal("transcript-newer", err.code)
    end)

    it("one that was cut anywhere", function()
      for at = 20, #text - 2, 97 do
        local err = refused(text:sub(1, at))
        assert.is_truthy(err.code == "transcript-damaged" or err.code == "no-transcript")
      end
    end)

    it("a damaged line, and names it", function()
      for _, damage in ipairs {
        { '"request":', '"requst":' },
        { '"params":', '"parms":' },
        { '"status":200', '"status":"200"' },
        { '{"request"', '["request"' },
      } do
        local err = refused((text:gsub(damage[1], damage[2], 1)))
        assert.equal("transcript-damaged", err.code, damage[1])
        assert.matches("line 2:", err.message)
      end
    end)
  end)
end)

describe("a recorded failure of the network", function()
  it("comes back with its kind and code", function()
    local path = os.tmpname()
    local recorder = testing.record(path)
    local port_nobody_listens_on = "http://127.0.0.1:1/api.php"
    local session =
      assert(mwlogin.open(port_nobody_listens_on, { record = recorder, user_agent = "spec" }))
    local _, first = session:get { action = "query" }
    session:close()
    assert(recorder:close())
    assert.is_true(recorder:close())
    local played = assert(testing.replay(path))
    os.remove(path)
    session = assert(mwlogin.open(played.api, { transport = played.transport, user_agent = "s" }))
    local _, again = session:get { action = "query" }
    assert.same({ first.kind, first.code }, { again.kind, again.code })
    session:close()
  end)
end)

describe("testing.record", function()
  it("says when its file cannot be written", function()
    local written, err = testing.record("/nowhere/at/all/x.transcript"):close()
    assert.is_nil(written)
    assert.equal("store", err.kind)
  end)

  it("raises without a path", function()
    assert.has_error(function()
      testing.record()
    end, "record takes the path of a file")
  end)
end)
