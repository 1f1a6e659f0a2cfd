-- Replies that are large, deep or many: bounded in memory, an error where they go too far, and a
-- login all the same where they are only more than anybody would send.
local conversation = require("spec.hostile.conversation")
local core = require("mwlogin.core")
local counts = require("spec.security.counts")
local mwlogin = require("mwlogin")

local ROW <const> = "replies too large, too deep, too many, compressed beyond measure"
local API <const> = "https://wiki.example.org/w/api.php"

local function note(cases)
  counts.record(ROW, cases, 0)
end

local function open(talk, options)
  local opts = { transport = talk.transport, user_agent = "spec", max_wait = 0 }
  for name, value in pairs(options or {}) do
    opts[name] = value
  end
  return assert(mwlogin.open(API, opts))
end

-- What is said at each of the usual places.
local NO_SITE <const> = { "{}", "{}", "{}", "{}", "{}", "{}", "{}", "{}" }

local CREDENTIALS <const> =
  { username = "Alice", password = "open sesame", method = "clientlogin", respond = function() end }

-- A login form with more in it than the password.
local function form_with(requests)
  local body, count = conversation.SOUND.form:gsub(
    '%{"id":"Org\\\\ColourRequest".*%}%}%}%]',
    function()
      return requests .. "]"
    end
  )
  assert(count == 1)
  return body
end

describe("a form", function()
  local FIELD <const> = '"f%d":{"type":"string","label":"L%d","optional":true,"sensitive":false}'

  local function fields(count)
    local list = {}
    for number = 1, count do
      list[number] = FIELD:format(number, number)
    end
    return table.concat(list, ",")
  end

  it("of 10,000 fields keeps their order", function()
    local request = '{"id":"Big","required":"optional","fields":{%s}}'
    local talk = conversation.new({ form = form_with(request:format(fields(10000))) })
    local session <close> = open(talk)
    local step = assert(session:flow("login"):start())
    assert.equal(10000, #step.requests[3].fields)
    for number, field in ipairs(step.requests[3].fields) do
      assert.equal("f" .. number, field.name)
    end
    note(1)
  end)

  it("of 10,000 fields is one that a login gets through", function()
    local request = '{"id":"Big","required":"required","fields":{%s}}'
    local talk = conversation.new({ form = form_with(request:format(fields(10000))) })
    local session <close> = open(talk)
    assert.equal("Alice", assert(session:login(CREDENTIALS)).name)
    note(1)
  end)

  it("of 10,000 requests is one that a login gets through", function()
    local list = {}
    for number = 1, 10000 do
      local form = '{"id":"R%d","required":"optional","metadata":{},"fields":{%s}}'
      list[number] = form:format(number, FIELD:format(number, number))
    end
    local talk = conversation.new({ form = form_with(table.concat(list, ",")) })
    local session <close> = open(talk)
    assert.equal("Alice", assert(session:login(CREDENTIALS)).name)
    note(1)
  end)

  it("of a select with 10,000 choices keeps their order", function()
    local list = {}
    for number = 1, 10000 do
      list[number] = ('"o%d":"%d"'):format(number, number)
    end
    local request =
      '{"id":"Big","required":"optional","fields":{"s":{"type":"select","options":{%s}}}}'
    local talk = conversation.new({ form = form_with(request:format(table.concat(list, ","))) })
    local session <close> = open(talk)
    local options = assert(session:flow("login"):start()).requests[3].fields.s.options
    assert.equal(10000, #options)
    assert.equal("o9999", options[9999].value)
    note(1)
  end)
end)

describe("a reply", function()
  it("of a million open brackets overflows no stack", function()
    for _, open_one in ipairs({ "[", '{"a":', '[{"a":[' }) do
      local talk = conversation.new({ query = open_one:rep(1000000 // #open_one) })
      local session <close> = open(talk)
      local reply, err = session:get({ action = "query" })
      assert.is_nil(reply)
      assert.equal("too_deep", err.code)
      note(1)
    end
  end)

  it("beyond max_response is refused, whatever is in it", function()
    for _, text in ipairs({
      ("x"):rep(20001),
      '{"a":"' .. ("y"):rep(20000) .. '"}',
      (" "):rep(20001),
    }) do
      local talk = conversation.new({ query = text })
      local session <close> = open(talk, { max_response = 20000 })
      local reply, err = session:get({ action = "query" })
      assert.is_nil(reply)
      assert.equal("too_large", err.code)
      note(1)
    end
  end)

  it("with one text of 8 MB, or a million numbers, is read whole", function()
    local talk = conversation.new({
      query = {
        '{"a":"' .. ("\\u00e9"):rep(1400000) .. '"}',
        '{"a":[' .. ("1,"):rep(1000000) .. "1]}",
      },
    })
    local session <close> = open(talk)
    assert.equal(2800000, #assert(session:get({ action = "query" })).a)
    assert.equal(1000001, #assert(session:get({ action = "query" })).a)
    note(2)
  end)

  it("with more headers than a megabyte is refused; with 5,000 cookies it is read", function()
    local function cookies(count)
      local lines = {}
      for number = 1, count do
        lines[number] = ("c%d=%s; path=/"):format(number, ("v"):rep(100))
      end
      return { status = 200, headers = { ["Set-Cookie"] = lines }, body = "{}" }
    end
    local talk = conversation.new({ query = { cookies(10000), cookies(5000) } })
    local session <close> = open(talk)
    local reply, err = session:get({ action = "query" })
    assert.is_nil(reply)
    assert.equal("protocol too_large", err.kind .. " " .. err.code)
    assert(session:get({ action = "query" }))
    note(2)
  end)
end)

describe("a page", function()
  it("that is one endless tag, or links without end, is looked through in time", function()
    for _, page in ipairs({
      "<link " .. ("x"):rep(4000000),
      ('<link rel="EditURI" href="'):rep(150000),
      ("<link>"):rep(600000),
      ('<link rel="EditURI" href="javascript:alert(1)">'):rep(80000),
      ("<"):rep(4000000),
    }) do
      local talk = conversation.new({ page = page, siteinfo = NO_SITE })
      local session, err = mwlogin.open("https://wiki.example.org/", {
        transport = talk.transport,
        user_agent = "spec",
      })
      assert.is_nil(session)
      assert.is_string(err.code)
      note(1)
    end
  end)

  it("of HTML in a message is made plain in time", function()
    for _, html in ipairs({
      ("<"):rep(1000000),
      ("<b "):rep(300000),
      ("&#x1F600;"):rep(100000),
      ("<script>"):rep(100000),
      ("<!--"):rep(200000),
      ("\u{202E}"):rep(300000),
      (" \n"):rep(500000),
      ("\xff"):rep(1000000),
    }) do
      local text = html:gsub('[\n"]', "\\n")
      local talk = conversation.new({
        clientlogin = ('{"clientlogin":{"status":"FAIL","message":"%s","messagecode":"x"}}'):format(
          text
        ),
      })
      local session <close> = open(talk)
      local me, err = session:login(CREDENTIALS)
      assert.is_nil(me)
      assert.equal("refused x", err.kind .. " " .. err.code)
      note(1)
    end
  end)
end)

describe("the core", function()
  it("takes a transport's status of any size for what it is", function()
    for _, status in ipairs({ 0, -1, 99, 1000, 2 ^ 31, math.maxinteger }) do
      local pool <close> = core.pool()
      local session = assert(pool:session(API, {
        transport = function()
          return { status = status, body = "{}" }
        end,
      }))
      local reply, err = session:call("GET", {})
      assert.is_nil(reply)
      assert.equal("http", err.kind)
      note(1)
    end
  end)
end)
