-- Dialogues with a real MediaWiki: captchas, second factor, new passwords.
package.path = "./?.lua;./?/init.lua;" .. package.path
local picture = require("mwlogin.respond.picture")
local real_login = require("spec.flow.real_login")
local real_wiki = require("spec.wiki")
local secret = require("mwlogin.secret")
local shared = require("spec.shared")

local log_in = real_login.log_in

describe("captchas of a real wiki", function()
  local ALWAYS = "$wgCaptchaBadLoginAttempts = 0;"

  it("a question; a wrong answer is told from a wrong password", function()
    local wiki <close> = real_wiki.start({
      extensions = { "ConfirmEdit/QuestyCaptcha" },
      settings = ALWAYS,
    })
    local step, err = log_in(wiki, { answers = { captchaWord = "Paris" } })
    assert(step, err)
    step, err = log_in(wiki, { answers = { captchaWord = "Rome" } })
    assert.is_nil(step)
    assert.equal("refused", err.kind)
    assert.matches("captcha", err.advice)
    step, err = log_in(wiki)
    assert.is_nil(step)
    assert.equal("interaction", err.kind)
    assert.same({ "captchaWord" }, err.fields)
  end)

  it("a sum is worked out", function()
    local wiki <close> = real_wiki.start({ extensions = { "ConfirmEdit" }, settings = ALWAYS })
    for _ = 1, 3 do
      local step, err = log_in(wiki)
      assert(step, err)
    end
  end)

  it("a picture is fetched with the session's cookies and read", function()
    local wiki <close> = real_wiki.start({
      extensions = { "ConfirmEdit/FancyCaptcha" },
      settings = ALWAYS,
    })
    local seen
    local step, err = log_in(wiki, {
      answers = {
        captchaWord = function(_, context)
          local address = picture.field(context.request).value
          seen = assert(context.show_image(address))
          local file = assert(io.open(seen, "rb"))
          local word = assert(wiki:read_image(file:read("a")))
          file:close()
          return word
        end,
      },
    })
    assert(step, err)
    assert.is_nil(io.open(seen))
  end)

  it("one that comes after bad logins is noticed (T7)", function()
    local wiki <close> = real_wiki.start({ extensions = { "ConfirmEdit/QuestyCaptcha" } })
    local err
    for _ = 1, 3 do
      _, err = log_in(wiki, { password = "no" })
    end
    assert.equal("wrongpassword", err.code)
    assert.is_true(err.captcha)
    assert(log_in(wiki, { answers = { captchaWord = "Paris" } }))
  end)
end)

describe("the second factor of a real wiki", function()
  local key
  local wiki = shared(real_wiki.start, { extensions = { "OATHAuth" } })

  lazy_setup(function()
    key = wiki:two_factor("Alice")
  end)

  before_each(function()
    wiki:forget_throttles()
  end)

  it("wrong, then right; the key of a source", function()
    local step, err = log_in(wiki, { answers = { OATHToken = "000000" } })
    assert.is_nil(step)
    assert.is_true(err.step.rejected)
    assert.equal("oathauth-login-failed", err.step.code)
    step, err = err.flow:submit({ OATHToken = wiki:app_code(key) })
    assert(step, err)
    assert.equal("PASS", step.status)
    wiki:forget_used_codes()
    step, err = log_in(wiki, { answers = { OATHToken = secret.totp(key) } })
    assert(step, err)
    assert.equal("Alice", step.identity.name)
  end)

  it("the same code twice is refused, and another asked for", function()
    wiki:forget_used_codes()
    local code = wiki:app_code(key)
    assert(log_in(wiki, { answers = { OATHToken = code } }))
    local step, err = log_in(wiki, { answers = { OATHToken = code } })
    assert.is_nil(step)
    assert.equal("interaction", err.kind)
    assert.is_true(err.step.rejected)
  end)

  it("throttled: no further code is given away", function()
    wiki:set("$wgRateLimits['badoath'] = [ 'user' => [ 1, 60 ], '&can-bypass' => false ];")
    local asked = 0
    local _, err = log_in(wiki, {
      answers = {
        OATHToken = function()
          asked = asked + 1
          return ("%06d"):format(asked)
        end,
      },
    })
    assert.equal("throttled", err.kind)
    assert.equal("oathauth-throttled", err.code)
    assert.is_true(asked <= 2)
    wiki:set("")
  end)
end)

describe("passwords that must be changed on a real wiki", function()
  local wiki = shared(real_wiki.start, { extensions = { "MwloginTest" } })

  it("soft: skipped, and nothing is set", function()
    wiki:expire_password("Alice", "soft")
    assert(log_in(wiki))
    wiki:expire_password("Alice", "never")
    assert(log_in(wiki))
  end)

  it("hard: only by an explicit new one", function()
    wiki:expire_password("Alice", "hard")
    local old = secret(wiki.accounts.Alice)
    local step, err = log_in(wiki, {
      password = function()
        return old
      end,
    })
    assert.is_nil(step)
    assert.same({ "retype" }, err.fields)
    wiki:mark()
    step, err = log_in(wiki, { answers = { retype = "A much newer one 5" } })
    assert(step, err)
    local received = wiki:received()
    assert.equal(2, #received)
    assert.same({ username = "Alice", password = wiki.accounts.Alice }, received[1].fields)
    local new = { password = "A much newer one 5", retype = "A much newer one 5" }
    assert.same(new, received[2].fields)
    assert(log_in(wiki, { password = "A much newer one 5" }))
  end)

  it("temporary: the same", function()
    local temporary = wiki:temporary_password("Bob")
    local options = { username = "Bob", password = temporary }
    options.answers = { retype = "Something new for Bob 7" }
    local step, err = log_in(wiki, options)
    assert(step, err)
    assert(log_in(wiki, { username = "Bob", password = "Something new for Bob 7" }))
  end)
end)
