-- Mistakes of a program that were told in the words of our own files, or not at all.
local mwlogin = require "mwlogin"

local HERE <const> = "mistakes_spec%.lua:%d+: "

describe("a mistake of the program", function()
  local wiki, session

  before_each(function()
    wiki = mwlogin.testing.wiki { accounts = { Alice = { password = "open sesame" } } }
    session = assert(mwlogin.open(wiki.api, { transport = wiki.transport, user_agent = "spec" }))
  end)

  after_each(function()
    session:close()
  end)

  ---@param words string what the message says
  ---@param mistake function
  local function raises(words, mistake)
    local ok, message = pcall(mistake)
    assert.is_false(ok, words)
    assert.equal("string", type(message))
    assert.truthy(message:find(words, 1, true), message)
    return message
  end

  local function open(options)
    options.user_agent = options.user_agent or "spec"
    return mwlogin.open(wiki.api, options)
  end

  it("is shown where the program made it, not where the library found it", function()
    for words, mistake in pairs {
      ["parameter 'a' cannot hold a function"] = function()
        local _ = session:get { action = "query", a = print }
      end,
      ["parameter 'a' is no number that could be sent"] = function()
        local _ = session:get { action = "query", a = math.huge }
      end,
      ["parameter names are strings"] = function()
        local _ = session:post { "query" }
      end,
      ["header names and values are strings"] = function()
        local _ = session:fetch("x", { headers = { "A: b" } })
      end,
      ["option 'method' is one of GET, POST, HEAD, PUT and DELETE, not 'get'"] = function()
        local _ = session:fetch("x", { method = "get" })
      end,
      ["option 'json' holds what JSON cannot: Cannot serialise function"] = function()
        local _ = session:fetch("x", { method = "POST", json = { print } })
      end,
      ["option 'user_agent' holds a line break"] = function()
        local _ = open { user_agent = "a\nb" }
      end,
      ["this pool is closed"] = function()
        local pool = mwlogin.pool()
        pool:close()
        local _ = open { pool = pool }
      end,
    } do
      local message = raises(words, mistake)
      assert.truthy(message:find(HERE), message)
      assert.is_nil(message:find("mwlogin/", 1, true), message)
    end
  end)

  it("is found where it would have been passed over in silence", function()
    raises("login: 'handlers' is a list: handlers = { handler }", function()
      session:login { username = "Alice", handlers = { name = "Mine", answer = print, kinds = {} } }
    end)
    raises("login: 'answers' has a name for each value", function()
      session:login { username = "Alice", answers = { "123456" } }
    end)
    raises("login: 'extra' has a name for each value", function()
      session:login { username = "Alice", extra = { "x" } }
    end)
    raises("option 'json' is a body", function()
      session:fetch("x", { json = {} })
    end)
    raises("leave 'format' out", function()
      session:get { action = "query", format = "xml" }
    end)
    raises("open: option 'user_agent' is empty", function()
      open { user_agent = "" }
    end)
    raises("open: option 'account' is empty", function()
      open { account = "" }
    end)
    raises("open: option 'pool' is what mwlogin.pool() makes", function()
      open { pool = io.stdout }
    end)
  end)

  it("names what was meant", function()
    raises("login has no option 'user'; did you mean 'username'?", function()
      session:login { user = "Alice" }
    end)
    raises("open has no option 'agent'; did you mean 'user_agent'?", function()
      open { agent = "x" }
    end)
    raises("gather has no option 'parallel'; there are concurrency, pool, progress", function()
      mwlogin.gather({}, print, { parallel = 2 })
    end)
    raises("consumer_key (OAuth 1) or client_id (OAuth 2), not both", function()
      session:login { consumer_key = "a", client_id = "b" }
    end)
    raises("doctor has no option 'pasword'; did you mean 'password'?", function()
      session:doctor { pasword = "x" }
    end)
    for _, name in ipairs { "terminal", "browser" } do
      raises(("give respond = mwlogin.respond.%s()"):format(name), function()
        session:login { username = "Alice", respond = mwlogin.respond[name] }
      end)
    end
  end)

  it("is an empty value: no browser is opened for a client without an id", function()
    for _, name in ipairs { "client_id", "consumer_key" } do
      local me, err = session:login { [name] = "", consumer_secret = "x" }
      assert.is_nil(me)
      assert.same({ "answer", "credentials" }, { err.kind, err.code })
      assert.truthy(err.message:find(name, 1, true))
    end
  end)

  it("is found where a source is made, not when it is read", function()
    local secret = mwlogin.secret
    for words, mistake in pairs {
      ["secret takes a text, not a nil; secret.env(NAME)"] = function()
        local _ = secret(os.getenv "MWLOGIN_NO_SUCH_VARIABLE")
      end,
      ["secret.env takes the name of a variable"] = function()
        local _ = secret.env "A=b"
      end,
      ["secret.file takes a path"] = function()
        local _ = secret.file ""
      end,
      ["secret.command takes a list of texts"] = function()
        local _ = secret.command { "printf", 5 }
      end,
      ["secret.totp takes a key"] = function()
        local _ = secret.totp ""
      end,
      ["secret.prompt takes the words"] = function()
        local _ = secret.prompt(5)
      end,
      ["secret.git takes an address"] = function()
        local _ = secret.git {}
      end,
      ["secret.parse takes a source as text"] = function()
        local _ = secret.parse()
      end,
      ["error.new takes a table"] = function()
        local _ = mwlogin.error.new "text"
      end,
    } do
      assert.truthy(raises(words, mistake):find(HERE))
    end
  end)

  it("is a method without its colon", function()
    for _, name in ipairs { "get", "login", "flow", "doctor", "whoami" } do
      local message = raises("call this with a colon", function()
        local _ = session[name] "login"
      end)
      assert.truthy(message:find(HERE), message)
    end
  end)

  it("in a scripted wiki names the account", function()
    raises("account Alice: must be a table such as { password = … }", function()
      mwlogin.testing.wiki { accounts = { Alice = "open sesame" } }
    end)
  end)
end)
