-- The built-in handlers, each asked by itself.
package.path = "./?.lua;" .. package.path
local authrequest = require("mwlogin.authrequest")
local core = require("mwlogin.core")
local S = require("spec.flow.scripted_session")

local function request(id, fields, more)
  return authrequest.read({ S.request(id, fields, more) })[1]
end

local function ask(name, asked, context)
  local handler = require("mwlogin.handlers." .. name)
  local made = { config = {}, state = {}, given = {}, attempt = 1, step = { status = "UI" } }
  for key, value in pairs(context or {}) do
    made[key] = value
  end
  return handler:answer(asked, made)
end

local function captcha(metadata, question)
  return request("CaptchaAuthenticationRequest", {
    { name = "captchaId", type = "hidden", value = "1" },
    { name = "captchaInfo", type = "null", value = question },
    { name = "captchaWord", type = "string" },
  }, { metadata = metadata })
end

describe("captcha", function()
  it("works sums out, the minus of U+2212 too", function()
    local sums = {
      ["37 + 4"] = "41",
      ["68 \u{2212} 5"] = "63",
      ["5 \u{2212} 68"] = "-63",
      ["<span>8</span> - 3 = ?"] = "5",
      ["7&#8722;2"] = "5",
    }
    for question, result in pairs(sums) do
      local answer = ask("captcha", captcha({ type = "simple" }, question))
      assert.same({ captchaWord = result }, answer)
    end
  end)

  it("leaves other questions to others", function()
    assert.is_nil(ask("captcha", captcha({ type = "question" }, "Capital of France?")))
    assert.is_nil(ask("captcha", captcha({ type = "question" }, "Is it 3 + 4?")))
    assert.is_nil(ask("captcha", captcha({ type = "image", mime = "image/png" }, "/index.php?3+4")))
  end)

  it("answers questions it was told the answers of", function()
    local config = { answers = { ["Capital of France?"] = "Paris" } }
    local asked = captcha({ type = "question" }, "Capital of <b>France</b>?")
    assert.same({ captchaWord = "Paris" }, ask("captcha", asked, { config = config }))
  end)

  for kind, name in pairs({
    hcaptcha = "hCaptcha",
    recaptchanocaptcha = "reCAPTCHA",
    turnstile = "Turnstile",
  }) do
    it("explains " .. name, function()
      local asked = request("CaptchaAuthenticationRequest", {
        { name = "captchaWord", type = "string" },
      }, { metadata = { type = kind, key = "site\27key" } })
      local answer, err = ask("captcha", asked)
      assert.is_nil(answer)
      assert.equal("interaction", err.kind)
      assert.matches(name, err.message)
      assert.matches("sitekey", err.message)
      assert.matches("captchaWord", err.advice)
    end)
  end

  it("that runs in a page takes the token a script got for it", function()
    local testing = require("mwlogin.testing")
    local wiki = testing.wiki({
      accounts = { Alice = { password = "open sesame" } },
      captcha = { type = "hcaptcha", answer = "P1_token", always = true },
    })
    local flow = require("mwlogin.flow").new(require("spec.flow.opened").on(wiki))
    local step, err = flow:run({
      username = "Alice",
      password = "open sesame",
      answers = { captchaWord = "P1_token" },
    })
    assert(step, err)
    assert.equal("P1_token", wiki.requests[2].params.captchaWord)
    assert.is_nil(wiki.requests[2].params.captchaId)
  end)
end)

describe("totp", function()
  local asked = request("TOTPAuthenticationRequest", { { name = "OATHToken", type = "string" } })

  it("gives a code of its key, and nothing without one", function()
    local function code(key)
      return "code of " .. key
    end
    local context = { config = { secret = "K" }, totp = code }
    assert.same({ OATHToken = "code of K" }, ask("totp", asked, context))
    assert.is_nil(ask("totp", asked))
  end)

  it("hands on why there is no code", function()
    local reason = { kind = "refused", code = "oathauth-login-failed" }
    local function none()
      return nil, reason
    end
    local code, err = ask("totp", asked, { config = { secret = "K" }, totp = none })
    assert.is_nil(code)
    assert.equal(reason, err)
  end)
end)

