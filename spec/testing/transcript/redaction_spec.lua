-- What a transcript shows of an exchange and what it hides.
local redaction = require "mwlogin.testing.transcript.redaction"
local transcript_file = require "mwlogin.testing.transcript.file"

local API <const> = "https://wiki.example.org/w/api.php"

local function reply(body, headers)
  return {
    status = 200,
    headers = headers or { ["Content-Type"] = "application/json" },
    body = body,
  }
end

local function sent(body, more)
  local request = {
    method = "POST",
    url = API,
    headers = { ["Content-Type"] = "application/x-www-form-urlencoded" },
    body = body,
  }
  for name, value in pairs(more or {}) do
    request[name] = value
  end
  return request
end

local function shown(...)
  local exchanges = {}
  for position, pair in ipairs { ... } do
    exchanges[position] = { request = pair[1], response = pair[2], at = 1800000000 }
  end
  local made, secrets = redaction.of(exchanges)
  local text = transcript_file.encode({ api = API }, made)
  return made, redaction.strike(text, secrets), text
end

describe("a request in a transcript", function()
  it("keeps what is asked for and hides every other value", function()
    local made = shown { sent "action=login&lgname=Al%40b&odd=Hush%21+now&format=json", reply "{}" }
    assert.same({
      action = "login",
      format = "json",
      lgname = "<<lgname 1>>",
      odd = "<<odd 1>>",
    }, made[1].request.params)
  end)

  it("keeps the choice among what the wiki offered", function()
    local ui = '{"clientlogin":{"requests":[{"fields":{"colour":{"type":"select"},'
      .. '"pin":{"type":"string"}}}]}}'
    local made = shown({ sent "action=clientlogin", reply(ui) }, {
      sent "action=clientlogin&colour=blue&pin=7777",
      reply "{}",
    })
    assert.equal("blue", made[2].request.params.colour)
    assert.equal("<<pin 1>>", made[2].request.params.pin)
  end)

  it("hides the values of an address and who is in front of it", function()
    local url = "https://me:pass@wiki.example.org/index.php"
      .. "?title=Special:Captcha&wpCaptchaId=98765"
    local made = shown { { method = "GET", url = url, headers = {} }, reply "" }
    assert.equal("https://wiki.example.org/index.php", made[1].request.url)
    assert.same(
      { title = "Special:Captcha", wpCaptchaId = "<<wpCaptchaId 1>>" },
      made[1].request.params
    )
  end)

  it("shows of an Authorization its sort, of a bearer that it stays the same", function()
    local made = shown({
      sent("", { headers = { Authorization = 'OAuth oauth_signature="abc"' } }),
      reply "{}",
    }, { sent("", { headers = { Authorization = "Bearer ey.secret" } }), reply "{}" })
    assert.equal("OAuth", made[1].request.authorization)
    assert.equal("Bearer <<access_token 1>>", made[2].request.authorization)
  end)

  it("hides a body of JSON, and drops any other", function()
    local made = shown({
      sent(
        '{"password":"hush hush","n":[1]}',
        { headers = { ["Content-Type"] = "application/json" } }
      ),
      reply "{}",
    }, { sent("<xml>hush</xml>", { headers = { ["Content-Type"] = "text/xml" } }), reply "{}" })
    assert.equal('{"password":"<<password 1>>","n":["<<n 1>>"]}', made[1].request.json)
    assert.is_true(made[2].request.content)
  end)
end)

