local cjson = require("cjson")
local one_time_codes = require("mwlogin.testing.one_time_codes")
local ordered_json = require("mwlogin.testing.ordered_json")
local sha1 = require("mwlogin.testing.sha1")
local testing = require("mwlogin.testing")

local SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
local BOT_SECRET = "0123456789abcdefghijklmnopqrstuv"
local PASSWORD_ID = "MediaWiki\\Auth\\PasswordAuthenticationRequest"

local function encode(text)
  return (tostring(text):gsub("[^%w._~-]", function(char)
    return ("%%%02X"):format(char:byte())
  end))
end

local function form(params)
  local names, parts = {}, {}
  for name in pairs(params) do
    names[#names + 1] = name
  end
  table.sort(names)
  for _, name in ipairs(names) do
    local value = params[name]
    for _, item in ipairs(type(value) == "table" and value or { value }) do
      parts[#parts + 1] = encode(name) .. "=" .. encode(item)
    end
  end
  return table.concat(parts, "&")
end

-- A client as small as one can be that keeps its cookies.
local function new_client(wiki)
  local client = { jar = {}, wiki = wiki }

  local function cookie_header()
    local parts = {}
    for name, value in pairs(client.jar) do
      parts[#parts + 1] = name .. "=" .. value
    end
    table.sort(parts)
    return #parts > 0 and table.concat(parts, "; ") or nil
  end

  function client.send(method, url, body, headers)
    headers = headers or {}
    headers.Cookie = cookie_header()
    if type(body) == "string" then
      headers["Content-Type"] = headers["Content-Type"] or "application/x-www-form-urlencoded"
    end
    local reply, problem =
      wiki.transport({ method = method, url = url, headers = headers, body = body })
    if not reply then
      return nil, problem
    end
    client.cookies = reply.headers["Set-Cookie"] or {}
    for _, line in ipairs(client.cookies) do
      local name, value = line:match("^([^=]+)=([^;]*)")
      client.jar[name] = value ~= "deleted" and value or nil
    end
    return reply
  end

  function client.call(method, params)
    local all = { format = "json", formatversion = "2" }
    for name, value in pairs(params) do
      all[name] = value
    end
    local reply, problem
    if method == "GET" then
      reply, problem = client.send("GET", wiki.api .. "?" .. form(all))
    else
      reply, problem = client.send("POST", wiki.api, form(all))
    end
    client.reply = reply
    if not reply then
      return nil, problem
    end
    return cjson.decode(reply.body), reply
  end

  function client.get(params)
    params.action = params.action or "query"
    return client.call("GET", params)
  end

  function client.post(params)
    return client.call("POST", params)
  end

  function client.token(kind)
    local reply = client.get({ meta = "tokens", type = kind })
    return reply.query.tokens[kind .. "token"]
  end

  function client.start(values, more)
    local params = { action = "clientlogin", logintoken = client.token("login") }
    params.loginreturnurl = "http://example.org/back"
    for _, extra in ipairs({ values, more or {} }) do
      for name, value in pairs(extra) do
        params[name] = value
      end
    end
    return client.post(params).clientlogin
  end

  function client.continue(values, token)
    local params = { action = "clientlogin", logincontinue = "1" }
    params.logintoken = token or client.token("login")
    for name, value in pairs(values) do
      params[name] = value
    end
    return client.post(params).clientlogin
  end

  function client.whoami()
    return client.get({ meta = "userinfo" }).query.userinfo
  end

  return client
end

local function code_of(reply)
  return reply.error and reply.error.code
end

local function alice(more)
  more = more or {}
  local account = more.account or {}
  account.password = account.password or "open sesame"
  local options = { accounts = { Alice = account, Bob = { password = "bobs own" } } }
  for name, value in pairs(more) do
    if name ~= "account" then
      options[name] = value
    end
  end
  local wiki = testing.wiki(options)
  return wiki, new_client(wiki)
end

local LOGIN = { username = "Alice", password = "open sesame" }

local function login(more)
  local values = { username = "Alice", password = "open sesame" }
  for name, value in pairs(more or {}) do
    values[name] = value
  end
  return values
end

-- Same keys, same kinds of values, all the way down; `ignore` names keys not looked into.
local function shape(value, path, list)
  list = list or {}
  if type(value) ~= "table" then
    list[#list + 1] = path .. ":" .. type(value)
    return list
  end
  for key, item in pairs(value) do
    shape(item, path .. "/" .. tostring(key), list)
  end
  table.sort(list)
  return list
end

local function capture(name)
  local file = assert(io.open("spec/captures/" .. name .. ".json"))
  local text = file:read("a")
  file:close()
  return cjson.decode(text).response.json
end

local function assert_same_shape(name, reply)
  assert.same(shape(capture(name), ""), shape(reply, ""))
end

describe("testing.wiki", function()
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

  describe("the order of JSON keys", function()
    it("is that in which they were set", function()
      local object = ordered_json.object("zeta", 1, "alpha", { true, "x" }, "empty", {})
      object:set("map", ordered_json.object())
      local text = ordered_json.encode(object)
      assert.equal('{"zeta":1,"alpha":[true,"x"],"empty":[],"map":{}}', text)
    end)

    it("drops false and empties true in formatversion 1", function()
      local object = ordered_json.object("yes", true, "no", false)
      assert.equal('{"yes":""}', ordered_json.encode(object, true))
    end)
  end)

  describe("one-time codes", function()
    it("are those of RFC 6238", function()
      assert.equal("a9993e364706816aba3e25717850c26c9cd0d89d", sha1.hex("abc"))
      assert.equal("94287082", one_time_codes.at(SECRET, 59 // 30, 8))
    end)

    it("work once, and no older one after them", function()
      local factor = { secret = SECRET, scratch = { "SCRATCH" } }
      local now = 1111111109
      local code = one_time_codes.at(SECRET, now // 30)
      local older = one_time_codes.at(SECRET, now // 30 - 1)
      assert.is_true(one_time_codes.accept(factor, code, now))
      assert.is_false(one_time_codes.accept(factor, code, now))
      assert.is_false(one_time_codes.accept(factor, older, now))
      assert.is_true(one_time_codes.accept(factor, "SCRATCH", now))
      assert.is_false(one_time_codes.accept(factor, "SCRATCH", now))
    end)
  end)

  describe("the login form", function()
    it("has the shape of the captured one", function()
      local _, client = alice()
      local reply = client.get({
        meta = "authmanagerinfo|tokens",
        amirequestsfor = "login",
        type = "login",
      })
      assert.same(capture("authmanagerinfo-login").query.authmanagerinfo, reply.query.authmanagerinfo)
      assert_same_shape("authmanagerinfo-login", reply)
    end)

    it("lists username before password", function()
      local _, client = alice()
      client.get({ meta = "authmanagerinfo", amirequestsfor = "login" })
      local body = client.reply.body
      assert.is_true(body:find('"username":', 1, true) < body:find('"password":', 1, true))
    end)

    it("knows formatversion 1 and merged fields", function()
      local _, client = alice()
      local reply = client.get({
        meta = "authmanagerinfo|tokens",
        type = "login",
        amirequestsfor = "login",
        formatversion = "1",
      })
      assert_same_shape("authmanagerinfo-formatversion1", reply)
      reply = client.get({
        meta = "authmanagerinfo",
        amirequestsfor = "login",
        amimergerequestfields = "1",
        amimessageformat = "none",
      })
      assert.same(capture("authmanagerinfo-login-merged"), reply)
    end)

    it("has no rememberMe where the wiki decides", function()
      local _, client = alice({ remember = "never" })
      local reply = client.get({ meta = "authmanagerinfo", amirequestsfor = "login" })
      assert.same(capture("authmanagerinfo-noremember"), reply)
    end)

    it("for an account has both requests with a username", function()
      local _, client = alice({ captcha = { question = "What is the capital of France?", answer = "Paris" } })
      local reply = client.get({ meta = "authmanagerinfo", amirequestsfor = "create" })
      local expected = capture("authmanagerinfo-create")
      local requests = reply.query.authmanagerinfo.requests
      requests[1].fields.captchaId.value =
        expected.query.authmanagerinfo.requests[1].fields.captchaId.value
      assert.same(expected, reply)
    end)
  end)

  describe("clientlogin", function()
    it("passes with the right password, and sets the cookies of a login", function()
      local _, client = alice()
      local answer = client.start(LOGIN)
      assert.same({ status = "PASS", username = "Alice" }, answer)
      assert.equal(3, #client.cookies)
      assert.truthy(client.cookies[2]:find("^wikiUserID=%d+; expires=.* GMT; Max%-Age=2592000;"))
      assert.is_nil(client.jar.wikiToken)
      assert.equal("Alice", client.whoami().name)
    end)

    it("keeps a Token cookie only when told to remember", function()
      local _, client = alice()
      client.start(login({ rememberMe = "1" }))
      assert.truthy(client.jar.wikiToken)
      assert.truthy(client.cookies[4]:find("Max-Age=15552000", 1, true))
    end)

    it("replaces the session at PASS, and kills every token", function()
      local _, client = alice()
      local token = client.token("login")
      local before = client.jar.wiki_session
      client.start(LOGIN)
      assert.not_equal(before, client.jar.wiki_session)
      local params = login({ action = "clientlogin", logintoken = token })
      params.loginreturnurl = "http://example.org/"
      local reply = client.post(params)
      assert_same_shape("clientlogin-stale-login-token", reply)
      assert.equal("badtoken", client.reply.headers["MediaWiki-API-Error"])
    end)

    it("answers FAIL to a wrong password and to an unknown user alike", function()
      local _, client = alice()
      for _, values in ipairs({ login({ password = "no" }), login({ username = "Nobody" }) }) do
        local answer = client.start(values)
        assert.same(capture("clientlogin-fail-wrongpassword").clientlogin, answer)
      end
    end)

    it("speaks in four message formats", function()
      local _, client = alice()
      local wrong = login({ password = "no" })
      local raw = client.start(wrong, { loginmessageformat = "raw" })
      assert.same(capture("clientlogin-fail-raw").clientlogin, raw)
      local none = client.start(wrong, { loginmessageformat = "none" })
      assert.same(capture("clientlogin-fail-none").clientlogin, none)
      assert.equal("string", type(client.start(wrong, { loginmessageformat = "html" }).message))
    end)

    it("drops the password request without a word when a field is missing or empty", function()
      local _, client = alice()
      local missing = client.start({ username = "Alice" })
      assert.same(capture("clientlogin-fail-missing-field").clientlogin, missing)
      local empty = client.start(login({ password = "" }))
      assert.equal("authmanager-authn-no-primary", empty.messagecode)
    end)

    it("takes a flag for true whatever its value", function()
      local _, client = alice()
      local token = client.token("login")
      local params = login({ action = "clientlogin", logintoken = token, logincontinue = "0" })
      local reply = client.post(params)
      assert.same(capture("clientlogin-continue0").clientlogin, reply.clientlogin)
      local warning = "Unrecognized parameters: password, username."
      assert.equal(warning, reply.warnings.main.warnings)
    end)

    it("wants a token, an address, and secrets in the body", function()
      local wiki, client = alice()
      local reply = client.post(login({ action = "clientlogin", loginreturnurl = "http://e.org/" }))
      assert_same_shape("clientlogin-missing-token", reply)
      local token = client.token("login")
      reply = client.post(login({ action = "clientlogin", logintoken = token }))
      assert_same_shape("clientlogin-missing-returnurl", reply)
      reply = client.post({ action = "clientlogin", logintoken = token, loginreturnurl = "/relative" })
      assert.equal("badurl_loginreturnurl", code_of(reply))
      reply = client.get(login({ action = "clientlogin", logintoken = token }))
      assert.equal("mustpostparams", code_of(reply))
      local body = form({
        action = "clientlogin",
        logintoken = token,
        loginreturnurl = "http://e.org/",
        username = "Alice",
        format = "json",
      })
      local answer = client.send("POST", wiki.api .. "?password=x", body)
      assert.equal("mustpostparams", answer.headers["MediaWiki-API-Error"])
    end)

    it("does not find a token whose plus sign became a blank", function()
      local wiki, client = alice()
      local token = client.token("login")
      local body = "action=clientlogin&format=json&loginreturnurl=http%3A%2F%2Fe.org%2F&logintoken="
      local answer = client.send("POST", wiki.api, body .. token)
      assert.equal("badtoken", answer.headers["MediaWiki-API-Error"])
      answer = client.send("POST", wiki.api, body .. encode(token))
      assert.is_nil(answer.headers["MediaWiki-API-Error"])
    end)

    it("knows nobody without the session cookie", function()
      local _, client = alice({ account = { totp = SECRET } })
      assert.equal("UI", client.start(LOGIN).status)
      local token = client.token("login")
      client.jar = {}
      local reply = client.post({
        action = "clientlogin",
        logincontinue = "1",
        logintoken = token,
        OATHToken = "1",
      })
      assert_same_shape("clientlogin-session-lost", reply)
      assert.same(
        capture("clientlogin-session-lost-fresh-token").clientlogin,
        client.continue({ OATHToken = "1" })
      )
    end)

    it("reads only the requests that loginrequests names", function()
      local step = {
        primary = true,
        id = "Other",
        fields = { { name = "mode" } },
        begin = function()
          return { status = "FAIL", message = "other was read" }
        end,
      }
      local _, client = alice({ steps = { step } })
      local both = login({ mode = "x" })
      assert.equal("other_was_read", client.start(both).messagecode)
      assert.equal("PASS", client.start(both, { loginrequests = PASSWORD_ID }).status)
    end)

    it("switches the user when somebody is logged in", function()
      local _, client = alice()
      client.start(LOGIN)
      assert.equal("PASS", client.start({ username = "bob", password = "bobs own" }).status)
      assert.equal("Bob", client.whoami().name)
    end)

    it("refuses the right password after five wrong ones, until the window is over", function()
      local wiki, client = alice()
      for _ = 1, 5 do
        client.start(login({ password = "no" }))
      end
      local answer = client.start(LOGIN, { loginmessageformat = "raw" })
      assert.same(capture("clientlogin-throttled-raw").clientlogin, answer)
      assert.same(capture("clientlogin-throttled").clientlogin, client.start(LOGIN))
      wiki:advance(301)
      assert.equal("PASS", client.start(LOGIN).status)
    end)

    it("warns of a parameter no field is called", function()
      local _, client = alice()
      client.start(login({ passwort = "x" }))
      local warnings = cjson.decode(client.reply.body).warnings
      assert.equal("Unrecognized parameter: passwort.", warnings.main.warnings)
    end)
  end)

  describe("a second factor", function()
    it("is asked after the password, wrong is asked again, right passes", function()
      local wiki, client = alice({ account = { totp = SECRET }, now = 1111111109 })
      local step = client.start(login({ rememberMe = "1" }))
      local expected = capture("clientlogin-ui-totp").clientlogin
      expected.requests[1].account = "Alice"
      assert.same(expected, step)
      local pending = client.get({ meta = "authmanagerinfo", amirequestsfor = "login-continue" })
      assert.same(expected.requests, pending.query.authmanagerinfo.requests)
      local wrong = client.continue({ OATHToken = "000000" })
      assert.equal("UI", wrong.status)
      assert.equal("oathauth-login-failed", wrong.messagecode)
      local code = one_time_codes.at(SECRET, wiki:now() // 30)
      assert.equal("PASS", client.continue({ OATHToken = code }).status)
      assert.truthy(client.jar.wikiToken)
    end)

    it("does not take the code of the login before", function()
      local wiki, client = alice({ account = { totp = SECRET }, now = 1111111109 })
      local code = one_time_codes.at(SECRET, wiki:now() // 30)
      client.start(LOGIN)
      assert.equal("PASS", client.continue({ OATHToken = code }).status)
      client.start(LOGIN)
      assert.equal("UI", client.continue({ OATHToken = code }).status)
      wiki:advance(30)
      local later = one_time_codes.at(SECRET, wiki:now() // 30)
      assert.equal("PASS", client.continue({ OATHToken = later }).status)
    end)

    it("stops looking at codes after ten wrong ones in a minute", function()
      local _, client = alice({ account = { totp = SECRET } })
      client.start(LOGIN)
      for _ = 1, 10 do
        client.continue({ OATHToken = "000000" })
      end
      assert.equal("oathauth-throttled", client.continue({ OATHToken = "000000" }).messagecode)
    end)

    it("may be mailed: three wrong codes end the login", function()
      local wiki, client = alice({ account = { email_auth = true, email = "a@example.org" } })
      assert.equal("emailauth-login-message", client.start(LOGIN).messagecode)
      assert.equal("a@example.org", wiki.mails[1].to)
      assert.equal("UI", client.continue({ token = "x" }).status)
      assert.equal("UI", client.continue({ token = "x" }).status)
      assert.equal("emailauth-login-retry-limit", client.continue({ token = "x" }).messagecode)
      client.start(LOGIN)
      assert.equal("PASS", client.continue({ token = wiki.mails[2].code }).status)
    end)
  end)

  describe("a captcha", function()
    local CAPTCHA = { question = "What is the capital of France?", answer = "Paris" }

    local function ask(client)
      local reply = client.get({ meta = "authmanagerinfo", amirequestsfor = "login" })
      return reply, reply.query.authmanagerinfo.requests[1]
    end

    it("comes after three bad logins, in the form only, and looks like a wrong password", function()
      local _, client = alice({ captcha = CAPTCHA, throttle = false })
      assert.equal(PASSWORD_ID, select(2, ask(client)).id)
      for _ = 1, 3 do
        client.start(login({ password = "no" }))
      end
      assert_same_shape("authmanagerinfo-login-captcha", (ask(client)))
      assert.same(
        capture("clientlogin-captcha-demanded-but-absent").clientlogin,
        client.start(LOGIN)
      )
      local _, request = ask(client)
      local id = request.fields.captchaId.value
      local wrong = login({ captchaId = id, captchaWord = "Berlin" })
      assert.equal("wrongpassword", client.start(wrong).messagecode)
      local reused = login({ captchaId = id, captchaWord = "Paris" })
      assert.equal("wrongpassword", client.start(reused).messagecode)
    end)

    it("opens the door once, when its id is fresh", function()
      local _, client = alice({ captcha = { question = "2+2", answer = "4", always = true, type = "simple" } })
      local _, request = ask(client)
      local solved = login({ captchaId = request.fields.captchaId.value, captchaWord = "4" })
      assert.equal("PASS", client.start(solved).status)
    end)
  end)

  describe("a new password", function()
    it("is asked softly and can be skipped", function()
      local _, client = alice({ account = { new_password = "soft" } })
      assert.same(capture("clientlogin-ui-reset-soft").clientlogin, client.start(LOGIN))
      assert.equal("PASS", client.continue({ skipReset = "1" }).status)
    end)

    it("is asked hard, and compared with its retype", function()
      local wiki, client = alice({ account = { new_password = "hard" } })
      assert.same(capture("clientlogin-ui-reset-hard").clientlogin, client.start(LOGIN))
      local differs = client.continue({ password = "long enough 1", retype = "other" })
      assert.same(capture("clientlogin-ui-reset-badretype").clientlogin, differs)
      local same = { password = "long enough 1", retype = "long enough 1" }
      assert.equal("PASS", client.continue(same).status)
      assert.equal("long enough 1", wiki.accounts.Alice.password)
    end)
  end)

  describe("steps of a script", function()
    local FIELDS = {
      id = "ProtoFieldsRequest",
      metadata = { hint = "all-field-types", nested = { n = 1, list = { "a", "b" } } },
      message = "'''Please''' fill this in",
      rejected = "Request was dropped, again please",
      answer = {},
      fields = {
        { name = "pf_null", type = "null", value = "Read this first." },
        { name = "pf_string", value = "preset" },
        { name = "pf_stringopt", optional = true },
        { name = "pf_password", type = "password" },
        { name = "pf_select", type = "select", options = { { "x", "Choice X" }, { "y", "Choice Y" } } },
        {
          name = "pf_multi",
          type = "multiselect",
          optional = true,
          options = { { "m1", "Multi 1" }, { "m2", "Multi 2" }, { "3", "Multi 3" } },
        },
        { name = "pf_check", type = "checkbox", optional = true },
        { name = "pf_hidden", type = "hidden", value = "opaque-123" },
        { name = "pf_button", type = "button", optional = true },
      },
    }

    local function filled(change)
      local values = {
        pf_string = "a",
        pf_stringopt = "",
        pf_password = "p",
        pf_select = "x",
        pf_hidden = "opaque-123",
      }
      for name, value in pairs(change or {}) do
        values[name] = value or nil
      end
      return values
    end

    it("show every type of field as captured", function()
      local _, client = alice({ steps = { FIELDS } })
      assert_same_shape("clientlogin-ui-all-field-types", { clientlogin = client.start(LOGIN) })
      assert.equal("PASS", client.continue(filled()).status)
    end)

    it("are asked again when anything is amiss with one field", function()
      local without = filled()
      without.pf_stringopt = nil
      for _, values in ipairs({
        without,
        filled({ pf_select = "nope" }),
        filled({ pf_multi = "m1|3" }),
        filled({ pf_string = "" }),
      }) do
        local _, client = alice({ steps = { FIELDS } })
        client.start(LOGIN)
        local answer = client.continue(values)
        assert.equal("UI", answer.status)
        assert.equal("Request_was_dropped__again_please", answer.messagecode)
      end
    end)

    it("take a multiselect as a list, a checkbox for ticked whatever it holds", function()
      local seen
      local step = {}
      for key, value in pairs(FIELDS) do
        step[key] = value
      end
      step.answer, step.check = nil, function(values)
        seen = values
        return true
      end
      local _, client = alice({ steps = { step } })
      client.start(LOGIN)
      local list = filled({ ["pf_multi[]"] = { "m1", "3" }, pf_check = "0" })
      assert.equal("PASS", client.continue(list).status)
      assert.same({ "m1", "3" }, seen.pf_multi)
      assert.is_true(seen.pf_check)
      assert.is_false(seen.pf_button)
    end)

    it("judge an answer, count tries, and concern whom they name", function()
      local step = {
        id = "CodeRequest",
        fields = { { name = "code" } },
        answer = { code = "424242" },
        tries = 2,
        accounts = { "Alice" },
        message = "Enter",
      }
      local _, client = alice({ steps = { step } })
      assert.equal("PASS", client.start({ username = "Bob", password = "bobs own" }).status)
      assert.equal("UI", client.start(LOGIN).status)
      assert.equal("UI", client.continue({ code = "1" }).status)
      assert.equal("FAIL", client.continue({ code = "2" }).status)
      client.start(LOGIN)
      assert.equal("PASS", client.continue({ code = "424242" }).status)
    end)

    it("can redirect, and then ask for a field of the same name", function()
      local step = {
        primary = true,
        id = "ProtoBeginRequest",
        fields = { { name = "mode", type = "select", options = { { "redirect", "r" } } } },
        begin = function(_, context)
          return {
            status = "REDIRECT",
            target = "https://idp.example.org/authorize?redirect_uri=" .. context.returnurl,
            data = { idp = "example", state = "st4te", returnto = context.returnurl },
            requests = {
              { id = "ProtoReturnRequest", fields = { { name = "code" }, { name = "state" } } },
            },
          }
        end,
        continue = function(values, context)
          if not context.state.returned and values.state == "st4te" then
            context.state.returned = true
            return {
              status = "UI",
              message = "Enter your second-factor code",
              requests = { { id = "ProtoCodeRequest", fields = { { name = "code" } } } },
            }
          end
          return { status = "PASS", username = "Alice" }
        end,
      }
      local _, client = alice({ steps = { step } })
      local answer = client.start({ mode = "redirect" })
      assert_same_shape("clientlogin-redirect", { clientlogin = answer })
      answer = client.continue({ code = "idp-code-1", state = "st4te" })
      assert_same_shape("clientlogin-redirect-then-ui-same-field-name", { clientlogin = answer })
      assert.equal("PASS", client.continue({ code = "424242" }).status)
    end)

    it("that raise are an exception of the wiki, and the login is gone", function()
      local step = {
        id = "X",
        fields = { { name = "x" } },
        check = function()
          error("the sky is falling")
        end,
      }
      local wiki, client = alice({ steps = { step } })
      client.start(LOGIN)
      local token = client.token("login")
      local params = { action = "clientlogin", logintoken = token, logincontinue = "1", x = "1" }
      assert_same_shape("clientlogin-exception", client.post(params))
      assert.equal("internal_api_error_RuntimeException", client.reply.headers["MediaWiki-API-Error"])
      assert.truthy(wiki.exceptions[1]:find("the sky is falling", 1, true))
      assert.equal("authmanager-authn-not-in-progress", client.continue({ x = "1" }).messagecode)
    end)

    it("may ask for ever, or answer with a status nobody knows", function()
      local forever = {
        id = "X",
        fields = { { name = "x" } },
        check = function()
          return false, "again"
        end,
      }
      local _, client = alice({ steps = { forever } })
      client.start(LOGIN)
      for _ = 1, 30 do
        assert.equal("UI", client.continue({ x = "1" }).status)
      end
      local odd = {
        begin = function()
          return { status = "WAIT", message = "hold on" }
        end,
      }
      local _, other = alice({ steps = { odd } })
      assert.equal("WAIT", other.start(LOGIN).status)
    end)
  end)

  describe("RESTART", function()
    local function third_party(more)
      local step = {
        primary = true,
        id = "ProtoBeginRequest",
        fields = { { name = "protomode", type = "select", options = { { "nouser", "n" } } } },
        begin = function()
          return {
            status = "PASS",
            create = not more and { id = "E1" } or nil,
            link = { id = "ProtoLink:E1|pipe", label = "Proto IdP (ext E1|pipe)" },
          }
        end,
      }
      return alice({ steps = { step }, confirm_link = more })
    end

    it("lists the ways to log in, without a captcha", function()
      local _, client = third_party()
      local answer = client.start({ protomode = "nouser" })
      assert.equal("RESTART", answer.status)
      assert.is_true(answer.canpreservestate)
      assert.equal("authmanager-authn-no-local-user", answer.messagecode)
      assert.equal(3, #answer.requests)
      assert.equal("PASS", client.continue(LOGIN).status)
    end)

    it("hands the identity to a new account, which is not logged in by that", function()
      local wiki, client = third_party()
      client.start({ protomode = "nouser" })
      local info = client.get({ meta = "authmanagerinfo", amirequestsfor = "create" })
      info = info.query.authmanagerinfo
      assert.is_true(info.haspreservedstate)
      assert.is_true(info.hasprimarypreservedstate)
      local reply = client.post({
        action = "createaccount",
        createtoken = client.token("createaccount"),
        createreturnurl = "http://example.org/",
        createpreservestate = "1",
        username = "newcomer",
        email = "",
        realname = "",
      })
      assert.same({ status = "PASS", username = "Newcomer" }, reply.createaccount)
      assert.equal("E1", wiki.accounts.Newcomer.links[1].id)
      assert.equal(0, client.whoami().id)
    end)

    it("goes through local credentials to the question what to link", function()
      local wiki, client = third_party(true)
      local answer = client.start({ protomode = "nouser" })
      assert.equal("authmanager-authn-no-local-user-link", answer.messagecode)
      local step = client.continue(login({ rememberMe = "1" }))
      local expected = capture("clientlogin-restart-continue-password")
      assert.same(expected.clientlogin, step)
      assert.equal("PASS", client.continue({ ["confirmedLinkIDs[]"] = { "ProtoLink:E1|pipe" } }).status)
      assert.same({ "ProtoLink:E1|pipe" }, wiki.accounts.Alice.links)
      assert.truthy(client.jar.wikiToken)
    end)

    it("loses what was kept with the next answer", function()
      local _, client = third_party()
      client.start({ protomode = "nouser" })
      client.start(login({ password = "no" }))
      local info = client.get({ meta = "authmanagerinfo", amirequestsfor = "create" })
      assert.is_false(info.query.authmanagerinfo.haspreservedstate)
    end)
  end)

  describe("createaccount", function()
    local function create(client, values)
      local params = { action = "createaccount", createreturnurl = "http://example.org/" }
      params.createtoken = client.token("createaccount")
      for name, value in pairs(values) do
        params[name] = value
      end
      return client.post(params).createaccount
    end

    it("makes an account, and keeps mail and name only when both fields are there", function()
      local wiki, client = alice()
      local values = { username = "newbie", password = "long enough 1", retype = "long enough 1" }
      values.email = "n@example.org"
      assert.same({ status = "PASS", username = "Newbie" }, create(client, values))
      assert.is_nil(wiki.accounts.Newbie.email)
      values.username, values.realname = "newbie2", ""
      create(client, values)
      assert.equal("n@example.org", wiki.accounts.Newbie2.email)
      assert.equal(0, client.whoami().id)
    end)

    it("names what is wrong", function()
      local _, client = alice()
      local values = { username = "Newbie", password = "long enough 1", retype = "other" }
      assert.same(capture("createaccount-badretype").createaccount, create(client, values))
      values.password, values.retype = "abc", "abc"
      assert.same(capture("createaccount-weakpassword").createaccount, create(client, values))
      values.username = "alice"
      assert.same(capture("createaccount-userexists").createaccount, create(client, values))
      values.username = ""
      assert.same(capture("createaccount-noname").createaccount, create(client, values))
    end)
  end)

  describe("linkaccount", function()
    local step = {
      primary = true,
      actions = { "linkaccount" },
      id = "LinkRequest",
      fields = { { name = "proof" } },
      begin = function(values)
        if values.proof ~= "right" then
          return { status = "FAIL", message = "no proof" }
        end
        return { status = "PASS", link = { id = "idp:1" } }
      end,
    }

    it("needs a login, a csrf token, and says PASS without a name", function()
      local wiki, client = alice({ steps = { step } })
      local params = { action = "linkaccount", linkreturnurl = "http://e.org/", linktoken = "+\\" }
      assert.equal("notloggedin", code_of(client.post(params)))
      client.start(LOGIN)
      assert.equal("badtoken", code_of(client.post(params)))
      params.linktoken, params.proof = client.token("csrf"), "right"
      assert.same({ linkaccount = { status = "PASS" } }, client.post(params))
      assert.same({ "idp:1" }, wiki.accounts.Alice.links)
      local later = { action = "linkaccount", linkcontinue = "1", linktoken = client.token("csrf") }
      assert.same(capture("linkaccount-not-in-progress"), client.post(later))
    end)
  end)

  describe("action=login", function()
    local function bot_login(client, name, secret, more)
      local params = { action = "login", lgname = name, lgpassword = secret }
      params.lgtoken = client.token("login")
      for key, value in pairs(more or {}) do
        params[key] = value
      end
      return client.post(params).login
    end

    local function bot_wiki(more)
      more = more or {}
      more.account = { botpasswords = { app = BOT_SECRET }, groups = { "bot" } }
      return alice(more)
    end

    it("takes a bot password in both spellings, and names the account", function()
      for _, pair in ipairs({ { "Alice@app", BOT_SECRET }, { "Alice", "app@" .. BOT_SECRET } }) do
        local _, client = bot_wiki()
        local answer = bot_login(client, pair[1], pair[2])
        assert.equal("Success", answer.result)
        assert.equal("Alice", answer.lgusername)
        assert.truthy(client.jar.wiki_BPsession)
        assert.equal("Alice", client.whoami().name)
      end
    end)

    it("blocks every later login while the bot session lasts", function()
      local _, client = bot_wiki()
      bot_login(client, "Alice@app", BOT_SECRET)
      assert.equal("Aborted", bot_login(client, "Alice@app", BOT_SECRET).result)
      assert.same(
        capture("clientlogin-in-botpassword-session").clientlogin,
        client.start(login({ rememberMe = "1" }))
      )
      local info = client.get({ meta = "authmanagerinfo", amirequestsfor = "login" })
      local expected = capture("authmanagerinfo-in-botpassword-session")
      expected.query.authmanagerinfo.requests[1].account = "Alice"
      assert.same(expected, info)
      client.post({ action = "logout", token = client.token("csrf") })
      assert.is_nil(client.jar.wiki_BPsession)
      assert.equal("Success", bot_login(client, "Alice@app", BOT_SECRET).result)
    end)

    it("gives its reason by errorformat", function()
      local _, client = bot_wiki()
      local plain = bot_login(client, "Alice", "nope", { errorformat = "plaintext" })
      assert.same(capture("login-wrong-password-plaintext").login, plain)
      assert.same(capture("login-wrong-password").login, bot_login(client, "Alice", "nope"))
      for _ = 1, 5 do
        bot_login(client, "Alice", "nope")
      end
      local raw = bot_login(client, "Alice", "open sesame", { errorformat = "raw" })
      assert.same(capture("login-throttled-raw").login, raw)
    end)

    it("tells the three faces of a lost session apart", function()
      local _, client = bot_wiki()
      local token = client.token("login")
      local params = { action = "login", lgname = "Alice", lgpassword = "x" }
      assert.equal("NeedToken", client.post(params).login.result)
      params.lgtoken = token:gsub("^%x", { a = "b" }):gsub("^(%x)", function(char)
        return char == "0" and "1" or "0"
      end)
      assert.same({ result = "WrongToken" }, client.post(params).login)
      client.jar = {}
      params.lgtoken = token
      assert.same(capture("login-sessionlost"), client.post(params))
      assert.truthy(client.jar.wiki_session)
    end)

    it("aborts where a second step is due", function()
      local _, client = alice({ account = { totp = SECRET } })
      assert.same(capture("login-2fa-user-aborted").login, bot_login(client, "Alice", "open sesame"))
    end)

    it("logs a plain account in with a warning, and remembers it", function()
      local _, client = alice()
      assert.equal("Success", bot_login(client, "Alice", "open sesame").result)
      assert.truthy(client.jar.wikiToken)
      assert.truthy(cjson.decode(client.reply.body).warnings.login)
    end)

    it("must be posted, its token not in the address", function()
      local wiki, client = bot_wiki()
      assert.equal("mustbeposted", code_of(client.get({ action = "login", lgtoken = "x" })))
      local body = "action=login&lgname=Alice&lgpassword=x&format=json"
      local reply = client.send("POST", wiki.api .. "?lgtoken=x", body)
      assert.equal("mustpostparams", reply.headers["MediaWiki-API-Error"])
    end)
  end)

  describe("sessions", function()
    it("end after an hour without use, silently", function()
      local wiki, client = alice()
      client.start(LOGIN)
      wiki:advance(3601)
      local reply = client.get({ meta = "userinfo" })
      assert.same(capture("session-expired-userinfo"), reply)
      assert.is_nil(client.jar.wiki_session)
      assert.is_nil(client.jar.wikiUserID)
      assert.equal("Alice", client.jar.wikiUserName)
    end)

    it("are renewed by the Token cookie, and the old tokens are dead", function()
      local wiki, client = alice()
      client.start(login({ rememberMe = "1" }))
      local csrf, before = client.token("csrf"), client.jar.wiki_session
      wiki:lose_session()
      assert.equal("Alice", client.get({ meta = "userinfo", assert = "user" }).query.userinfo.name)
      assert.not_equal(before, client.jar.wiki_session)
      local reply = client.post({ action = "edit", title = "X", text = "y", token = csrf })
      assert.equal("badtoken", code_of(reply))
    end)

    it("are nobody's without the user cookie", function()
      local _, client = alice()
      client.start(LOGIN)
      client.jar.wikiUserID = nil
      assert.equal(0, client.whoami().id)
    end)

    it("end with a logout, on the server too", function()
      local _, client = alice()
      client.start(LOGIN)
      local kept = { wiki_session = client.jar.wiki_session, wikiUserID = client.jar.wikiUserID }
      assert.equal("badtoken", code_of(client.post({ action = "logout", token = "+\\" })))
      assert.equal("missingparam", code_of(client.post({ action = "logout" })))
      assert.same({}, client.post({ action = "logout", token = client.token("csrf") }))
      assert.is_nil(client.jar.wikiUserID)
      client.jar = kept
      assert.equal(0, client.whoami().id)
    end)

    it("remember who edited", function()
      local wiki, client = alice()
      client.post({ action = "edit", title = "S", text = "anonymous", token = "+\\" })
      client.start(LOGIN)
      local token = client.token("csrf")
      client.post({ action = "edit", title = "S", appendtext = "!", token = token })
      assert.equal("127.0.0.1", wiki.edits[1].user)
      assert.equal("Alice", wiki.edits[2].user)
      assert.equal("anonymous!", wiki.pages.S)
    end)
  end)

  describe("errors", function()
    it("come in every errorformat as captured", function()
      local _, client = alice()
      for _, format in ipairs({ "bc", "plaintext", "html", "raw", "none", "wikitext" }) do
        local params = { meta = "userinfo", assert = "user", bogus = "1", errorformat = format }
        assert_same_shape("errorformat-" .. format, client.get(params))
        params.assert = nil
        if format ~= "wikitext" then
          assert.same(capture("warning-errorformat-" .. format), client.get(params))
        end
      end
      local old = client.get({ meta = "userinfo", assert = "user", formatversion = "1" })
      assert_same_shape("error-formatversion1", old)
    end)

    it("of assertions go before all else", function()
      local _, client = alice()
      local function code(params)
        params.meta = "userinfo"
        return code_of(client.get(params))
      end
      assert.equal("assertuserfailed", code({ assert = "user" }))
      assert.equal("assertbotfailed", code({ assert = "bot" }))
      assert.equal("assertnameduserfailed", code({ assertuser = "alice" }))
      assert.equal("baduser", code({ assertuser = "<>" }))
      client.start(LOGIN)
      assert.is_nil(code({ assert = "user", assertuser = "alice" }))
      assert.equal("assertanonfailed", code({ assert = "anon" }))
    end)

    it("of a private wiki leave the login open", function()
      local _, client = alice({ private = true })
      assert.equal("readapidenied", code_of(client.get({ meta = "userinfo" })))
      assert.equal("readapidenied", code_of(client.get({ meta = "userinfo|tokens" })))
      assert.equal("assertuserfailed", code_of(client.get({ meta = "userinfo", assert = "user" })))
      assert.equal("PASS", client.start(LOGIN).status)
      assert.equal("Alice", client.whoami().name)
    end)

    it("of a read-only or a lagging wiki stop a login", function()
      local wiki, client = alice({ readonly = "Site is being upgraded; back soon." })
      local token = client.token("login")
      local params = login({ action = "clientlogin", logintoken = token })
      params.loginreturnurl = "http://example.org/"
      assert_same_shape("clientlogin-readonly", client.post(params))
      params.errorformat = "plaintext"
      assert.equal(wiki.readonly, client.post(params).errors[1].data.readonlyreason)
      wiki.readonly, wiki.lag, params.errorformat, params.maxlag = nil, 9, nil, "5"
      assert_same_shape("maxlag-clientlogin", client.post(params))
      assert.equal("5", client.reply.headers["Retry-After"])
    end)

    it("name what is not known", function()
      local _, client = alice()
      assert_same_shape("unknown-action", client.get({ action = "nosuch" }))
      assert.same(capture("unknown-meta"), client.get({ meta = "nosuchmodule" }))
      local value = client.get({ meta = "authmanagerinfo", amirequestsfor = "nosuch" })
      assert_same_shape("unknown-meta-value", value)
    end)

    it("of the transport itself: methods, bodies, origins", function()
      local wiki, client = alice()
      assert.equal(405, client.send("PUT", wiki.api .. "?action=query&format=json").status)
      local json = { ["Content-Type"] = "application/json" }
      local reply = client.send("POST", wiki.api, '{"action":"login"}', json)
      assert.truthy(reply.body:find("^<!DOCTYPE html>"))
      assert.equal(403, client.send("GET", wiki.api .. "?action=query&origin=https%3A%2F%2Fevil").status)
      local star = client.get({ meta = "tokens", type = "login", origin = "*" })
      assert.same(capture("origin-star-tokens"), star)
      local problem = select(2, client.send("GET", "https://elsewhere.example/"))
      assert.truthy(problem:find("elsewhere.example", 1, true))
    end)
  end)

  describe("versions", function()
    it("before 1.27 know only action=login", function()
      local _, client = alice({ version = "1.26" })
      assert.equal("unknown_action", code_of(client.post({ action = "clientlogin" })))
      local reply = client.get({ meta = "authmanagerinfo|tokens", type = "login", amirequestsfor = "login" })
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
      for version, code in pairs({ ["1.31"] = "notoken", ["1.34"] = "nologintoken", ["1.39"] = "missingparam" }) do
        local _, client = alice({ version = version })
        local reply = client.post({ action = "clientlogin", loginreturnurl = "http://e.org/" })
        assert.equal(code, code_of(reply))
      end
    end)

    it("up to 1.34 answer NeedToken to a lost session", function()
      local _, client = alice({ version = "1.34" })
      local params = { action = "login", lgname = "Alice", lgpassword = "x", lgtoken = "abc+\\" }
      assert.equal("NeedToken", client.post(params).login.result)
    end)

    it("from 1.43 warn when nobody logs out", function()
      local _, client = alice({ version = "1.43" })
      local reply = client.post({ action = "logout", token = "+\\" })
      assert.same(capture("logout-anon-mw143"), reply)
      local _, older = alice()
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
      local wiki, client = alice({
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
      client.start(LOGIN)
      local url = "https://wiki.example.org/w/index.php?title=Special:Riddle"
      local stranger = new_client(wiki)
      assert.equal(403, stranger.send("GET", url).status)
      assert.equal("42", client.send("GET", url).body)
      assert.equal("GET", seen.method)
      assert.equal("PASS", client.continue({ answer = "42" }).status)
    end)

    it("any request can fail in any way", function()
      local wiki, client = alice()
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
      local wiki, client = alice()
      client.send("POST", wiki.api, "action=query&b=2&a=%2B%5C&list%5B%5D=1&list%5B%5D=2&format=json")
      local request = wiki.requests[1]
      assert.equal("query", request.action)
      assert.equal("+\\", request.params.a)
      assert.same({ "1", "2" }, request.params.list)
      assert.same({ "b", "2" }, request.sent[2])
    end)

    it("an upload arrives byte for byte", function()
      local wiki, client = alice()
      client.start(LOGIN)
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
