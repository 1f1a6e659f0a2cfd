-- Whole dialogues through the real core with a strict scripted wiki: what the wiki makes of them.
package.path = "./?.lua;./?/init.lua;" .. package.path
local flow_module = require("mwlogin.flow")
local opened = require("spec.flow.opened")
local scripted_wiki = require("spec.flow.scripted_wiki")
local secret = require("mwlogin.secret")

local wiki_of, log_in, sent = scripted_wiki.wiki_of, scripted_wiki.log_in, scripted_wiki.sent

local KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

describe("a login", function()
  it("with name and password costs three requests", function()
    local wiki = wiki_of({})
    local step, err = log_in(wiki)
    assert(step, err)
    assert.equal("Alice", step.identity.name)
    assert.is_true(step.identity.id > 0)
    assert.equal(3, #wiki.requests)
  end)

  it("shows no secret in the trace", function()
    local wiki = wiki_of({ accounts = { Alice = { password = "open sesame", totp = KEY } } })
    local _, _, session = log_in(wiki, { answers = { OATHToken = "000000" } })
    local text = table.concat(session.lines, "\n")
    assert.is_true(#session.lines > 2)
    for _, word in ipairs({ "open sesame", "open+sesame", "open%20sesame", "000000" }) do
      assert.is_nil(text:find(word, 1, true))
    end
  end)

  it("has what a handler logs in its trace, without secrets and control characters", function()
    local wiki = wiki_of({ accounts = { Alice = { password = "open sesame", totp = KEY } } })
    local teller = {
      name = "Teller",
      kinds = { "TOTPAuthenticationRequest" },
      answer = function(_, _, context)
        context.log("open sesame, then \27[2J a code")
      end,
    }
    local _, err, session = log_in(wiki, { handlers = { teller } })
    assert.equal("interaction", err.kind)
    local text = table.concat(session.lines, "\n")
    assert.matches("Teller", text)
    assert.matches("%*%*%*, then .*a code", text)
    assert.is_nil(text:find("open sesame", 1, true))
    assert.is_nil(text:find("\27", 1, true))
  end)

  it("shows no one-time code that a wiki repeats, though it is not marked (T30)", function()
    local wiki = wiki_of({ accounts = { Alice = { password = "open sesame", totp = KEY } } })
    wiki:fault(3, { body = '{"errors":[{"code":"x","text":"871204 is no code"}]}' })
    local _, err, session = log_in(wiki, { answers = { OATHToken = "871204" } })
    assert.equal("x", err.code)
    assert.equal("*** is no code", err.message)
    assert.is_nil(table.concat(session.lines, "\n"):find("871204", 1, true))
  end)

  it("with a wrong password is refused, once", function()
    local wiki = wiki_of({})
    local step, err = log_in(wiki, { password = "wrong" })
    assert.is_nil(step)
    assert.equal("wrongpassword", err.code)
    assert.equal(1, #sent(wiki, "clientlogin"))
  end)

  it("of a private wiki works", function()
    assert(log_in(wiki_of({ private = true })))
  end)

  it("with a second factor sends a code of the key", function()
    local wiki = wiki_of({ accounts = { Alice = { password = "open sesame", totp = KEY } } })
    local step, err = log_in(wiki, { answers = { OATHToken = secret.totp(KEY) } })
    assert(step, err)
    assert.matches("^%d%d%d%d%d%d$", sent(wiki, "clientlogin")[2].OATHToken)
  end)

  it("with a second factor works by the handler's configuration", function()
    local key = KEY:reverse():gsub("[^A-Z2-7]", "A")
    local wiki = wiki_of({ accounts = { Alice = { password = "open sesame", totp = key } } })
    local step, err = log_in(wiki, {
      handlers = { { use = "mwlogin.handlers.totp", config = { secret = key } } },
    })
    assert(step, err)
  end)

  -- a period of one second, so that the wait for the next code is short
  local OTHER_KEY <const> = "otpauth://totp/Alice?secret=JBSWY3DPEHPK3PXP&period=1"

  for what, options in pairs({
    ["an answer's key"] = { answers = { OATHToken = secret.totp(OTHER_KEY) } },
    ["a handler's key"] = {
      handlers = { { use = "mwlogin.handlers.totp", config = { secret = OTHER_KEY } } },
    },
  }) do
    it("gives three codes of " .. what .. " that is wrong, then says so", function()
      local wiki = wiki_of({ accounts = { Alice = { password = "open sesame", totp = KEY } } })
      local step, err = log_in(wiki, options)
      assert.is_nil(step)
      assert.equal("refused", err.kind)
      assert.equal("oathauth-login-failed", err.code)
      assert.matches("refused 3 one%-time codes", err.message)
      assert.matches("clock", err.advice)
      local codes = {}
      for position = 2, 4 do
        local code = sent(wiki, "clientlogin")[position].OATHToken
        assert.is_nil(codes[code])
        codes[code] = true
      end
      assert.equal(4, #sent(wiki, "clientlogin"))
    end)
  end

  it("with recovery codes tries the next where one was used before", function()
    local factor = { secret = KEY, scratch = { "FIRST3", "SECOND4" } }
    local wiki = wiki_of({ accounts = { Alice = { password = "open sesame", totp = factor } } })
    local use = { use = "mwlogin.handlers.recovery_codes" }
    use.config = { codes = { "FIRST3", "SECOND4" } }
    assert(log_in(wiki, { handlers = { use } }))
    wiki.requests = {}
    local step, err, session = log_in(wiki, { handlers = { use } })
    assert(step, err)
    local tried = sent(wiki, "clientlogin")
    assert.equal("FIRST3", tried[2].OATHToken)
    assert.equal("SECOND4", tried[3].OATHToken)
    assert.is_nil(table.concat(session.lines, "\n"):find("SECOND4", 1, true))
    step, err = log_in(wiki, { handlers = { use } })
    assert.is_nil(step)
    assert.equal("interaction", err.kind)
    assert.is_true(err.step.rejected)
  end)

  it("without the second factor names the field", function()
    local wiki = wiki_of({ accounts = { Alice = { password = "open sesame", totp = KEY } } })
    local step, err = log_in(wiki)
    assert.is_nil(step)
    assert.equal("interaction", err.kind)
    assert.same({ "OATHToken" }, err.fields)
  end)

  it("with a wrong code is asked again, and goes on by hand", function()
    local key = KEY:gsub("G", "M")
    local wiki = wiki_of({ accounts = { Alice = { password = "open sesame", totp = key } } })
    local step, err = log_in(wiki, { answers = { OATHToken = "000000" } })
    assert.is_nil(step)
    assert.equal("interaction", err.kind)
    assert.is_true(err.step.rejected)
    local code = secret.totp(key):read()
    assert.equal("PASS", assert(err.flow:submit({ OATHToken = code })).status)
  end)

  it("with a mailed code reads it after the wiki sent it", function()
    local wiki = wiki_of({
      accounts = {
        Alice = { password = "open sesame", email_auth = true, email = "alice@example.org" },
      },
    })
    local step, err = log_in(wiki, {
      answers = {
        token = function()
          local mail = wiki.mails[#wiki.mails]
          return tostring(mail.code or mail.text or mail.body):match("%d%d%d%d%d%d")
        end,
      },
    })
    assert(step, err)
  end)

  it("skips a new password that need not be, and sets none", function()
    local accounts = { Alice = { password = "open sesame", new_password = "soft" } }
    local wiki = wiki_of({ accounts = accounts })
    assert(log_in(wiki))
    assert(log_in(wiki))
  end)

  it("sets a forced new password only from retype", function()
    local accounts = { Alice = { password = "open sesame", new_password = "hard" } }
    local wiki = wiki_of({ accounts = accounts })
    local _, err = log_in(wiki)
    assert.equal("interaction", err.kind)
    assert.same({ "retype" }, err.fields)
    assert(log_in(wiki, { answers = { retype = "a much longer one" } }))
    assert(log_in(wiki, { password = "a much longer one" }))
  end)

  it("after three bad ones learns that a captcha is wanted, and answers it", function()
    local wiki = wiki_of({ captcha = { question = "Capital of France?", answer = "Paris" } })
    for _ = 1, 2 do
      log_in(wiki, { password = "wrong" })
    end
    local _, err = log_in(wiki, { password = "wrong" })
    assert.is_true(err.captcha)
    assert(log_in(wiki, { answers = { captchaWord = "Paris" } }))
  end)

  it("names a captcha before anything is submitted", function()
    local wiki = wiki_of({ captcha = { question = "Capital?", answer = "Paris", always = true } })
    local step, err = log_in(wiki)
    assert.is_nil(step)
    assert.equal("interaction", err.kind)
    assert.same({ "captchaWord" }, err.fields)
    assert.equal(0, #sent(wiki, "clientlogin"))
    step = assert(err.flow:submit({ captchaWord = "Paris" }))
    assert.equal("PASS", step.status)
  end)

  it("answers each captcha once: another try has another one", function()
    local wiki = wiki_of({ captcha = { question = "2 + 2", answer = "4", always = true } })
    local session = opened.on(wiki)
    for _, word in ipairs({ "5", "4" }) do
      flow_module.new(session):run({
        username = "Alice",
        password = "open sesame",
        answers = { captchaWord = word },
      })
    end
    local tries = sent(wiki, "clientlogin")
    assert.equal(2, #tries)
    assert.not_equal(tries[1].captchaId, tries[2].captchaId)
    assert.equal("Alice", session:whoami().name)
  end)

  it("works a sum out", function()
    local wiki = wiki_of({
      captcha = { question = "68 \u{2212} 5", answer = "63", type = "simple", always = true },
    })
    local step, err = log_in(wiki)
    assert(step, err)
  end)

  it("ends where the wiki is throttled", function()
    local wiki = wiki_of({})
    for _ = 1, 5 do
      log_in(wiki, { password = "wrong" })
    end
    local _, err = log_in(wiki)
    assert.equal("throttled", err.kind)
    assert.equal("login-throttled", err.code)
  end)

  it("begins afresh when the session is lost in the middle", function()
    local wiki = wiki_of({
      steps = { { id = "ColourRequest", fields = { { name = "colour", type = "string" } } } },
    })
    local lost = false
    local step, err = log_in(wiki, {
      answers = {
        colour = function()
          if not lost then
            lost = true
            wiki:lose_session()
          end
          return "red"
        end,
      },
    })
    assert(step, err)
    assert.equal(4, #sent(wiki, "clientlogin"))
  end)

  it("is over when the wiki fails inside", function()
    local wiki = wiki_of({
      steps = {
        {
          id = "BrokenRequest",
          fields = { { name = "x", type = "string" } },
          continue = function()
            error("bug")
          end,
          begin = function()
            return {
              status = "UI",
              message = "?",
              requests = {
                { id = "BrokenRequest", fields = { { name = "x", type = "string" } } },
              },
            }
          end,
        },
      },
    })
    local step, err = log_in(wiki, { answers = { x = "1" } })
    assert.is_nil(step)
    assert.matches("^internal_api_error", err.code)
    assert.equal(2, #sent(wiki, "clientlogin"))
  end)

  it("with a wiki that asks for ever ends", function()
    local wiki = wiki_of({
      steps = {
        {
          id = "EverRequest",
          fields = { { name = "x", type = "string" } },
          answer = { x = "never" },
        },
      },
    })
    local _, err = log_in(wiki, {
      respond = function()
        return { x = "a" }
      end,
    })
    assert.equal("too-many-repeats", err.code)
  end)
end)

describe("createaccount", function()
  it("fills retype from the password and sends mail and name even when empty", function()
    local wiki = wiki_of({})
    local session = opened.on(wiki)
    local flow = flow_module.new(session, "createaccount")
    local step, err = flow:run({
      username = "Carol",
      password = "long enough one",
      answers = { email = "carol@example.org" },
    })
    assert(step, err)
    assert.equal("Carol", step.username)
    local params = sent(wiki, "createaccount")[1]
    assert.equal("", params.realname)
    assert.equal("carol@example.org", params.email)
    assert.equal("carol@example.org", wiki.accounts.Carol.email)
    assert(log_in(wiki, { username = "Carol", password = "long enough one" }))
  end)

  it("logs nobody in", function()
    local wiki = wiki_of({})
    local session = opened.on(wiki)
    local step, err = flow_module.new(session, "createaccount"):run({
      username = "Carol",
      password = "long enough one",
      answers = { email = "" },
    })
    assert(step, err)
    assert.is_nil(step.identity)
    assert.is_nil(session.identity)
    assert.is_true(session:whoami().anonymous)
  end)
end)
