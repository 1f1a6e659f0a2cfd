-- A Session's calls: what goes out, what is repeated, who it is, how it ends.
package.path = "./?.lua;" .. package.path
local core = require("mwlogin.core")
local mwlogin = require("mwlogin")
local testing = require("mwlogin.testing")

local function wiki_of(options)
  options = options or {}
  options.accounts = options.accounts or { Alice = { password = "open sesame" } }
  return testing.wiki(options)
end

-- A pool that does not wait, but says for how long it would have.
local function patient_pool()
  local pool, slept = core.pool(), {}
  return {
    session = function(_, ...)
      return pool:session(...)
    end,
    sleep = function(_, seconds)
      slept[#slept + 1] = seconds
      return true
    end,
    close = function()
      return pool:close()
    end,
  },
    slept
end

local function open(wiki, options)
  local opts = { transport = wiki.transport, user_agent = "spec" }
  for name, value in pairs(options or {}) do
    opts[name] = value
  end
  return assert(mwlogin.open(wiki.api, opts))
end

local function logged_in(wiki, options, credentials)
  local session = open(wiki, options)
  credentials = credentials or { username = "Alice", password = "open sesame" }
  assert(session:login(credentials))
  wiki.requests = {}
  return session
end

local function api_error(code, more)
  return {
    status = 200,
    headers = more or {},
    body = ('{"errors":[{"code":"%s","text":"no","module":"main"}]}'):format(code),
  }
end

local function actions(wiki)
  local list = {}
  for position, request in ipairs(wiki.requests) do
    list[position] = request.params.meta or request.action
  end
  return table.concat(list, " ")
end

describe("get and post", function()
  it("decode what the wiki answers", function()
    local session = open(wiki_of())
    local reply = assert(session:get({ action = "query", meta = "siteinfo" }))
    assert.matches("^MediaWiki 1.39", reply.query.general.generator)
  end)

  it("join lists, send true as 1, and leave out false", function()
    local wiki = wiki_of()
    local session = open(wiki)
    session:get({
      action = "query",
      meta = { "siteinfo", "userinfo" },
      titles = { "A|B", "C" },
      yes = true,
      no = false,
      whole = 3.0,
    })
    local params = wiki.requests[1].params
    assert.equal("siteinfo|userinfo", params.meta)
    assert.equal("\u{1F}A|B\u{1F}C", params.titles)
    assert.equal("1", params.yes)
    assert.is_nil(params.no)
    assert.equal("3", params.whole)
  end)

  it("a get too long for an address goes as POST", function()
    local wiki = wiki_of()
    local titles = {}
    for number = 1, 400 do
      titles[number] = ("Page number %d"):format(number)
    end
    open(wiki):get({ action = "query", titles = titles })
    assert.equal("POST", wiki.requests[1].method)
    open(wiki):get({ action = "query", titles = "A" })
    assert.equal("GET", wiki.requests[2].method)
  end)

  it("speak the language that was asked for", function()
    local wiki = wiki_of()
    open(wiki, { language = "de" }):get({ action = "query" })
    assert.equal("de", wiki.requests[1].params.uselang)
  end)

  it("raise for what can only be a mistake", function()
    local session = open(wiki_of())
    for _, mistake in ipairs({
      function()
        session:get()
      end,
      function()
        session:post({ action = "edit" }, { tokn = "csrf" })
      end,
      function()
        session:get({ action = "query" }, { token = "csrf" })
      end,
      function()
        session.get({ action = "query" })
      end,
      function()
        session:token()
      end,
    }) do
      local fine, message = pcall(mistake)
      assert.is_false(fine)
      assert.matches("session_spec", message)
    end
  end)

  it("hand an API error on with its code and advice", function()
    local session = open(wiki_of())
    local reply, err = session:get({ action = "nonsense" })
    assert.is_nil(reply)
    assert.equal("api", err.kind)
    assert.equal("badvalue", err.code)
    assert.is_string(err.advice)
  end)
end)

describe("a faulty reply", function()
  local faults = {
    {
      "HTML",
      { status = 200, headers = { ["Content-Type"] = "text/html" }, body = "<!DOCTYPE html><p>" },
      "protocol",
      "html",
    },
    { "nothing, with 500", { status = 500, body = "" }, "http", "500" },
    {
      "JSON followed by HTML",
      { status = 200, body = '{"query":{}}<html>fatal</html>' },
      "protocol",
      "trailing",
    },
    { "cut JSON", { status = 200, body = '{"query":{' }, "protocol", "cut" },
    { "a network failure", "reset by peer", "network", "transport" },
  }
  for _, fault in ipairs(faults) do
    it("(" .. fault[1] .. ") is one sentence with advice", function()
      local wiki = wiki_of()
      local session = open(wiki)
      wiki:fault(1, fault[2])
      local reply, err = session:get({ action = "query" })
      assert.is_nil(reply)
      assert.equal(fault[3], err.kind)
      assert.equal(fault[4], err.code)
      assert.is_string(err.advice)
      assert.equal(1, #wiki.requests)
    end)
  end

  it("a redirect of api.php is not followed", function()
    local wiki = wiki_of()
    local session = open(wiki)
    wiki:fault(1, { status = 301, headers = { Location = "https://evil.example/api.php" } })
    local _, err = session:post({ action = "query" })
    assert.equal("redirect", err.code)
    assert.equal(1, #wiki.requests)
  end)
end)

describe("waiting", function()
  local function waits(wiki, options)
    local pool, slept = patient_pool()
    local opts = { pool = pool }
    for name, value in pairs(options or {}) do
      opts[name] = value
    end
    return open(wiki, opts), slept
  end

  it("lasts as long as the wiki says, then the call is repeated", function()
    local wiki = wiki_of()
    local session, slept = waits(wiki, { maxlag = 5 })
    wiki:fault(1, api_error("maxlag", { ["Retry-After"] = "7" }))
    assert(session:get({ action = "query" }))
    assert.same({ 7 }, slept)
    assert.equal("5", wiki.requests[1].params.maxlag)
    assert.equal(2, #wiki.requests)
  end)

  it("grows where the wiki says nothing", function()
    for _, code in ipairs({ "ratelimited", "readonly" }) do
      local wiki = wiki_of()
      local session, slept = waits(wiki)
      for nth = 1, 3 do
        wiki:fault(nth, api_error(code))
      end
      assert(session:post({ action = "query" }))
      assert.same({ 2, 4, 8 }, slept)
    end
  end)

  it("obeys Retry-After of 429 and 503, and nothing else of HTTP", function()
    for _, status in ipairs({ 429, 503 }) do
      local wiki = wiki_of()
      local session, slept = waits(wiki)
      wiki:fault(1, { status = status, headers = { ["Retry-After"] = "3" }, body = "busy" })
      assert(session:get({ action = "query" }))
      assert.same({ 3 }, slept)
    end
    for _, answer in ipairs({
      { status = 503, body = "busy" },
      { status = 500, headers = { ["Retry-After"] = "3" }, body = "" },
    }) do
      local wiki = wiki_of()
      local session, slept = waits(wiki)
      wiki:fault(1, answer)
      local reply, err = session:get({ action = "query" })
      assert.is_nil(reply)
      assert.equal("http", err.kind)
      assert.same({}, slept)
    end
  end)

  it("is bounded by max_wait: the last error is given", function()
    local wiki = wiki_of()
    local session, slept = waits(wiki, { max_wait = 5 })
    wiki:fault(1, api_error("maxlag", { ["Retry-After"] = "60" }))
    local reply, err = session:get({ action = "query" })
    assert.is_nil(reply)
    assert.equal("maxlag", err.code)
    assert.equal(60, err.retry_after)
    assert.same({}, slept)
  end)

  it("never follows a call that the wiki may have executed", function()
    local wiki = wiki_of()
    local session, slept = waits(wiki)
    assert(session:get({ action = "query" }))
    wiki:fault(1, "timed out")
    local reply, err = session:post({ action = "query" })
    assert.is_nil(reply)
    assert.equal("network", err.kind)
    assert.same({}, slept)
    assert.equal(2, #wiki.requests)
  end)
end)

describe("tokens", function()
  local function edit(session)
    return session:post({ action = "edit", title = "A", text = "b" }, { token = "csrf" })
  end

  it("are fetched, sent, and kept", function()
    local wiki = wiki_of()
    local session = logged_in(wiki)
    assert(edit(session))
    assert(edit(session))
    assert.equal("tokens edit edit", actions(wiki))
    assert.equal(2, #wiki.edits)
    assert.equal("Alice", wiki.edits[1].user)
  end)

  it("are renewed once when the wiki calls one bad", function()
    local wiki = wiki_of()
    local session = logged_in(wiki)
    wiki:fault(2, api_error("badtoken"))
    assert(edit(session))
    assert.equal("tokens edit tokens edit", actions(wiki))
  end)

  it("are not renewed twice", function()
    local wiki = wiki_of()
    local session = logged_in(wiki)
    wiki:fault(2, api_error("badtoken"))
    wiki:fault(4, api_error("badtoken"))
    local reply, err = edit(session)
    assert.is_nil(reply)
    assert.equal("badtoken", err.code)
    assert.equal(4, #wiki.requests)
  end)

  it("of the caller are the caller's: a bad one is an error", function()
    local wiki = wiki_of()
    local session = logged_in(wiki)
    local _, err = session:post({ action = "edit", title = "A", text = "b", token = "f00+\\" })
    assert.equal("badtoken", err.code)
    assert.equal("edit", actions(wiki))
  end)

  it("go by another parameter where that is asked", function()
    local wiki = wiki_of()
    local session = logged_in(wiki)
    session:post({ action = "query" }, { token = "csrf", token_param = "changeauthtoken" })
    assert.is_string(wiki.requests[2].params.changeauthtoken)
  end)

  it("of an unknown type are an error that names it", function()
    local token, err = open(wiki_of()):token("nonsense")
    assert.is_nil(token)
    assert.equal("no_token", err.code)
    assert.matches("nonsense", err.message)
  end)
end)

describe("a session that the wiki has lost", function()
  local function edit(session)
    return session:post({ action = "edit", title = "A", text = "b" }, { token = "csrf" })
  end

  local function logins(wiki)
    local count = 0
    for _, request in ipairs(wiki.requests) do
      if request.action == "clientlogin" or request.action == "login" then
        count = count + 1
      end
    end
    return count
  end

  it("is logged in again once, as the same user", function()
    local wiki = wiki_of()
    local session = logged_in(wiki)
    assert(edit(session))
    wiki:lose_session()
    assert(edit(session))
    assert.equal(1, logins(wiki))
    assert.equal("Alice", wiki.edits[2].user)
  end)

  it("is noticed by a call without a token, too", function()
    local wiki = wiki_of()
    local session = logged_in(wiki)
    wiki:lose_session()
    local reply = assert(session:get({ action = "query", meta = "userinfo" }))
    assert.equal("Alice", reply.query.userinfo.name)
    assert.equal(1, logins(wiki))
  end)

  it("asks a source again", function()
    local reads = 0
    local wiki = wiki_of()
    local session = logged_in(wiki, nil, {
      username = "Alice",
      password = function()
        reads = reads + 1
        return "open sesame"
      end,
    })
    wiki:lose_session()
    assert(edit(session))
    assert.equal(2, reads)
  end)

  it("works with a bot password", function()
    local secret = ("0123456789abcdef"):rep(2)
    local wiki = wiki_of({ accounts = { Alice = { botpasswords = { app = secret } } } })
    local session = logged_in(wiki, nil, { username = "Alice@app", password = secret })
    wiki:lose_session()
    assert(edit(session))
    assert.equal(1, logins(wiki))
  end)

  it("stays lost with recover = false, and nothing is done as somebody else", function()
    local wiki = wiki_of()
    local session = logged_in(wiki, nil, {
      username = "Alice",
      password = "open sesame",
      recover = false,
    })
    wiki:lose_session()
    for _ = 1, 2 do
      local reply, err = edit(session)
      assert.is_nil(reply)
      assert.equal("assertnameduserfailed", err.code)
    end
    assert.equal(0, logins(wiki))
    assert.equal(0, #wiki.edits)
  end)

  it("whose password has changed is tried once, and later calls are told so again", function()
    local wiki = wiki_of()
    local session = logged_in(wiki)
    wiki:lose_session()
    wiki:account("Alice").password = "another"
    local _, err = edit(session)
    assert.equal("wrongpassword", err.code)
    local _, later = edit(session)
    assert.equal("wrongpassword", later.code)
    assert.equal(1, logins(wiki))
    assert.equal(0, #wiki.edits)
  end)

  it("needs a person where a second factor was typed: an interaction, no loop", function()
    local key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    local wiki = wiki_of({ accounts = { Alice = { password = "open sesame", totp = key } } })
    local totp = mwlogin.secret.totp(key)
    local session = logged_in(wiki, nil, {
      username = "Alice",
      password = "open sesame",
      respond = function()
        return { OATHToken = assert(totp:read()) }
      end,
    })
    wiki:lose_session()
    local reply, err = edit(session)
    assert.is_nil(reply)
    assert.equal("interaction", err.kind)
    assert.equal(0, #wiki.edits)
  end)

  it("is told from a right that is lacking: no login", function()
    for _, code in ipairs({ "readapidenied", "notloggedin", "permissiondenied" }) do
      local wiki = wiki_of()
      local session = logged_in(wiki)
      wiki:fault(1, api_error(code))
      local _, err = session:post({ action = "query" })
      assert.equal(code, err.code)
      assert.equal(1, #wiki.requests)
    end
  end)

  it("is told from a missing bot right", function()
    local wiki = wiki_of()
    local session = logged_in(wiki)
    local reply, err = session:get({ action = "query", assert = "bot" })
    assert.is_nil(reply)
    assert.equal("assertbotfailed", err.code)
    assert.matches("bot", err.advice)
    assert.equal(0, logins(wiki))
    assert.equal(2, #wiki.requests)
  end)

  it("is logged in again for assert = bot, too", function()
    local wiki =
      wiki_of({ accounts = { Alice = { password = "open sesame", groups = { "bot" } } } })
    local session = logged_in(wiki)
    wiki:lose_session()
    assert(session:get({ action = "query", assert = "bot" }))
    assert.equal(1, logins(wiki))
  end)
end)

describe("whoami", function()
  it("names the user with groups and rights", function()
    local session = logged_in(wiki_of())
    local me = assert(session:whoami())
    assert.equal("Alice", me.name)
    assert.equal("clientlogin", me.method)
    assert.is_false(me.anonymous)
    assert.is_table(me.groups)
    assert.is_table(me.rights)
  end)

  it("takes anonymous for an answer, on a private wiki too", function()
    for _, private in ipairs({ false, true }) do
      local me = assert(open(wiki_of({ private = private })):whoami())
      assert.is_true(me.anonymous)
      assert.equal(0, me.id)
    end
  end)

  it("does not take a user without reading right for anonymous", function()
    local wiki = wiki_of()
    local session = logged_in(wiki)
    wiki:fault(1, api_error("readapidenied"))
    local me, err = session:whoami()
    assert.is_nil(me)
    assert.equal("readapidenied", err.code)
  end)
end)

describe("fetch", function()
  local function with_pages()
    local wiki = wiki_of({
      pages = {
        ["Special:Plain"] = function()
          return "plain"
        end,
        ["Special:Away"] = function()
          return { status = 302, headers = { Location = "https://idp.example.org/a?code=1" } }
        end,
        ["Special:Near"] = function()
          return { status = 302, headers = { Location = "/w/index.php?title=Special:Plain" } }
        end,
        ["Special:Loop"] = function()
          return { status = 302, headers = { Location = "/w/index.php?title=Special:Loop" } }
        end,
      },
    })
    return open(wiki), wiki
  end

  it("gets a page beside api.php", function()
    local session = with_pages()
    local response = assert(session:fetch("index.php?title=Special:Plain"))
    assert.equal(200, response.status)
    assert.equal("plain", response.body)
  end)

  it("follows redirects inside the origin", function()
    local session, wiki = with_pages()
    local response = assert(session:fetch("index.php?title=Special:Near"))
    assert.equal("plain", response.body)
    assert.equal(2, #wiki.requests)
  end)

  it("hands a foreign redirect back", function()
    local session, wiki = with_pages()
    local response = assert(session:fetch("index.php?title=Special:Away"))
    assert.equal(302, response.status)
    assert.equal("https://idp.example.org/a?code=1", response.location)
    assert.equal(1, #wiki.requests)
  end)

  it("follows none after a POST, and ends in a circle", function()
    local session, wiki = with_pages()
    local opts = { method = "POST", params = { a = "b" } }
    local response = assert(session:fetch("index.php?title=Special:Near", opts))
    assert.equal(302, response.status)
    assert.equal(1, #wiki.requests)
    local _, err = session:fetch("index.php?title=Special:Loop")
    assert.equal("redirect-loop", err.code)
  end)

  it("goes to no other origin", function()
    local session, wiki = with_pages()
    local response, err = session:fetch("https://evil.example/")
    assert.is_nil(response)
    assert.equal("origin", err.code)
    assert.equal(0, #wiki.requests)
  end)

  it("raises for unknown options", function()
    local session = with_pages()
    local fine, message = pcall(function()
      session:fetch("index.php", { cookie = false })
    end)
    assert.is_false(fine)
    assert.matches("session_spec.*did you mean 'cookies'", message)
  end)
end)

describe("http beyond loopback", function()
  local HTTP = "http://wiki.example.org/w/api.php"

  local function open_http(answer, options)
    local wiki = wiki_of()
    local asked = {}
    local opts = { user_agent = "spec" }
    for name, value in pairs(options or {}) do
      opts[name] = value
    end
    function opts.transport(request)
      asked[#asked + 1] = request
      if request.url:find("^https:") then
        return wiki.transport(request)
      end
      return answer(request)
    end
    return assert(mwlogin.open(HTTP, opts)), asked
  end

  local function moved(to)
    return function()
      return { status = 301, headers = { Location = to }, body = "" }
    end
  end

  it("moves to https before the first secret, where the wiki redirects there", function()
    local session, asked = open_http(moved("https://wiki.example.org/w/api.php?action=query"))
    local me = assert(session:login({ username = "Alice", password = "open sesame" }))
    assert.equal("Alice", me.name)
    assert.equal("https://wiki.example.org/w/api.php", session.api)
    assert.equal("GET", asked[1].method)
    assert.is_nil(asked[1].headers.Cookie)
    for position = 2, #asked do
      assert.matches("^https:", asked[position].url)
    end
    assert.equal(4, #asked)
  end)

  it("sends no password where the wiki stays with http", function()
    local wiki = testing.wiki({ api = HTTP, accounts = { Alice = { password = "open sesame" } } })
    local session = assert(mwlogin.open(HTTP, { transport = wiki.transport, user_agent = "spec" }))
    local me, err = session:login({ username = "Alice", password = "open sesame" })
    assert.is_nil(me)
    assert.equal("tls", err.kind)
    assert.is_string(err.advice)
    for _, request in ipairs(wiki.requests) do
      assert.is_nil(request.params.password)
    end
  end)

  it("sends it under insecure_http", function()
    local wiki = testing.wiki({ api = HTTP, accounts = { Alice = { password = "open sesame" } } })
    local session = assert(mwlogin.open(HTTP, {
      transport = wiki.transport,
      user_agent = "spec",
      insecure_http = true,
    }))
    assert(session:login({ username = "Alice", password = "open sesame" }))
  end)

  it("says so each time when the wiki redirects somewhere else", function()
    local session = open_http(moved("https://evil.example/w/api.php"))
    for _ = 1, 2 do
      local reply, err = session:get({ action = "query" })
      assert.is_nil(reply)
      assert.equal("redirect", err.code)
      assert.matches("evil.example", err.message)
    end
  end)
end)

describe("https", function()
  local folder, server, address

  local function run(command)
    local pipe = assert(io.popen(command .. " 2>&1"))
    local output = pipe:read("a")
    pipe:close()
    return output
  end

  -- A web server with a certificate of its own authority; it answers an HTML page.
  lazy_setup(function()
    folder = run("mktemp -d -t mwlogin-tls.XXXXXX"):match("[^\n]+")
    run(
      ("cd %s && openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out cert -days 2 "):format(
        folder
      ) .. "-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"
    )
    server = assert(core.process({
      "openssl",
      "s_server",
      "-accept",
      "127.0.0.1:0",
      "-key",
      folder .. "/key",
      "-cert",
      folder .. "/cert",
      "-www",
    }, { stdout = "pipe", stderr = "null" }))
    local port
    repeat
      local line = assert(server:read(1, { stop = "\n", timeout = 20 }))
      port = line:match("ACCEPT [^\n]*:(%d+)")
    until port
    address = ("127.0.0.1:%s/api.php"):format(port)
  end)

  lazy_teardown(function()
    server:close()
    run("rm -r " .. folder)
  end)

  local function refused(kind, code, url, options)
    local opts = { user_agent = "spec" }
    for name, value in pairs(options or {}) do
      opts[name] = value
    end
    local session <close> = assert(mwlogin.open(url, opts))
    local me, err = session:login({ username = "Alice", password = "open sesame" })
    assert.is_nil(me)
    assert.equal(kind, err.kind)
    assert.equal(code, err.code)
    assert.is_string(err.advice)
  end

  it("of an unknown authority is not believed, and known by ca_file it is", function()
    refused("tls", "certificate_self_signed", "https://" .. address)
    refused("protocol", "html", "https://" .. address, { ca_file = folder .. "/cert" })
  end)

  it("with a ca_file that is none is an error", function()
    refused("tls", "ca_file", "https://" .. address, { ca_file = folder .. "/missing" })
  end)

  it("where nobody listens is an error at once", function()
    refused("network", "connect", "https://127.0.0.1:1/api.php")
  end)
end)

describe("the end", function()
  it("logout ends the session on the wiki and empties the jar", function()
    local wiki = wiki_of()
    local session = logged_in(wiki)
    local cookies = session:export_cookies()
    assert.is_true(#cookies > 0)
    assert(session:logout())
    assert.same({}, session:export_cookies())
    assert.is_true(session:whoami().anonymous)
    session:import_cookies(cookies)
    assert.is_true(session:whoami().anonymous)
  end)

  it("logout of a session that is gone already is fine", function()
    local wiki = wiki_of()
    local session = logged_in(wiki)
    wiki:lose_session()
    assert.is_true(session:logout())
    assert.is_true(open(wiki):logout())
  end)

  it("logout that did not reach the wiki may be repeated", function()
    local wiki = wiki_of()
    local session = logged_in(wiki)
    wiki:fault(1, "cable cut")
    local done, err = session:logout()
    assert.is_nil(done)
    assert.equal("network", err.kind)
    assert.is_true(session:logout())
    assert.is_true(session:whoami().anonymous)
  end)

  it("cookies go from one Session to another", function()
    local wiki = wiki_of()
    local one, other = logged_in(wiki), open(wiki)
    assert.is_true(other:import_cookies(one:export_cookies()) > 0)
    assert.equal("Alice", other:whoami().name)
    assert.has_error(function()
      other:import_cookies(3)
    end)
  end)

  it("close is idempotent, and a closed Session raises", function()
    local wiki = wiki_of()
    local session = logged_in(wiki)
    session:close()
    session:close()
    assert.matches("closed", tostring(session))
    for _, name in ipairs({
      "get",
      "post",
      "fetch",
      "token",
      "whoami",
      "logout",
      "login",
      "export_cookies",
      "import_cookies",
    }) do
      local fine, message = pcall(function()
        local _ = session[name](session, {})
      end)
      assert.is_false(fine)
      assert.matches("session_spec.*this Session is closed", message)
    end
    assert.equal(0, #wiki.requests)
  end)

  it("close wipes what was kept for logging in again", function()
    local session = logged_in(wiki_of())
    local kept = session.kept[1]
    assert.equal("open sesame", kept:reveal())
    session:close()
    assert.has_error(function()
      kept:reveal()
    end)
  end)

  it("comes with the block, and with the garbage collector", function()
    local wiki = wiki_of()
    local kept
    do
      local session <close> = open(wiki)
      kept = session
    end
    assert.is_true(kept.closed)
    open(wiki)
    collectgarbage()
    collectgarbage()
  end)
end)
