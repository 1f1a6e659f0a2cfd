-- What `login` is given: checked before anything is sent, left as it was, read when it is needed.
local mwlogin = require("mwlogin")

local SECRET = ("0123456789abcdef"):rep(2)

local function wiki_of()
  return mwlogin.testing.wiki({
    accounts = { Alice = { password = "open sesame", botpasswords = { app = SECRET } } },
  })
end

local function open(wiki)
  return assert(mwlogin.open(wiki.api, { transport = wiki.transport, user_agent = "spec" }))
end

local function log_in(credentials)
  local wiki = wiki_of()
  local session = open(wiki)
  local me, err = session:login(credentials)
  return me, err, wiki, session
end

describe("credentials", function()
  local function raises(words, given)
    local session = open(wiki_of())
    local fine, message = pcall(function()
      local _ = session:login(given)
    end)
    assert.is_false(fine)
    assert.matches(words, message)
    assert.matches("credentials_spec", message)
  end

  it("that are unknown or of the wrong type raise", function()
    raises("no option 'pasword'; did you mean 'password'", { username = "A", pasword = "x" })
    raises("option 'username' takes a string, not a number", { username = 3, password = "x" })
    raises("no method 'clientlogon'; did you mean 'clientlogin'", { method = "clientlogon" })
    raises("option 'handler_seconds' must be above 0", { handler_seconds = math.huge })
    raises("option 'redirect_timeout' must be above 0", { redirect_timeout = 0 })
    raises("no redirect 'atuo'; did you mean 'auto'", { redirect = "atuo" })
    raises("no redirect 'elsewhere'; there are auto, driven,", { redirect = "elsewhere" })
  end)

  it("that are empty are an error before anything is sent", function()
    for _, given in ipairs({
      { username = "Alice", password = "" },
      { username = "Alice", password = mwlogin.secret("") },
      { username = "", password = "x" },
      { username = "Alice", method = "botpassword" },
    }) do
      local me, err, wiki = log_in(given)
      assert.is_nil(me)
      assert.equal("answer", err.kind)
      assert.is_string(err.advice)
      assert.equal(0, #wiki.requests)
    end
  end)

  it("are not changed, and a secret of the caller lives on", function()
    local password = mwlogin.secret("open sesame")
    local given = { username = "Alice", password = password }
    local _, _, _, session = log_in(given)
    session:logout()
    session:close()
    assert.same({ username = "Alice", password = password }, given)
    assert.equal("open sesame", password:reveal())
  end)

  it("with a NUL or a line break reach the wiki as they are, or are refused by name", function()
    local me, err, wiki = log_in({ username = "Alice", password = "open\nsesame" })
    assert.is_nil(me)
    assert.equal("wrongpassword", err.code)
    assert.equal("open\nsesame", wiki.requests[2].params.password)
    for _, given in ipairs({
      { username = "Alice", password = "open\0sesame" },
      { username = "Ali\0ce", password = "open sesame" },
      { username = "Alice@app", password = "open\0sesame", method = "botpassword" },
    }) do
      me, err = log_in(given)
      assert.is_nil(me)
      assert.is_string(err.advice)
    end
  end)

  it("whose source gives nothing are its error, and nothing is submitted", function()
    local me, err, wiki = log_in({
      username = "Alice",
      password = mwlogin.secret.env("MWLOGIN_NOT_SET"),
    })
    assert.is_nil(me)
    assert.equal("answer", err.kind)
    assert.matches("MWLOGIN_NOT_SET", err.message)
    assert.equal(1, #wiki.requests)
    assert.equal("authmanagerinfo|tokens", wiki.requests[1].params.meta)
  end)

  it("are asked from nobody where the session cannot log in", function()
    local _, _, wiki, bot = log_in({ username = "Alice@app", password = SECRET })
    local session = open(wiki)
    session:import_cookies(bot:export_cookies())
    local reads = 0
    local me, err = session:login({
      username = "Alice",
      password = function()
        reads = reads + 1
        return "open sesame"
      end,
    })
    assert.is_nil(me)
    assert.equal("userlogin-cannot-login", err.code)
    assert.matches("[Ll]og ?out", err.advice)
    assert.equal(0, reads)
  end)
end)