describe("a reply in a transcript", function()
  it("keeps the order of its keys and hides tokens, names, numbers of users", function()
    local body = '{"query":{"userinfo":{"id":77,"name":"Alice W"},'
      .. '"tokens":{"csrftoken":"abc+\\\\"},"b":1,"a":[true,null]}}'
    local made = shown { sent "action=query", reply(body) }
    assert.equal(
      '{"query":{"userinfo":{"id":1,"name":"<<name 1>>"},"tokens":{"csrftoken":"<<csrftoken 1>>"},'
        .. '"b":1,"a":[true,null]}}',
      made[1].response.json
    )
  end)

  it("keeps the token of the anonymous", function()
    local made = shown { sent "action=query", reply '{"csrftoken":"+\\\\"}' }
    assert.equal('{"csrftoken":"+\\\\"}', made[1].response.json)
  end)

  it("hides in words what was ever sent or known, later learnt or not", function()
    local made, text = shown(
      { sent "action=clientlogin", reply '{"message":"Hello Alice W, a@b.example!"}' },
      {
        sent "action=clientlogin&username=alice_W&password=pass%26word",
        reply '{"m":"pass&amp;word"}',
      }
    )
    assert.equal('{"message":"Hello <<username 2>>, <<email 1>>!"}', made[1].response.json)
    assert.equal('{"m":"<<&password 1>>"}', made[2].response.json)
    assert.is_nil(text:find("pass%p%a*;?%d*word"))
  end)

  it("hides what a stack trace of PHP shows of a secret", function()
    local made = shown {
      sent "action=clientlogin&password=correct+horse+battery+staple",
      reply "{\"trace\":\"#0 Auth.php(1): login('Al', 'correct horse b...')\"}",
    }
    assert.equal(
      "{\"trace\":\"#0 Auth.php(1): login('Al', '<<password 1>>')\"}",
      made[1].response.json
    )
  end)

  it("hides who is named in front of an address, and e-mail addresses", function()
    local body = '{"m":"Ask al+b@mail.example.org, via http://me:hush@proxy:3128/ or x***@y.org"}'
    local made = shown { sent "action=query", reply(body) }
    assert.equal(
      '{"m":"Ask <<email 1>>, via http://proxy:3128/ or <<email 2>>"}',
      made[1].response.json
    )
  end)

  it("hides long random runs nobody named", function()
    local made =
      shown { sent "action=query", reply '{"x":"key d41d8cd98f00b204e9800998ecf8427e ok"}' }
    assert.equal('{"x":"key <<opaque 1>> ok"}', made[1].response.json)
  end)

  it("hides the values of addresses, but not where they lead", function()
    local target = "https://idp.example.net/authorize?response_type=code&state=s3cr3t-1"
      .. "&redirect_uri=https%3A%2F%2Fwiki.example.org%2Fback"
    local made = shown { sent "action=clientlogin", reply('{"redirecttarget":"' .. target .. '"}') }
    assert.equal(
      '{"redirecttarget":"https://idp.example.net/authorize?response_type=code'
        .. '&state=<<%state 1>>&redirect_uri=https%3A%2F%2Fwiki.example.org%2Fback"}',
      made[1].response.json
    )
  end)

  it("tells a cookie's end in seconds and hides its value", function()
    local date = os.date("!%a, %d-%b-%Y %H:%M:%S GMT", 1800000600)
    local made = shown {
      sent "action=query",
      reply("{}", {
        ["Set-Cookie"] = {
          "s=abc; path=/; expires=" .. date .. "; HttpOnly",
          "t=deleted; Max-Age=0",
        },
        ["X-Powered-By"] = "PHP",
      }),
    }
    assert.same({
      ["set-cookie"] = { "s=<<cookie 1>>; path=/; HttpOnly; Max-Age=600", "t=deleted; Max-Age=0" },
    }, made[1].response.headers)
  end)

  it("keeps of a page title, link to the API and forms", function()
    local page = [[<!DOCTYPE html><html><head><title>Log in</title><script>var a = "x";</script>
      <link rel="EditURI" href="https://wiki.example.org/api.php?action=rsd"></head><body>
      <p>Private words</p><form action="/go?sid=12345678"><input name="wpToken" value="tok&amp;en">
      <input type="submit" value="Go on"></form><!-- words --></body></html>]]
    local made = shown {
      { method = "GET", url = "https://wiki.example.org/", headers = {} },
      reply(page, { ["Content-Type"] = "text/html" }),
    }
    local text = made[1].response.text
    assert.is_nil(text:find("rivate words", 1, true))
    assert.is_nil(text:find("var a", 1, true))
    assert.truthy(text:find("<title>Log in</title>", 1, true))
    assert.truthy(text:find('rel="EditURI"', 1, true))
    assert.truthy(text:find('name="wpToken" value="<<&wpToken 1>>"', 1, true), text)
    assert.truthy(text:find("/go?sid=<<%sid 1>>", 1, true), text)
    assert.truthy(text:find('value="Go on"', 1, true))
  end)

  it("hides a name that is offered as a choice, key and all", function()
    local made = shown({
      sent "action=clientlogin&username=Alice",
      reply '{"options":{"Alice":"Go on as Alice"}}',
    })
    assert.equal('{"options":{"<<username 1>>":"Go on as <<username 1>>"}}', made[1].response.json)
  end)

  it("strikes out what slipped through", function()
    local _, struck, text = shown({
      sent "action=clientlogin&password=verysecret99",
      reply '{"options":{"verysecret99 x":"b"}}',
    })
    assert.truthy(text:find("verysecret99", 1, true))
    assert.is_nil(struck:find("verysecret99", 1, true))
  end)
end)

describe("whatever a secret is made of", function()
  local core = require "mwlogin.core"
  local json_text = require "mwlogin.testing.transcript.json_text"
  local placeholders = require "mwlogin.testing.transcript.placeholders"

  local BYTES <const> = "abcXYZ019 %<>&\"'\\/+=?#[](){}.*-^$;:,|~`@!_\u{e9}\u{20ac}"

  local function random_secret()
    local letters = {}
    for _, point in utf8.codes(BYTES) do
      letters[#letters + 1] = utf8.char(point)
    end
    local parts = {}
    for position = 1, math.random(8, 30) do
      parts[position] = letters[math.random(#letters)]
    end
    return table.concat(parts)
  end

  it("no form of it stays, and the transcript is sound", function()
    for _ = 1, 300 do
      local secret = random_secret()
      local encoded, html = core.encode(secret), placeholders.html(secret)
      local json = json_text.quote(secret)
      local echo = ([[{"a":%s,"b":%s,"c":%s,"d":%s,"e":{%s:1},"f":[%s]}]]):format(
        json,
        json_text.quote("You sent '" .. secret .. "', wrong."),
        json_text.quote("<b>" .. html .. "</b>"),
        json_text.quote("https://x.example/y?z=" .. encoded .. "&q=1"),
        json,
        json
      )
      local page = ('<form action="/z?a=%s"><input name="x" value="%s"></form>'):format(
        encoded,
        html
      )
      local _, text = shown(
        { sent("action=clientlogin&password=" .. encoded), reply(echo) },
        { sent "action=query", reply(page, { ["Content-Type"] = "text/html" }) },
        { sent "action=query", reply("oops: " .. secret, { ["Content-Type"] = "text/plain" }) }
      )
      for _, form in ipairs { secret, encoded, encoded:gsub("%%20", "+"), html, json:sub(2, -2) } do
        assert(
          type(form) ~= "string" or not text:find(form, 1, true),
          ("%s\n%s\n%s"):format(secret, form, text)
        )
      end
      assert(transcript_file.decode("it", text), secret .. "\n" .. text)
    end
  end)
end)
