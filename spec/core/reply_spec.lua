-- What arrived is judged before anything in it is believed.
local core = require("mwlogin.core")

describe("a reply", function()
  local pool, response, session

  setup(function()
    pool = core.pool()
    session = assert(pool:session("http://127.0.0.1/api.php", {
      transport = function()
        return response
      end,
    }))
  end)

  local function call(body, status, headers)
    response = { status = status or 200, headers = headers or {}, body = body }
    return session:call("GET", {})
  end

  local function fails(kind, code, value, err)
    assert.is_nil(value)
    assert.equal(kind .. " " .. code, err.kind .. " " .. err.code)
    return err
  end

  it("is exactly one JSON value", function()
    for body, code in pairs({
      [""] = "empty",
      [" \r\n\t"] = "empty",
      ["{"] = "cut",
      ['{"a":1'] = "cut",
      ['{"a":"x'] = "cut",
      ['{"a":"\\'] = "cut",
      ['{"a":"\\u00'] = "cut",
      ['{"a":tru'] = "cut",
      ["[1,"] = "cut",
      ['{"a":1}<br>Warning: died'] = "trailing",
      ['{"a":1}{"b":2}'] = "trailing",
      ['{"a":1}\0'] = "trailing",
      ["<html>"] = "not_json",
      ['{"a":1,}'] = "not_json",
      ["{a:1}"] = "not_json",
      ["{'a':1}"] = "not_json",
      ['{"a":01}'] = "not_json",
      ['{"a":1.}'] = "not_json",
      ['{"a":+1}'] = "not_json",
      ['{"a":NaN}'] = "not_json",
      ['{"a":"\n"}'] = "not_json",
      ['{"a":"\\x41"}'] = "not_json",
      ['{"a":"\\u12g4"}'] = "not_json",
      ["[1 2]"] = "not_json",
      ['{"a" 1}'] = "not_json",
      ["\239\187\191{}"] = "not_json",
      ["7"] = "not_json",
      ['"text"'] = "not_json",
      ["null"] = "not_json",
    }) do
      local err = fails("protocol", code, call(body))
      assert.equal(200, err.status)
      assert.is_true(err.sent)
    end
  end)

  it("may have white space around it", function()
    assert.is_true(assert(call(' \n{ "a" : true } \r\n')).a)
  end)

  it("is not nested without end", function()
    assert(call(("["):rep(64) .. ("]"):rep(64)))
    fails("protocol", "too_deep", call(("["):rep(65) .. ("]"):rep(65)))
    fails("protocol", "too_deep", call(('{"a":'):rep(100000)))
  end)

  it("is called a page when it is one", function()
    local headers = { ["Content-Type"] = "text/html; charset=UTF-8" }
    fails("protocol", "html", call("<!DOCTYPE html><html></html>", 200, headers))
  end)

  it("has whole numbers as integers, null as nothing, and every other value as it is", function()
    local reply =
      assert(call('{"i":12,"f":1.5,"n":null,"e":1e3,"s":"\\u00e9\\ud83d\\ude00","l":[],"b":false}'))
    assert.equal("integer", math.type(reply.i))
    assert.equal(1.5, reply.f)
    assert.is_nil(reply.n)
    assert.equal(1000, reply.e)
    assert.equal("é😀", reply.s)
    assert.same({}, reply.l)
    assert.is_false(reply.b)
  end)

  it("with a status other than 200 is told by that status", function()
    local html = { ["Content-Type"] = "text/html" }
    assert.equal(404, fails("http", "404", call("<p>none</p>", 404, html)).status)
    fails("http", "500", call("", 500))
    local json = { ["Content-Type"] = "application/json" }
    fails("http", "503", call('{"errors":[]}', 503, json))
    fails("http", "500", call('{"errors":[{"code":"badtoken","text":"x"}]}', 500, json))
    fails("http", "500", call('{"query":{}}\n<!DOCTYPE html>', 500, json))
    fails("http", "204", call("", 204))
    fails("http", "401", call("", 401))
  end)

  it("says when to come back", function()
    local err = fails("throttled", "429", call("", 429, { ["Retry-After"] = "17" }))
    assert.equal(17, err.retry_after)
    err = fails("http", "503", call("", 503, { ["retry-after"] = "Sun, 06 Nov 1994 08:49:37 GMT" }))
    assert.equal(0, err.retry_after)
    assert.is_nil(fails("http", "503", call("", 503, { ["Retry-After"] = "soon" })).retry_after)
    assert.is_nil(fails("http", "503", call("", 503, { ["Retry-After"] = "-5" })).retry_after)
    assert.is_nil(fails("http", "503", call("", 503)).retry_after)
  end)

  it("that redirects names the place and is not followed", function()
    local err = fails("http", "redirect", call("", 301, { Location = "https://127.0.0.1/api.php" }))
    assert.equal("https://127.0.0.1/api.php", err.location)
  end)

  it("with an error is that error, in every errorformat", function()
    for _, body in ipairs({
      '{"error":{"code":"badtoken","info":"Invalid token."}}',
      '{"errors":[{"code":"badtoken","text":"Invalid token."}]}',
      '{"errors":[{"code":"badtoken","html":"Invalid token."}]}',
      '{"errors":[{"code":"badtoken","*":"Invalid token."}]}',
    }) do
      assert.equal("Invalid token.", fails("api", "badtoken", call(body)).message)
    end
    local err =
      fails("api", "badtoken", call('{"errors":[{"code":"badtoken","key":"apierror-x"}]}'))
    assert.equal("apierror-x", err.message)
  end)

  it("with several errors names all their codes", function()
    local err = fails(
      "api",
      "first",
      call('{"errors":[{"code":"first","text":"1"},{"code":"second","text":"2"}]}')
    )
    assert.same({ "first", "second" }, err.codes)
  end)

  it("with an error keeps the data that came along", function()
    local err = fails(
      "api",
      "maxlag",
      call(
        '{"errors":[{"code":"maxlag","text":"x","data":{"lag":5}}]}',
        200,
        { ["Retry-After"] = "5" }
      )
    )
    assert.equal(5, err.data.lag)
    assert.equal(5, err.retry_after)
  end)

  it("with an error about too many attempts is throttled", function()
    for _, code in ipairs({ "ratelimited", "login-throttled", "acct_creation_throttle_hit" }) do
      fails("throttled", code, call(('{"errors":[{"code":"%s","text":"x"}]}'):format(code)))
    end
  end)

  it("with an error and status 4xx is believed when it is the API's own", function()
    local body = '{"error":{"code":"mustbeposted","info":"x"}}'
    fails("api", "mustbeposted", call(body, 405, { ["Content-Type"] = "application/json" }))
    fails("http", "405", call(body, 405, { ["Content-Type"] = "text/html" }))
    fails("http", "405", call("{}", 405, { ["Content-Type"] = "application/json" }))
  end)

  it("with warnings is an answer all the same", function()
    local reply = assert(call('{"warnings":[{"code":"w","text":"x"}],"batchcomplete":true}'))
    assert.equal("w", reply.warnings[1].code)
  end)

  it("keeps the order of fields and options", function()
    local reply = assert(call([[{"clientlogin":{"status":"UI","requests":[{"id":"A","fields":{
      "zeta":{"type":"string"},
      "al\u0070ha":{"type":"select","options":{"9":"nine","1":"one","b":"bee"}},
      "mid":{"type":"null"}}},{"id":"B","fields":{"only":{}}}]}}]]))
    local requests = reply.clientlogin.requests
    local names = {}
    for i, field in ipairs(requests[1].fields) do
      names[i] = type(field) == "table" and field.name or field
    end
    assert.same({ "zeta", "alpha", "mid" }, names)
    assert.same({
      { value = "9", label = "nine" },
      { value = "1", label = "one" },
      { value = "b", label = "bee" },
    }, requests[1].fields.alpha.options)
  end)

  it("larger than it may be is refused", function()
    response = { status = 200, body = '{"a":"' .. ("x"):rep(1000) .. '"}' }
    local value, err = session:call("GET", {}, { max_response = 1000 })
    fails("protocol", "too_large", value, err)
  end)
end)

