local alice = require("spec.testing.alice")
local capture = require("spec.testing.capture")
local cookie_client = require("spec.testing.cookie_client")
local testing = require("mwlogin.testing")

-- The indented lines at the head of the file, as code.
local function example_in(path)
  local lines = {}
  for line in io.lines(path) do
    local code = line:match("^%-%-%-     (.*)$") or line:match("^%-%-%-()$") and ""
    if code then
      lines[#lines + 1] = code
    elseif line:find("^%-%-%- ?## ") then
      break
    end
  end
  return table.concat(lines, "\n")
end

describe("testing.wiki", function()
  it("does what the example at its head says", function()
    local example = example_in("lua/mwlogin/testing.lua")
    assert.truthy(example:find("session:login", 1, true))
    assert(load(example, "=example"))()
  end)

  it("names an option nobody knows", function()
    assert.has_error(function()
      testing.wiki({ acounts = {} })
    end, "testing.wiki does not know the option 'acounts'")
  end)

  it("refuses a step and an account that are misspelt", function()
    assert.has_error(function()
      testing.wiki({ steps = { { id = "X", feilds = {} } } })
    end)
    assert.has_error(function()
      testing.wiki({ accounts = { Alice = { pasword = "x" } } })
    end)
  end)

  describe("versions", function()
    it("before 1.27 know only action=login", function()
      local _, client = alice.wiki({ version = "1.26" })
      assert.equal("unknown_action", cookie_client.code_of(client.post({ action = "clientlogin" })))
      local reply =
        client.get({ meta = "authmanagerinfo|tokens", type = "login", amirequestsfor = "login" })
      assert.is_nil(reply.query.authmanagerinfo)
      assert.is_nil(reply.query.tokens.logintoken)
      assert.truthy(reply.warnings)
      local params = { action = "login", lgname = "Alice", lgpassword = "no" }
      params.lgtoken = client.post(params).login.token
      assert.equal("WrongPass", client.post(params).login.result)
      params.lgpassword = "open sesame"
      assert.equal("wiki", client.post(params).login.cookieprefix)
    end)

    it("name a missing parameter each in their way", function()
      for version, code in pairs({
        ["1.31"] = "notoken",
        ["1.34"] = "nologintoken",
        ["1.39"] = "missingparam",
      }) do
        local _, client = alice.wiki({ version = version })
        local reply = client.post({ action = "clientlogin", loginreturnurl = "http://e.org/" })
        assert.equal(code, cookie_client.code_of(reply))
      end
    end)

    it("up to 1.34 answer NeedToken to a lost session", function()
      local _, client = alice.wiki({ version = "1.34" })
      local params = { action = "login", lgname = "Alice", lgpassword = "x", lgtoken = "abc+\\" }
      assert.equal("NeedToken", client.post(params).login.result)
    end)

    it("from 1.43 warn when nobody logs out", function()
      local _, client = alice.wiki({ version = "1.43" })
      local reply = client.post({ action = "logout", token = "+\\" })
      assert.same(capture.read("logout-anon-mw143"), reply)
      local _, older = alice.wiki()
      assert.same({}, older.post({ action = "logout", token = "+\\" }))
    end)
  end)

  describe("pages and faults", function()
    it("a page of the wiki names api.php; a script's page sees the session", function()
      local seen
      local step = {
        id = "Odd",
        fields = { { name = "answer" } },
        begin = function(_, context)
          context.session.riddle = "42"
          return { status = "UI", requests = { { id = "Odd", fields = { { name = "answer" } } } } }
        end,
        check = function(values, context)
          return values.answer == context.session.riddle
        end,
      }
      local wiki, client = alice.wiki({
        steps = { step },
        pages = {
          ["Special:Riddle"] = function(page)
            seen = page
            return page.session and page.session.riddle or { status = 403 }
          end,
        },
      })
      local main = client.send("GET", "https://wiki.example.org/")
      assert.truthy(main.body:find(wiki.api .. "?action=rsd", 1, true))
      client.start(alice.LOGIN)
      local url = "https://wiki.example.org/w/index.php?title=Special:Riddle"
      local stranger = cookie_client.new(wiki)
      assert.equal(403, stranger.send("GET", url).status)
      assert.equal("42", client.send("GET", url).body)
      assert.equal("GET", seen.method)
      assert.equal("PASS", client.continue({ answer = "42" }).status)
    end)

    it("any request can fail in any way", function()
      local wiki, client = alice.wiki()
      wiki:fault(2, { status = 503, headers = { ["Retry-After"] = "1" }, body = "down" })
      wiki:fault(3, "Connection reset by peer")
      assert.truthy(client.token("login"))
      assert.equal(503, client.send("GET", wiki.api).status)
      assert.equal("Connection reset by peer", select(2, client.send("GET", wiki.api)))
      wiki:answer_next(function(_, real)
        real()
        return nil, "timed out"
      end)
      client.post({ action = "edit", title = "T", text = "x", token = "+\\" })
      assert.equal(1, #wiki.edits)
    end)

    it("every request is there to be looked at, in the order of its parameters", function()
      local wiki, client = alice.wiki()
      client.send(
        "POST",
        wiki.api,
        "action=query&b=2&a=%2B%5C&list%5B%5D=1&list%5B%5D=2&format=json"
      )
      local request = wiki.requests[1]
      assert.equal("query", request.action)
      assert.equal("+\\", request.params.a)
      assert.same({ "1", "2" }, request.params.list)
      assert.same({ "b", "2" }, request.sent[2])
    end)

    it("an upload arrives byte for byte", function()
      local wiki, client = alice.wiki()
      client.start(alice.LOGIN)
      local reply = client.send("POST", wiki.api, {
        { name = "action", value = "upload" },
        { name = "format", value = "json" },
        { name = "filename", value = "A.bin" },
        { name = "token", value = client.token("csrf") },
        { name = "file", filename = "a.bin", type = "application/octet-stream", body = "\0\255" },
      })
      assert.truthy(reply.body:find("Success", 1, true))
      assert.equal("\0\255", wiki.uploads[1].bytes)
    end)
  end)
end)
