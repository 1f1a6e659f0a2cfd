-- The scripted wiki against the real one: the same dialogues with both, every reply compared whole.
-- Where they differ the scripted one is wrong.
package.path = "./?.lua;./?/init.lua;" .. package.path

local real_wiki = require("spec.wiki")
local side_by_side = require("spec.testing.side_by_side")
local testing = require("mwlogin.testing")

local RETURN = "http://example.org/back"

describe("the scripted wiki and the real one agree", function()
  local real, scripted, passwords, secret

  local function hold(dialogue)
    local real_said, scripted_said = side_by_side.hold(real, scripted, dialogue)
    assert.is_true(#real_said > 0)
    for index, said in ipairs(real_said) do
      assert.same(said, scripted_said[index], "reply " .. index)
    end
  end

  describe("without extensions", function()
    setup(function()
      real = real_wiki.start({ extensions = { "OATHAuth" } })
      passwords, secret = real.accounts, real:two_factor("Bob")
    end)

    teardown(function()
      real:stop()
    end)

    before_each(function()
      real:sql("DELETE FROM objectcache WHERE keyname LIKE '%throttler%'", "wikicache")
      scripted = testing.wiki({
        version = "1.39",
        name = "mwlogin test wiki",
        api = "http://127.0.0.1:1/api.php",
        accounts = {
          Alice = {
            password = passwords.Alice,
            botpasswords = { app = real.botpassword.password },
          },
          Bob = { password = passwords.Bob, totp = secret },
          Carol = { password = passwords.Carol, groups = { "sysop", "bureaucrat", "bot" } },
        },
      })
    end)

    local function alice(more)
      local values = { username = "Alice", password = passwords.Alice }
      for name, value in pairs(more or {}) do
        values[name] = value
      end
      return values
    end

    it("on the forms", function()
      hold(function(client, say)
        say(
          client.get({ meta = "authmanagerinfo|tokens", type = "login", amirequestsfor = "login" })
        )
        local others = { "create", "link", "change", "login-continue", "create-continue" }
        for _, action in ipairs(others) do
          say(client.get({ meta = "authmanagerinfo", amirequestsfor = action }))
        end
        say(client.get({ meta = "authmanagerinfo" }))
      end)
    end)

    it("on sessions and their cookies", function()
      hold(function(client, say)
        client.jar.wiki_session = ("0123456789abcdef"):rep(2)
        say(client.get({ meta = "userinfo" }))
        client.jar.wiki_BPsession = ("0123456789abcdef"):rep(2)
        say(client.get({ meta = "userinfo" }))
        say(client.start(alice()))
        say(client.get({ meta = "tokens", type = "csrf|login" }))
        client.jar.wikiUserID = nil
        say(client.get({ meta = "userinfo" }))
        client.start(alice({ rememberMe = "1" }))
        client.jar.wiki_session = nil
        say(client.get({ meta = "userinfo" }))
        client.jar.wikiToken = "x" .. client.jar.wikiToken:sub(2)
        say(client.get({ meta = "userinfo" }))
        client.start(alice())
        client.jar.wikiUserName = "Bob"
        say(client.get({ meta = "userinfo" }))
      end)
    end)

    it("on action=login", function()
      hold(function(client, say)
        local function login(more)
          local params = { action = "login", lgname = "Alice", lgpassword = "nope" }
          for name, value in pairs(more) do
            params[name] = value
          end
          say(client.post(params))
        end
        login({ errorformat = "plaintext" })
        login({ lgtoken = "" })
        local token = client.token("login")
        login({ lgtoken = token, lgname = "", lgpassword = "" })
        for _, format in ipairs({ "bc", "html", "raw", "none" }) do
          login({ lgtoken = token, errorformat = format })
        end
        login({ lgtoken = token, lgname = "Bob", lgpassword = passwords.Bob, errorformat = "raw" })
        login({ lgtoken = token, lgname = "Carol", lgpassword = passwords.Carol })
        login({ lgtoken = token })
        client.jar = {}
        login({ lgtoken = token })
      end)
    end)

    it("on a bot password session", function()
      hold(function(client, say)
        local function login(token)
          local params = { action = "login", lgname = "Alice@app", lgtoken = token }
          params.lgpassword = real.botpassword.password
          say(client.post(params))
        end
        login(client.token("login"))
        say(client.get({ meta = "userinfo", uiprop = "groups" }))
        say(
          client.get({ meta = "authmanagerinfo|tokens", type = "csrf", amirequestsfor = "login" })
        )
        login()
        login("zz+\\")
        login(client.token("login"))
        say(client.start(alice()))
        local account = { username = "Zed", password = "long enough 1", retype = "long enough 1" }
        account.action, account.createreturnurl = "createaccount", RETURN
        account.createtoken = client.token("createaccount")
        say(client.post(account))
        say(client.post({ action = "logout", token = client.token("csrf") }))
        say(client.get({ meta = "userinfo" }))
      end)
    end)

    it("on a second factor, and on what a new begin does to it", function()
      hold(function(client, say)
        say(client.start({ username = "bob", password = passwords.Bob }))
        say(client.get({ meta = "authmanagerinfo", amirequestsfor = "login-continue" }))
        for _, values in ipairs({ { OATHToken = "000000" }, { OATHToken = "" }, {} }) do
          say(client.continue(values))
        end
        say(client.start(alice({ password = "wrong" })))
        say(client.start({ username = "Alice" }))
        say(client.continue({ OATHToken = "000000" }))
      end)
    end)

    it("on the throttle", function()
      hold(function(client, say)
        for _ = 1, 6 do
          say(client.start({ username = "carol", password = "no" }))
        end
        local right = { username = "Carol", password = passwords.Carol }
        say(client.start(right, { loginmessageformat = "raw" }))
        local params = { action = "login", lgname = "Carol", lgpassword = passwords.Carol }
        params.lgtoken, params.errorformat = client.token("login"), "raw"
        say(client.post(params))
      end)
    end)

    it("on what is wrong with a request, and on which fault is told first", function()
      hold(function(client, say)
        local token = client.token("login")
        for _, params in ipairs({
          {},
          { logintoken = "" },
          { logintoken = "x" },
          { logintoken = token },
          { logintoken = token, loginreturnurl = "urn:x" },
          { logintoken = token, loginreturnurl = "relative" },
          { logintoken = token, loginreturnurl = "http://" },
          { logintoken = token, loginreturnurl = RETURN, loginmessageformat = "bogus" },
          { logintoken = token, loginreturnurl = RETURN, logincontinue = "1" },
          { action = "linkaccount" },
          { action = "linkaccount", linktoken = "+\\" },
          { action = "createaccount", createtoken = client.token("createaccount") },
          { action = "edit", title = "X", token = "+\\" },
          { action = "edit", text = "x", token = "+\\" },
        }) do
          params.action = params.action or "clientlogin"
          say(client.post(params))
        end
        for _, params in ipairs({
          { action = "clientlogin" },
          { action = "login" },
          { action = "logout" },
          { meta = "tokens", type = "bogus" },
          { meta = "tokens" },
          { meta = "userinfo", errorformat = "bogus" },
          { meta = "userinfo", bogus = "1", ["a.b"] = "2", errorformat = "plaintext" },
          { meta = "userinfo", assert = "bogus" },
          { meta = "userinfo", assertuser = "" },
          { meta = "userinfo", assertuser = "alice" },
        }) do
          say(client.get(params))
        end
      end)
    end)

    it("on creating accounts", function()
      hold(function(client, say)
        local token = client.token("createaccount")
        local function create(values)
          values.action, values.createtoken = "createaccount", token
          values.createreturnurl = RETURN
          say(client.post(values))
        end
        local good = "long enough 1"
        create({ username = "Newone", password = good, retype = good })
        local function whole(username, password, retype)
          local values = { username = username, password = password, retype = retype }
          values.email, values.realname = "", ""
          create(values)
        end
        whole("Newtwo", "short", "short")
        whole("Newtwo", good, "other")
        whole("Alice", good, good)
        whole("a@b", good, good)
        whole("Newthree")
        whole(nil, good, good)
        say(client.post({ action = "createaccount", createtoken = token, createcontinue = "1" }))
        say(client.get({ meta = "userinfo" }))
      end)
    end)

    it("on logging out, twice", function()
      hold(function(client, say)
        client.start(alice())
        local token = client.token("csrf")
        say(client.post({ action = "logout" }))
        say(client.post({ action = "logout", token = "x" }))
        say(client.post({ action = "logout", token = token }))
        say(client.post({ action = "logout", token = "+\\" }))
        say(client.get({ meta = "userinfo" }))
      end)
    end)
  end)

  it("on a captcha", function()
    real = real_wiki.start({ extensions = { "ConfirmEdit/QuestyCaptcha" } })
    scripted = testing.wiki({
      name = "mwlogin test wiki",
      api = "http://127.0.0.1:1/api.php",
      accounts = { Alice = { password = real.accounts.Alice } },
      captcha = { question = "What is the capital of France?", answer = "Paris" },
    })
    local alice = { username = "Alice", password = real.accounts.Alice }
    hold(function(client, say)
      local id
      local function form()
        local reply = client.get({ meta = "authmanagerinfo", amirequestsfor = "login" })
        local fields = reply.query.authmanagerinfo.requests[1].fields
        if fields.captchaId then
          id, fields.captchaId.value = fields.captchaId.value, "id"
        end
        say(reply)
      end
      form()
      for _ = 1, 3 do
        say(client.start({ username = "Alice", password = "no" }))
      end
      form()
      say(client.start(alice))
      say(client.start({
        username = "Alice",
        password = alice.password,
        captchaId = id,
        captchaWord = "Paris",
      }))
    end)
    real:stop()
  end)
end)