describe("recovery codes", function()
  it("are used one after the other, in the field there is", function()
    local new = request("RecoveryCodesAuthenticationRequest", {
      { name = "RecoveryCode", type = "string" },
    })
    local old = request("TOTPAuthenticationRequest", { { name = "OATHToken", type = "string" } })
    local context = { config = { codes = { "A", "B" } }, state = {} }
    assert.same({ RecoveryCode = "A" }, ask("recovery_codes", new, context))
    assert.same({ OATHToken = "B" }, ask("recovery_codes", old, context))
    assert.is_nil(ask("recovery_codes", old, context))
  end)
end)

describe("password", function()
  local function form(options)
    return request("PasswordDomainAuthenticationRequest", {
      { name = "username", type = "string" },
      { name = "password", type = "password" },
      { name = "domain", type = "select", options = options },
    })
  end
  local one = { { value = "local", label = "Local" } }
  local two = { { value = "local", label = "Local" }, { value = "ldap", label = "LDAP" } }

  it("takes the only domain, the configured one, or none", function()
    assert.same({ domain = "local" }, ask("password", form(one)))
    assert.is_nil(ask("password", form(two)))
    local config = { domain = "ldap" }
    assert.same({ domain = "ldap" }, ask("password", form(two), { config = config }))
  end)
end)

describe("email code", function()
  local asked = request("EmailAuthAuthenticationRequest", { { name = "token", type = "string" } })

  it("is read from its source, without blanks", function()
    local config = {
      code = function()
        return core.secret(" 123 456\n")
      end,
    }
    assert.same({ token = "123456" }, ask("email_code", asked, { config = config }))
    assert.is_nil(ask("email_code", asked))
  end)

  it("that cannot be read stops", function()
    local config = {
      code = function()
        return nil, "no mail"
      end,
    }
    local answer, err = ask("email_code", asked, { config = config })
    assert.is_nil(answer)
    assert.matches("no mail", tostring(err))
  end)
end)

describe("remember me", function()
  local asked = request("RememberMeAuthenticationRequest", {
    { name = "rememberMe", type = "checkbox", optional = true },
  }, { required = "optional" })

  it("speaks in START and RESTART only, and says yes only when told", function()
    for status, speaks in pairs({ START = true, RESTART = true, UI = false }) do
      local context = { step = { status = status }, remember = true }
      assert.same(speaks and { rememberMe = true } or nil, ask("remember_me", asked, context))
    end
    local unsaid = ask("remember_me", asked, { step = { status = "START" } })
    assert.same({ rememberMe = false }, unsaid)
  end)
end)

describe("pluggable auth", function()
  local asked = request("MediaWiki\\Extension\\PluggableAuth\\BeginAuthenticationRequest:p1", {
    { name = "p1", type = "button", label = "Log in with Example" },
  })

  it("presses its button; a configured one by name or label", function()
    assert.same({ p1 = true }, ask("pluggable_auth", asked))
    for _, button in ipairs({ "p1", "Log in with Example" }) do
      local context = { config = { button = button } }
      assert.same({ p1 = true }, ask("pluggable_auth", asked, context))
    end
    assert.is_nil(ask("pluggable_auth", asked, { config = { button = "p2" } }))
  end)
end)

describe("openid", function()
  local asked = request("OpenIDAuthenticationRequest", {
    { name = "openIdProvider", type = "string" },
    { name = "useOpenId", type = "button" },
  })

  it("presses the button beside a provider that is named", function()
    assert.is_nil(ask("openid", asked))
    assert.same({ useOpenId = true }, ask("openid", asked, { given = { openIdProvider = true } }))
    local config = { provider = "openid.example.net" }
    local expected = { useOpenId = true, openIdProvider = "openid.example.net" }
    assert.same(expected, ask("openid", asked, { config = config }))
  end)
end)

describe("confirm link", function()
  it("presses OK after a link that failed", function()
    local asked = request("ButtonAuthenticationRequest:linkOk", {
      { name = "linkOk", type = "button" },
    })
    assert.same({ linkOk = true }, ask("confirm_link", asked))
  end)
end)
