-- A bot password logs in by three requests in a row of the core, or by steps of their own where
-- somebody is told of each. Whatever the wiki answers, both come to the same, by the same requests.
local captured = require("spec.hostile.captured")
local mwlogin = require("mwlogin")
local php_request = require("mwlogin.testing.php_request")
local staged_wiki = require("spec.core.staged_wiki")

local reply, TOKEN, LOGIN, PROOF =
  staged_wiki.reply, staged_wiki.TOKEN, staged_wiki.LOGIN, staged_wiki.PROOF
local PASSWORD <const> = ("0123456789abcdef"):rep(2)
local STAGES <const> = { "token", "login", "proof" }

-- Where the specs run again, with sanitizers, only every so many of very many replies is tried.
local EVERY <const> = math.tointeger(tonumber(os.getenv("MWLOGIN_SAMPLE") or 1))

local wiki

setup(function()
  wiki = staged_wiki.start()
end)

teardown(function()
  wiki:stop()
end)

local function sent(request)
  return {
    stage = request.stage,
    method = request.method,
    path = request.path,
    query = php_request.decode_form(request.query),
    body = php_request.decode_form(request.body),
    cookie = request.headers.cookie,
    type = request.headers["content-type"],
  }
end

local TOLD <const> =
  { "kind", "code", "message", "advice", "status", "retry_after", "sent", "location", "codes" }

local function told(err)
  local chosen = err and { cause = told(err.cause) }
  for _, name in ipairs(err and TOLD or {}) do
    chosen[name] = err[name]
  end
  return chosen
end

local function log_in(stages, trace, language)
  wiki:answer(stages)
  local session <close> = assert(mwlogin.open(wiki.api, {
    user_agent = "spec",
    trace = trace,
    timeout = 5,
    max_response = 100000,
    language = language,
  }))
  local me, err = session:login({ username = "Alice@app", password = PASSWORD })
  local came =
    { me = me, err = told(err), reached = not not session.reached, identity = session.identity }
  -- when a cookie ends is counted from the second it came
  came.cookies = table.concat(session:export_cookies(), "\n"):gsub("\t[1-9]%d+\t", "\tthen\t")
  came.requests = {}
  for position, request in ipairs(wiki:requests()) do
    came.requests[position] = sent(request)
  end
  return came
end

-- What a login with these answers comes to, after both ways of it were the same.
local function both(stages, name)
  local at_once, by_steps = log_in(stages), log_in(stages, function() end)
  assert.same(by_steps, at_once, name)
  return at_once
end

local function with(body, find, replace)
  local start, stop = body:find(find, 1, true)
  return body:sub(1, start - 1) .. replace .. body:sub(stop + 1)
end

local function logged_in_as(name, stages)
  local came = both(stages, name)
  assert.is_nil(came.err)
  assert.same({ "token", "login", "proof" }, {
    came.requests[1].stage,
    came.requests[2].stage,
    came.requests[3].stage,
  })
  assert.is_nil(came.requests[4])
  assert.equal(name, came.me.name)
  assert.equal(name, came.requests[3].query.assertuser)
end

local function named(json, name)
  logged_in_as(name, { login = with(LOGIN, "Alice", json), proof = with(PROOF, "Alice", json) })
end

local function given_token(json, token)
  local came = both({ token = with(TOKEN, [[0123abcd+\\]], json) }, json)
  assert.equal("Alice", came.me.name)
  assert.equal(token, came.requests[2].body.lgtoken)
end

