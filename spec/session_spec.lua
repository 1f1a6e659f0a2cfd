-- A Session: what goes out, what is made of a faulty reply, how it ends.
package.path = "./?.lua;" .. package.path
local scripted = require("spec.session.scripted")

local wiki_of, open, logged_in = scripted.wiki_of, scripted.open, scripted.logged_in

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

  it("a get with a token goes as POST: no address holds one", function()
    local wiki = wiki_of()
    local session = open(wiki)
    session:get({ action = "checktoken", type = "csrf" }, { token = "csrf" })
    local request = wiki.requests[#wiki.requests]
    assert.equal("POST", request.method)
    assert.equal("+\\", request.params.token)
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
        session:get({ action = "query" }, { tken = "csrf" })
      end,
      function()
        session:fetch()
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
      "flow",
      "export_cookies",
      "import_cookies",
    }) do
      local fine, message = pcall(function()
        local _ = session[name](session, name ~= "flow" and {} or "login")
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