describe("the login primitives", function()
  local pool = core.pool()
  local body, sent
  local session = assert(pool:session("http://127.0.0.1/api.php", {
    transport = function(request)
      sent = request.body
      return { status = 200, body = body }
    end,
  }))

  it("verify that the module's own object is there", function()
    for _, text in ipairs({
      '{"batchcomplete":true}',
      '{"login":"x"}',
      '{"login":{}}',
      '{"login":{"result":7}}',
    }) do
      body = text
      local reply, err = session:login({ lgname = "A", lgpassword = "p" })
      assert.is_nil(reply)
      assert.equal("protocol", err.kind)
    end
    for _, action in ipairs({ "clientlogin", "createaccount", "linkaccount" }) do
      body = '{"login":{"result":"Success"}}'
      local reply, err = session:auth_step(action, {})
      assert.is_nil(reply)
      assert.equal("no_module", err.code)
      body = ('{"%s":{"message":"x"}}'):format(action)
      reply, err = session:auth_step(action, {})
      assert.is_nil(reply)
      assert.equal("no_status", err.code)
    end
  end)

  it("send their own formats", function()
    body = '{"login":{"result":"Failed"},"clientlogin":{"status":"PASS"},'
      .. '"createaccount":{"status":"PASS"}}'
    assert.equal("Failed", assert(session:login({ lgname = "A", lgtoken = "t" })).login.result)
    assert.equal(
      "action=login&errorformat=raw&format=json&formatversion=2&lgname=A&lgtoken=t",
      sent
    )
    assert.equal("PASS", assert(session:auth_step("clientlogin", {})).clientlogin.status)
    assert.equal(
      "action=clientlogin&errorformat=plaintext&format=json&formatversion=2"
        .. "&loginmessageformat=html",
      sent
    )
    assert(session:auth_step("createaccount", {}))
    assert.is_truthy(sent:find("createmessageformat=html", 1, true))
    assert.has_error(function()
      session:auth_step("login", {})
    end)
  end)

  it("fetch a token once, until it is dropped", function()
    local fetched = 0
    local other = assert(pool:session("http://127.0.0.1/api.php", {
      transport = function(request)
        fetched = fetched + 1
        assert.is_truthy(request.url:find("meta=tokens&type=csrf", 1, true))
        return {
          status = 200,
          body = ('{"query":{"tokens":{"csrftoken":"t%d+\\\\"}}}'):format(fetched),
        }
      end,
    }))
    assert.equal("t1+\\", other:token("csrf"))
    assert.equal("t1+\\", other:token("csrf"))
    other:drop_tokens()
    assert.equal("t2+\\", other:token("csrf"))
    assert.has_error(function()
      other:token("csrf&x=1")
    end)
  end)

  it("say so when a wiki gives no token", function()
    body = '{"query":{"tokens":{}}}'
    local token, err = session:token("csrf")
    assert.is_nil(token)
    assert.equal("no_token", err.code)
  end)
end)
