-- Errors: one shape, and what to do in a sentence.
local advice = require("mwlogin.advice")
local errors = require("mwlogin.error")

describe("an error", function()
  local function wrong()
    return errors.new({ kind = "refused", code = "wrongpassword", message = "Wrong\npassword." })
  end

  it("reads as one line: what happened, and what to do", function()
    local text = tostring(wrong())
    assert.matches("^Wrong password%. Check user name and password", text)
    assert.is_nil(text:find("\n"))
  end)

  it("joins with text on either side", function()
    assert.matches("^login: Wrong password", "login: " .. wrong())
    assert.matches(" %(exit 1%)$", wrong() .. " (exit 1)")
  end)

  it("is told from other tables", function()
    assert.is_true(errors.is(wrong()))
    assert.is_false(errors.is({ kind = "refused" }))
    assert.is_false(errors.is("refused"))
    assert.equal("mwlogin.Error", getmetatable(wrong()).__name)
  end)

  it("keeps the advice it was given", function()
    local err = errors.new({ kind = "api", code = "badtoken", message = "m", advice = "Do so." })
    assert.equal("m. Do so.", tostring(err))
    err.message = "there is no 'dor'; did you mean 'door'?"
    assert.equal("there is no 'dor'; did you mean 'door'? Do so.", tostring(err))
    err.message = "module not found:"
    assert.equal("module not found. Do so.", tostring(err))
  end)

  it("of the core gains advice and what else is known", function()
    local err = errors.from(
      { kind = "network", code = "resolve", message = "No host" },
      { step = 1 }
    )
    assert.equal(1, err.step)
    assert.matches("spelling", err.advice)
  end)

  it("of an unknown kind is a mistake of ours", function()
    assert.has_error(function()
      errors.new({ kind = "oops" })
    end)
  end)
end)

describe("advice", function()
  -- what MediaWiki, OATHAuth, ConfirmEdit and OAuth are known to say
  local codes = [[
    NeedToken WrongToken wrongpassword wrongpasswordempty authmanager-authn-no-primary
    login-throttled sessionlost botpasswords-needs-reset botpasswords-locked
    api-login-fail-aborted api-login-fail-aborted-nobotpw api-login-fail-badsessionprovider
    api-login-fail-sameorigin authmanager-authn-not-in-progress authmanager-authn-no-local-user
    authmanager-authn-no-local-user-link authmanager-authn-autocreate-failed login-userblocked
    userlogin-cannot-login captcha-login-required fatalpassworderror badretype
    oathauth-login-failed oathauth-throttled emailauth-login-failure emailauth-login-retry-limit
    oathauth-2fa-required-nologin resetpass-validity resetpass-validity-soft resetpass-expired
    resetpass-expired-soft resetpass-temp-emailed oathauth-auth-ui emailauth-login-message
    badtoken missingparam mustbeposted mustpostparams badvalue assertuserfailed
    assertnameduserfailed assertbotfailed assertanonfailed baduser readapidenied readonly maxlag
    ratelimited acct_creation_throttle_hit mwoauth-invalid-authorization reauthenticate
    cannotreauthenticate notloggedin cannotlogout badrequest invalidmethod contenttoolarge
    internal_api_error_TypeError nologintoken badurl_loginreturnurl
  ]]

  it("is a sentence of its own for every code of the protocol", function()
    local general = advice.of({ kind = "api", code = "never seen" })
    for code in codes:gmatch("%S+") do
      local said = advice.of({ kind = "api", code = code })
      assert.is_string(said, code)
      assert.not_equal(general, said, code)
      assert.matches("%.$", said, code)
    end
  end)

  it("falls back to the kind", function()
    for kind in ("network tls http protocol api refused throttled"):gmatch("%a+") do
      assert.matches("%.$", advice.of({ kind = kind, code = "never seen" }))
    end
  end)
end)
