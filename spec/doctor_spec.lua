local mwlogin = require "mwlogin"
local provider = require "spec.wiki.provider"
local wiki = require "spec.wiki"

local function codes_of(report)
  local codes = {}
  for position, trouble in ipairs(report.troubles) do
    codes[position] = trouble.code
    assert.truthy(#trouble.cause > 10)
    assert.truthy(#trouble.cure > 10)
  end
  return codes
end

local function kinds_of(report)
  local kinds = {}
  for position, asked in ipairs(report.asks) do
    kinds[position] = asked.kind
  end
  return kinds
end

describe("doctor, on a scripted wiki,", function()
  local function examine(description, options)
    local made = mwlogin.testing.wiki(description)
    local chosen = { transport = made.transport, user_agent = "doctor_spec" }
    for name, value in pairs(options or {}) do
      chosen[name] = value
    end
    local session <close> = assert(mwlogin.open(made.api, chosen))
    return assert(session:doctor()), made
  end

  local ACCOUNTS <const> = { Alice = { password = "open sesame" } }

  it("submits nothing and uses up no try", function()
    local _, made = examine { version = "1.39", accounts = ACCOUNTS }
    for _, request in ipairs(made.requests) do
      assert.not_equal("POST", request.method)
    end
  end)

  it("tells what a login asks for and who answers it", function()
    local report = examine { version = "1.39", accounts = ACCOUNTS }
    assert.same(
      { "PasswordAuthenticationRequest", "RememberMeAuthenticationRequest" },
      kinds_of(report)
    )
    assert.equal("Password", report.asks[1].handler)
    assert.is_true(report.dialogue)
  end)

  it("knows a wiki that is older than the dialogue", function()
    local report = examine { version = "1.26", accounts = ACCOUNTS }
    assert.is_false(report.dialogue)
    assert.equal("no-dialogue", codes_of(report)[1])
  end)

  it("says how far this machine's clock is off, in either direction", function()
    for seconds, words in pairs { [-600] = "600 seconds ahead of", [600] = "600 seconds behind" } do
      local made = mwlogin.testing.wiki { accounts = ACCOUNTS }
      local function transport(request)
        local reply, err = made.transport(request)
        if reply then
          reply.headers.Date = os.date("!%a, %d %b %Y %H:%M:%S GMT", os.time() + seconds)
        end
        return reply, err
      end
      local options = { transport = transport, user_agent = "doctor_spec" }
      local session <close> = assert(mwlogin.open(made.api, options))
      local report = assert(session:doctor())
      assert.equal("clock", codes_of(report)[1])
      assert.is_true(math.abs(report.clock_skew + seconds) <= 5)
      local told = report.troubles[1].cause:gsub("%d+ seconds", "600 seconds")
      assert.truthy(told:find(words, 1, true), told)
    end
  end)

  it("says first that an https wiki was asked by http", function()
    local report = examine {
      version = "1.39",
      accounts = ACCOUNTS,
      force_https = true,
      api = "http://localhost/w/api.php",
    }
    assert.equal("https-expected", codes_of(report)[1])
  end)
end)

describe("doctor, on a real wiki,", function()
  local held = {}

  after_each(function()
    for _, thing in ipairs(held) do
      thing:stop()
    end
    held = {}
  end)

  local function start(options)
    held[#held + 1] = wiki.start(options or {})
    return held[#held]
  end

  local function examine(w)
    local session <close> = assert(mwlogin.open(w.api, { user_agent = "doctor_spec" }))
    return assert(session:doctor())
  end

  it("finds nothing wrong with a plain one", function()
    local report = examine(start())
    assert.same({}, report.troubles)
    assert.truthy(report.version:find("MediaWiki 1.39", 1, true))
    assert.is_true(report.bot_passwords)
    assert.is_false(report.oauth)
    assert.is_false(report.private)
    assert.is_true(math.abs(report.clock_skew) <= 5)
  end)

  it("knows a private one", function()
    local report = examine(start { private = true })
    assert.is_true(report.private)
    assert.same({ "private" }, codes_of(report))
    assert.is_nil(report.version)
    assert.equal("PasswordAuthenticationRequest", report.asks[1].kind)
  end)

  it("knows a private one from inside, too", function()
    local made = start { private = true }
    local session <close> = assert(mwlogin.open(made.api, { user_agent = "spec" }))
    assert(session:login { username = "Alice", password = made.accounts.Alice })
    assert.is_true(assert(session:doctor()).private)
    assert.equal("Alice", session:whoami().name)
  end)

  it("knows one that asks a captcha", function()
    local report = examine(start {
      extensions = { "ConfirmEdit/QuestyCaptcha" },
      settings = "$wgCaptchaBadLoginAttempts = 0;",
    })
    assert.is_true(report.captcha)
    assert.same({ "captcha" }, codes_of(report))
    assert.equal("Captcha", report.asks[1].handler)
  end)

  it("knows one that is read-only, and why", function()
    local report = examine(start { settings = '$wgReadOnly = "moving house";' })
    assert.same({ "read-only" }, codes_of(report))
    assert.truthy(report.troubles[1].cause:find("moving house", 1, true))
  end)

  it("names the ways in where there is none by password", function()
    local w = start { extensions = { "MwloginTest" } }
    local openid = provider.for_wiki(w)
    held[#held + 1] = openid
    w:set(
      "$wgMwloginTest = [ 'Pluggable' ];"
        .. "$wgAuthManagerAutoConfig['primaryauth'] = array_filter("
        .. "$wgAuthManagerAutoConfig['primaryauth'],"
        .. "fn( $p ) => !str_contains( $p['class'], 'Password' ) );"
        .. openid.settings
    )
    local report = examine(w)
    assert.same({ "no-password" }, codes_of(report))
    assert.equal(
      "This wiki offers only: Log in with OpenID, Log in by directory",
      report.troubles[1].cause
    )
  end)

  it("says who the session is", function()
    local w = start()
    local session <close> = assert(mwlogin.open(w.api, { user_agent = "doctor_spec" }))
    assert(session:login { username = "Bob", password = w.accounts.Bob })
    assert.equal("Bob", assert(session:doctor()).user.name)
  end)

  it("says that a bot password's session is in the way", function()
    local w = start()
    local session <close> = assert(mwlogin.open(w.api, { user_agent = "doctor_spec" }))
    assert(session:login { username = w.botpassword.name, password = w.botpassword.password })
    local report = assert(session:doctor())
    assert.equal("other-session", codes_of(report)[1])
  end)

  it("ends in the error of the address where no wiki can be reached", function()
    local session <close> = assert(mwlogin.open("http://127.0.0.1:9/api.php", {
      user_agent = "doctor_spec",
    }))
    local report, err = session:doctor()
    assert.is_nil(report)
    assert.equal("network", err.kind)
  end)
end)

describe("doctor, on addresses that lead elsewhere,", function()
  local function https_wiki(at_http)
    local made = mwlogin.testing.wiki {
      accounts = { Alice = { password = "open sesame" } },
      api = "https://wiki.example.org/w/api.php",
    }
    return function(request)
      if request.url:find("^http:") then
        return at_http(request)
      end
      return made.transport(request)
    end
  end

  it("says first that an http address only leads to the https wiki", function()
    local transport = https_wiki(function(request)
      local there = request.url:gsub("^http:", "https:")
      return { status = 301, headers = { location = there }, body = "" }
    end)
    for _, given in ipairs {
      "http://wiki.example.org/w/api.php",
      "http://wiki.example.org/wiki/Main_Page",
    } do
      local options = { transport = transport, user_agent = "doctor_spec" }
      local session <close> = assert(mwlogin.open(given, options))
      local report = assert(session:doctor())
      assert.equal("https-expected", codes_of(report)[1])
      assert.equal("https://wiki.example.org/w/api.php", report.api)
      assert.truthy(report.troubles[1].cause:find(given, 1, true))
      assert.truthy(report.troubles[1].cure:find(report.api, 1, true))
    end
  end)

  it("says nothing of it where https was given", function()
    local options = { transport = https_wiki(error), user_agent = "doctor_spec" }
    local session <close> = assert(mwlogin.open("wiki.example.org", options))
    local report = assert(session:doctor())
    assert.same({}, codes_of(report))
    assert.equal("page", report.found_by)
  end)
end)
