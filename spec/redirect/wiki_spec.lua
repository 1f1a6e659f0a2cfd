package.path = "./?.lua;./?/init.lua;" .. package.path

local mwlogin = require("mwlogin")
local openid = require("spec.wiki.provider")
local person = require("spec.wiki.person")
local shared = require("spec.shared")
local stand = require("spec.redirect.stand")
local wiki = require("spec.wiki")

local NO_SCREEN = { DISPLAY = false, WAYLAND_DISPLAY = false, BROWSER = false }
local CODE = { ["TwoFactorAuthenticationRequest.code"] = "817420" }

for _, host in ipairs({ "localhost", "127.0.0.1" }) do
  describe("a real wiki on " .. host .. " with a real OpenID provider", function()
    local session, before
    local one = shared(wiki.start, {
      host = host,
      extensions = { "MwloginTest", "ConfirmEdit/QuestyCaptcha" },
    })
    local provider = shared(openid.for_wiki, one)

    before_each(function()
      one:forget_throttles()
      before = stand.left_behind()
      session = assert(mwlogin.open(one.api, { user_agent = "mwlogin-spec/1" }))
    end)

    after_each(function()
      stand.restore_environment()
      stand.remove_programs()
      session:close()
      stand.nothing_left_since(before)
    end)

    local function switch(names, more)
      one:set(("$wgMwloginTest = [ %s ]; %s %s"):format(names, more or "", provider.settings))
      one:mark()
    end

    local function driving(name, answer)
      return {
        name = "Person",
        redirect = function(_, step, context)
          return context.browse(step, function(page)
            assert(page:fill("#login", name))
            assert(page:fill("#password", mwlogin.secret(provider.accounts[name])))
            assert(page:click("#submit"))
            assert(page:click(answer == "deny" and "#deny" or "#allow"))
          end)
        end,
      }
    end

    -- A person who is shown the address, goes there and pastes what the address bar ends in.
    local function pasting(name, answer)
      return function(step)
        local field = step.requests[1].fields[1]
        return { [field.name] = person.walk(provider, field.help:match("http%S+"), name, answer) }
      end
    end

    local function answers(more)
      local all = { openIdProvider = "openid.example.net", useOpenId = true }
      for key, value in pairs(more or {}) do
        all[key] = value
      end
      return all
    end

    local function sent_code_once()
      local received = one:received()
      assert.equal(3, #received)
      assert.equal("OpenIdConnectResponseAuthenticationRequest", received[2].step)
      assert.same({ code = "817420" }, received[3].fields)
      assert.not_equal("817420", received[2].fields.code)
    end

    for _, engine in ipairs({ "pipe", "WebDriver" }) do
      it("is logged in to through a browser of our own, by " .. engine, function()
        if engine == "WebDriver" then
          stand.environment({ MWLOGIN_BROWSER = "/nowhere/chromium" })
        end
        switch("'OpenId', 'Code'")
        local me = assert(session:login({
          answers = answers(CODE),
          handlers = { driving("alice") },
        }))
        assert.equal("Alice", me.name)
        assert.equal("Alice", assert(session:whoami()).name)
        sent_code_once()
      end)

      it("is logged in to where nothing comes back but the browser, by " .. engine, function()
        if engine == "WebDriver" then
          stand.environment({ MWLOGIN_BROWSER = "/nowhere/chromium" })
        end
        switch("'Pluggable'")
        local me = assert(session:login({
          answers = { pluggableauthlogin0 = true },
          handlers = { driving("alice") },
        }))
        assert.equal("Alice", me.name)
      end)
    end

    it("needs no browser where the wiki's own hops lead back", function()
      stand.environment({ MWLOGIN_NO_BROWSER = "1" })
      switch("'Pluggable'")
      assert.equal(
        "Alice",
        assert(session:login({ answers = { pluggableauthlogin1 = true } })).name
      )
    end)

    it("is logged in to by pasting, straight and by the fragment", function()
      stand.environment(NO_SCREEN)
      switch("'OpenId', 'Code'")
      local me = assert(session:login({
        answers = answers(CODE),
        respond = pasting("alice"),
        redirect = "paste",
      }))
      assert.equal("Alice", me.name)
      sent_code_once()
      one:mark()
      me = assert(session:login({
        answers = answers({
          openIdProvider = "straight.example.net",
          ["TwoFactorAuthenticationRequest.code"] = "817420",
        }),
        respond = pasting("alice"),
        redirect = "auto",
      }))
      assert.equal("Alice", me.name)
      sent_code_once()
    end)

    it("is logged in to with the person's own browser where the way back is straight", function()
      stand.environment({
        BROWSER = stand.program(
          ("exec lua5.4 spec/redirect/walker.lua %s alice '%s' allow \"$1\""):format(
            provider.issuer,
            provider.accounts.alice
          )
        ),
      })
      switch("'OpenId'")
      local me = assert(session:login({
        answers = answers({ openIdProvider = "straight.example.net" }),
        redirect = "external",
      }))
      assert.equal("Alice", me.name)
    end)

    local cookie_wanted = {
      ["example 22"] = { "'OpenId', 'Code'", answers(CODE) },
      PluggableAuth = { "'Pluggable'", { pluggableauthlogin0 = true } },
    }
    for name, case in pairs(cookie_wanted) do
      it("refuses the system's browser on " .. name .. " and says why (T22)", function()
        local opened = os.tmpname()
        stand.environment({ BROWSER = stand.program("echo opened >> " .. opened) })
        switch(case[1])
        local me, err = session:login({ answers = case[2], redirect = "external" })
        assert.is_nil(me)
        assert.equal("interaction", err.kind)
        assert.equal("wrong_way", err.code)
        assert.truthy(err.message:find("session cookie", 1, true))
        assert.truthy(err.message:find('"external" would end on an error page', 1, true))
        assert.truthy(err.advice:find('redirect = "driven"', 1, true))
        assert.equal("REDIRECT", err.step.status)
        assert.equal(1, #one:received())
        local file = assert(io.open(opened))
        assert.equal("", file:read("a"))
        file:close()
        os.remove(opened)
      end)
    end

    it("is not gone on with before the browser came back, so that the login lives", function()
      switch("'OpenId', 'Code'")
      local me, err = session:login({ answers = answers(CODE) })
      assert.is_nil(me)
      assert.equal("interaction", err.kind)
      assert.equal("REDIRECT", err.step.status)
      assert.equal(1, #one:received())
      local step, early = err.flow:submit({ code = "1", state = "2" })
      assert.is_nil(step)
      assert.equal("redirect-pending", early.code)
      assert.equal(1, #one:received())
      step, early = err.flow:returned("http://127.0.0.1:2/elsewhere?code=1&state=2")
      assert.is_nil(step)
      assert.equal("foreign-address", early.code)
      assert.equal(1, #one:received())
    end)

    it("says so when the person refuses at the provider", function()
      switch("'OpenId'")
      local me, err = session:login({
        answers = answers(),
        handlers = { driving("alice", "deny") },
      })
      assert.is_nil(me)
      assert.equal("refused", err.kind)
      assert.equal("access_denied", err.code)
    end)

    it("gets an account made for whom it does not know, in one login", function()
      switch("'OpenId'", "$wgCaptchaTriggers['createaccount'] = false;")
      local handler = driving("stranger")
      function handler.restart()
        return { createaccount = { username = "Stranger" .. host:gsub("[^%w]", "") } }
      end
      local me = assert(session:login({ answers = answers(), handlers = { handler } }))
      assert.equal("Stranger" .. host:gsub("[^%w]", ""), me.name)
      local actions = {}
      for _, received in ipairs(one:received()) do
        actions[#actions + 1] = received.action
      end
      assert.same({ "login", "login", "create", "login", "login" }, actions)
    end)
  end)
end