-- Answers that any stage may get, and that are the end of the login.
local function troubles(body)
  local function cut(count)
    local whole = reply(body)
    return { bytes = whole.bytes:sub(1, #whole.bytes - count), ends = true }
  end
  local list = {
    ["an empty body"] = "",
    ["blanks"] = " \n ",
    ["no JSON"] = "Hello",
    ["a page"] = reply("<html>", { lines = { "X-Kind: page" } }),
    ["a text"] = [["Success"]],
    ["a list"] = "[]",
    ["an object of nothing"] = "{}",
    ["null"] = "null",
    ["JSON and more"] = body .. "x",
    ["two JSON values"] = body .. body,
    ["JSON and a NUL"] = body .. "\0",
    ["a missing brace"] = body:sub(1, -2),
    ["a comma too many"] = body:sub(1, -2) .. ",}",
    ["a name without value"] = body:sub(1, -2) .. [[,"a"}]],
    ["a control character in a name"] = body:sub(1, -2) .. ',"a\n":1}',
    ["a body that is cut"] = cut(3),
    ["a header that is cut"] = cut(#body + 8),
    ["no answer"] = { bytes = "", ends = true },
    ["noise"] = { bytes = "SSH-2.0-OpenSSH_9.2\r\n", ends = true },
    ["one too large"] = body .. (" "):rep(100001),
    ["an error"] = [[{"errors":[{"code":"readonly","text":"No.","module":"main"}]}]],
    ["an error of old form"] = [[{"error":{"code":"internal_api_error","info":"No."}}]],
    ["an error beside the answer"] = body:sub(1, -2)
      .. [[,"errors":[{"code":"internal_api_error","text":"No."}]}]],
    ["an unknown session"] = [[{"errors":[{"code":"assertnameduserfailed","text":"Who?"}]}]],
    ["a private wiki"] = [[{"errors":[{"code":"readapidenied","text":"No."}]}]],
    ["a throttle"] = [[{"errors":[{"code":"ratelimited","text":"Later."}]}]],
    ["the password, said again"] = ([[{"errors":[{"code":"odd","text":"Not '%s'."}]}]]):format(
      PASSWORD
    ),
  }
  for _, status in ipairs({ 201, 204, 301, 302, 400, 401, 403, 404, 405, 429, 500, 502, 503 }) do
    list["HTTP " .. status] = reply(body, {
      status = status,
      lines = { "Retry-After: 7", "Location: http://127.0.0.1:1/" },
    })
  end
  return list
end

-- Bodies that are fit for a stage, and not quite the plain one.
local function oddities(body)
  local inner = body:sub(2, -2)
  return {
    ["blanks"] = " \t\r\n" .. body:gsub("([{}:,])", " %1\n") .. "\r\n",
    ["a warning"] = body:sub(1, -2) .. [[,"warnings":[{"code":"w","text":"Old."}]}]],
    ["a member more"] = [[{"servedby":"mw1",]] .. inner .. "}",
    ["a member of a list"] = [[{"x":[1,2.5e3,null,false,{"y":[]}],]] .. inner .. "}",
    ["all of it twice"] = "{" .. inner .. "," .. inner .. "}",
    ["a name by an escape"] = body:gsub('"(%w)', function(letter)
      return ('"\\u%04x'):format(letter:byte())
    end, 1),
    ["a status line that says more"] = {
      bytes = "HTTP/1.1 100 Continue\r\n\r\n" .. reply(body).bytes,
    },
    ["a cookie"] = reply(body, { lines = { "Set-Cookie: a=b; path=/" } }),
    ["an end of the connection"] = reply(body, { lines = { "Connection: close" }, ends = true }),
  }
end

-- What a wiki says that does not know the session.
local STRANGER <const> = [[{"errors":[{"code":"assertnameduserfailed","text":"Who?"}]}]]

local BODIES <const> = { token = TOKEN, login = LOGIN, proof = PROOF }

describe("a bot password's login in one go and by steps", function()
  it("is the same where all goes well", function()
    logged_in_as("Alice", {})
    assert.same(log_in({}, function() end, "de"), log_in({}, nil, "de"))
  end)

  for _, stage in ipairs(STAGES) do
    it("meets the same trouble at the stage " .. stage, function()
      for name, answer in pairs(troubles(BODIES[stage])) do
        both({ [stage] = answer }, name) -- a login that may have gone well is asked after
        local came = both({ proof = STRANGER, [stage] = answer }, name)
        assert.is_nil(came.me, name)
        assert.is_nil(came.err.message:find(PASSWORD, 1, true), name)
      end
    end)

    it("takes what is odd at the stage " .. stage .. " alike", function()
      for name, answer in pairs(oddities(BODIES[stage])) do
        local came = both({ [stage] = answer }, name)
        assert.is_nil(came.err, name)
        assert.equal("Alice", came.me.name, name)
      end
    end)

    it("takes each captured reply alike at the stage " .. stage, function()
      local all = captured.all()
      assert.is_true(#all > 250)
      for position = 1, #all, EVERY do
        local one, lines = all[position], {}
        for _, cookie in ipairs(one.set_cookie or {}) do
          lines[#lines + 1] = "Set-Cookie: " .. cookie
        end
        both({ [stage] = reply(one.body, { status = one.status, lines = lines }) }, one.name)
      end
    end)

    it("takes each cut of the plain reply alike at the stage " .. stage, function()
      local body = BODIES[stage]
      for length = 0, #body - 1, EVERY do
        both({ [stage] = body:sub(1, length) }, body:sub(1, length))
      end
    end)
  end

  it("reads names the same, whatever they are made of", function()
    named([[A\"B]], 'A"B')
    named([[A\\B]], [[A\B]])
    named([[A\/B]], "A/B")
    named([[A\tB\b\f\n\r]], "A\tB\b\f\n\r")
    named([[A\u0301B]], "A\u{301}B")
    named([[\u004a\ud83d\ude00]], "J\u{1f600}")
    named("Ünïcödé 名前", "Ünïcödé 名前")
    named("A&B=C+D%20#?", "A&B=C+D%20#?")
    named(("n"):rep(255), ("n"):rep(255))
    named(("n"):rep(256), ("n"):rep(256))
    named(("n"):rep(5000), ("n"):rep(5000))
    named(([[\"]]):rep(255), ('"'):rep(255))
    named("x", "x")
  end)

  it("gives back tokens the same, whatever they are made of", function()
    given_token([[+\\]], [[+\]])
    given_token([[a\u002b\\]], [[a+\]])
    given_token([[%2B&lgname=Bob\/]], [[%2B&lgname=Bob/]])
    given_token("täken", "täken")
    given_token(("t"):rep(255), ("t"):rep(255))
    given_token(("t"):rep(256), ("t"):rep(256))
    given_token(("t"):rep(255) .. [[\\]], ("t"):rep(255) .. [[\]])
  end)

  it("sends no password where there is no token for it", function()
    for _, token in ipairs({ '""', "null", "1", "true", "[]", "{}" }) do
      local came = both({ token = with(TOKEN, [["0123abcd+\\"]], token) }, token)
      assert.equal("no_token", came.err.code)
      assert.equal(1, #came.requests)
    end
  end)

  it("tries once more where only the token was wrong, and not a third time", function()
    local again = {
      [[{"login":{"result":"NeedToken","token":"other"}}]],
      [[{"login":{"result":"WrongToken"}}]],
      [[{"login":{"result":"Failed","reason":{"code":"sessionlost","key":"k","params":[]}}}]],
    }
    for _, answer in ipairs(again) do
      local came = both({ login = { answer, LOGIN } }, answer)
      assert.equal("Alice", came.me.name)
      came = both({ login = answer }, answer)
      assert.equal("refused", came.err.kind)
      local posts = 0
      for _, request in ipairs(came.requests) do
        posts = posts + (request.method == "POST" and 1 or 0)
      end
      assert.equal(2, posts)
    end
  end)

  it("refuses what no wiki would take as it is", function()
    for _, given in ipairs({ { "Al\0ice", PASSWORD }, { "Alice", "pass\0word" } }) do
      local errors = {}
      for _, trace in ipairs({ false, function() end }) do
        wiki:answer()
        local session <close> =
          assert(mwlogin.open(wiki.api, { user_agent = "spec", trace = trace or nil }))
        errors[#errors + 1] = told(select(
          2,
          session:login({
            username = given[1],
            password = given[2],
            method = "botpassword",
          })
        ))
        assert.is_nil(wiki:stages():find("login", 1, true))
      end
      assert.equal("nul", errors[1].code)
      assert.same(errors[2], errors[1])
    end
  end)

  it("sends a password that is refused once", function()
    local refusals = {
      [[{"result":"Failed","reason":{"code":"wrongpassword","key":"wrongpassword","params":[]}}]],
      [[{"result":"Aborted","reason":{"code":"api-login-fail-aborted","key":"k","params":[]}}]],
      [[{"result":"Failed","reason":{"code":"login-throttled","params":[{"duration":300}]}}]],
      [[{"result":"WrongPass"}]],
      [[{"result":"Illegal","lgusername":"Alice"}]],
      [[{"result":"Throttled","wait":12}]],
      [[{"result":"success"}]],
      [[{"result":"Success "}]],
      [[{"result":"\u0053uccess?"}]],
    }
    for _, answer in ipairs(refusals) do
      local came = both({ login = ([[{"login":%s}]]):format(answer) }, answer)
      assert.is_nil(came.me, answer)
      assert.equal(2, #came.requests, answer)
    end
  end)

  it("logs in to a wiki older than login tokens", function()
    local old = [[{"warnings":{"query":{"warnings":"Unrecognized value for parameter 'meta'"}}}]]
    local needs = [[{"login":{"result":"NeedToken","token":"first"}}]]
    local came = both({ token = old, login = { needs, LOGIN } })
    assert.equal("Alice", came.me.name)
    assert.is_nil(came.requests[2].body.lgtoken)
    assert.equal("first", came.requests[3].body.lgtoken)
  end)

  it("takes a Success without a sound name for none", function()
    local members = { '""', "null", "7", "{}", '"\\u0000"' }
    for _, name in ipairs(members) do
      both({ login = with(LOGIN, '"Alice"', name) }, name)
    end
    local nameless = with(LOGIN, [[,"lgusername":"Alice"]], "")
    both({ login = nameless }, nameless)
    local came = both({ login = nameless, proof = STRANGER }, nameless)
    assert.equal("no_module", came.err.code)
    both({ login = with(LOGIN, [["lguserid":7,]], "") })
    both({ login = with(LOGIN, "7", "0") })
    both({ login = with(LOGIN, "7", "-7") })
    both({ login = with(LOGIN, "7", "null") })
    both({ login = with(LOGIN, "7", ("7"):rep(400)) }) -- no number that a reply may hold
  end)

  it("believes no proof of somebody else, or of nobody", function()
    local proofs = {
      with(PROOF, "Alice", "Bob"),
      with(PROOF, "Alice", "alice"),
      with(PROOF, "Alice", "Alic"),
      with(PROOF, "Alice", "Alice2"),
      with(PROOF, "Alice", ""),
      with(PROOF, '"Alice"', "null"),
      with(PROOF, [[,"name":"Alice"]], ""),
      with(PROOF, [["id":7,]], ""),
      with(PROOF, "7", "0"),
      with(PROOF, "7", "07"),
      with(PROOF, "7", "7.5"),
      with(PROOF, "7", '"7"'),
      with(PROOF, "7", "99999999999999999999"),
      with(PROOF, "7", ("7"):rep(400)),
      with(PROOF, "7", [[7,"anon":true]]),
      with(PROOF, "7", [[7,"anon":""]]),
      with(PROOF, "7", [[0,"anon":true]]),
      [[{"batchcomplete":true,"query":{}}]],
      [[{"batchcomplete":true,"query":{"userinfo":[]}}]],
      [[{"batchcomplete":true,"query":[]}]],
      [[{"batchcomplete":true}]],
    }
    for _, proof in ipairs(proofs) do
      local came = both({ proof = proof }, proof)
      assert.is_nil(came.me, proof)
      assert.is_nil(came.identity, proof)
    end
  end)

  it("takes a sound proof that says more, or less of what does not matter", function()
    for _, proof in ipairs({
      with(PROOF, [["batchcomplete":true,]], ""),
      with(PROOF, [["batchcomplete":true]], [["batchcomplete":false]]),
      with(PROOF, [["batchcomplete":true]], [["batchcomplete":""]]),
      with(PROOF, "7", [[7,"anon":false]]),
      with(PROOF, "7", [=[7,"groups":["bot"],"rights":["edit",1]]=]),
      with(PROOF, "7", "2147483648"),
      with(PROOF, "7", "9007199254740993"),
      with(PROOF, "7", "9223372036854775807"),
      with(PROOF, "7", "7e0"),
      with(PROOF, [["id":7]], [["id":8,"id":7]]),
      with(PROOF, [["name":"Alice"]], [["name":"Bob","name":"Alice"]]),
    }) do
      both({ proof = proof }, proof)
    end
  end)
end)
