-- Replies that made mwlogin raise, or gave a value of another shape than documented. Found by
-- spec/hostile/types_spec.lua.
local conversation = require("spec.hostile.conversation")
local mwlogin = require("mwlogin")

local API <const> = "https://wiki.example.org/w/api.php"

local function session_with(bent)
  local talk = conversation.new(bent)
  return assert(
    mwlogin.open(API, { transport = talk.transport, user_agent = "spec", max_wait = 0 })
  )
end

describe("a wiki whose reply is of another shape", function()
  it("gives no token when its query is a number", function()
    for _, body in ipairs({
      '{"query":1}',
      '{"query":true}',
      '{"query":{"tokens":true}}',
      '{"query":{"tokens":{"csrftoken":7}}}',
      '{"query":{"tokens":{"csrftoken":""}}}',
    }) do
      local token, err = session_with({ token = body }):token("csrf")
      assert.is_nil(token)
      assert.equal("no_token", err.code)
    end
  end)

  it("says nothing of the types of its tokens when that is no list of names", function()
    for _, modules in ipairs({
      "[1]",
      '[{"parameters":[1]}]',
      '[{"parameters":[{"name":"type"}]}]',
    }) do
      local body = ('{"paraminfo":{"modules":%s}}'):format(modules)
      local _, err = session_with({ paraminfo = body }):token("nosuch")
      assert.equal("The wiki gives no token of type 'nosuch'", err.message)
    end
    local body = '{"paraminfo":{"modules":[{"parameters":[{"name":"type","type":[{},"csrf",1]}]}]}}'
    local _, err = session_with({ paraminfo = body }):token("nosuch")
    assert.equal("The wiki gives no token of type 'nosuch'; it has csrf", err.message)
  end)

  it("is looked at by the doctor all the same", function()
    for _, body in ipairs({
      '{"query":1}',
      '{"query":{"general":1,"extensions":true,"pages":7}}',
      '{"query":{"general":{"sitename":{},"readonly":true,"readonlyreason":[]},"extensions":[1]}}',
    }) do
      local report = assert(session_with({ siteinfo = body, form = body }):doctor())
      assert.is_false(report.dialogue)
      assert.is_nil(report.name)
    end
  end)

  it("names nobody without a name and a whole id", function()
    for _, info in ipairs({
      '{"name":"Alice"}',
      '{"name":"Alice","id":"7"}',
      '{"name":"Alice","id":1e300}',
      '{"name":"","id":7}',
    }) do
      local me, err =
        session_with({ userinfo = ('{"query":{"userinfo":%s}}'):format(info) }):whoami()
      assert.is_nil(me)
      assert.equal("no_module", err.code)
    end
  end)

  it("does not prove a login with an anonymous user of that name", function()
    local nobody = '{"query":{"userinfo":{"id":0,"name":"Alice","anon":true}}}'
    local session = session_with({ userinfo = { nobody, nobody } })
    local me, err = session:login({ username = "Alice@app", password = ("a"):rep(32) })
    assert.is_nil(me)
    assert.equal("not-proved", err.code)
    me, err = session:login({ access_token = "abc" })
    assert.is_nil(me)
    assert.equal("not-proved", err.code)
  end)

  it("gives groups that are strings", function()
    local session = session_with({
      userinfo = '{"query":{"userinfo":{"id":7,"name":"Alice","groups":["user",1,{}],"rights":3}}}',
    })
    local me = assert(session:whoami())
    assert.same({ "user" }, me.groups)
    assert.is_nil(me.rights)
  end)

  it("refuses a login with times and params that are none", function()
    for _, reason in ipairs({
      '"wait":1.5,"reason":{"code":"login-throttled","params":true}',
      '"wait":-1,"reason":{"code":"login-throttled","params":[{"duration":1e300}]}',
      '"wait":1e300,"reason":{"code":"login-throttled","params":[{"duration":2.5}]}',
    }) do
      local session = session_with({ login = ('{"login":{"result":"Failed",%s}}'):format(reason) })
      local me, err = session:login({ username = "Alice@app", password = ("a"):rep(32) })
      assert.is_nil(me)
      assert.equal("throttled", err.kind)
      assert.is_true(err.retry_after == nil or math.type(err.retry_after) == "integer")
    end
  end)

  it("puts nothing on the screen that steers it", function()
    local session = session_with({
      edit = [[{"errors":[{"code":"a\u001b[2Jb","text":"x\u0000\u202ey\u001b[31m"}]}]],
    })
    local _, err = session:post({ action = "edit" })
    assert.equal("a[2Jb", err.code)
    assert.equal("xy[31m", err.message)
  end)

  it("asks for requests that still have a shape", function()
    local session = session_with({
      form = [[{"query":{"authmanagerinfo":{"preservedusername":7,"requests":[
        {"id":"A\\B\u001b[2J:c\u202e","required":true,"fields":{"a":{"type":1}}},
        {"id":"C","fields":[1,{"name":"b"},{"name":7}]}]},
        "tokens":{"logintoken":"t+\\"}}}]],
    })
    local step = assert(session:flow("login"):start())
    assert.is_nil(step.username)
    assert.equal("B[2J", step.requests[1].kind)
    assert.equal("c", step.requests[1].suffix)
    assert.equal("required", step.requests[1].required)
    assert.equal("b", step.requests[2].fields[1].name)
    assert.equal(1, #step.requests[2].fields)
  end)

  it("is looked through once, however many link tags of a page never end", function()
    local page = ('<link rel="EditURI" href="'):rep(150000)
    local talk = conversation.new({ page = page, siteinfo = { "{}", "{}", "{}", "{}" } })
    local session, err = mwlogin.open("https://wiki.example.org/", {
      transport = talk.transport,
      user_agent = "spec",
    })
    assert.is_nil(session)
    assert.equal("no-wiki", err.code)
  end)

  it("may send a megabyte of headers at most", function()
    local headers = { ["X-Much"] = ("x"):rep(2 ^ 20) }
    local session = session_with({ query = { { status = 200, headers = headers, body = "{}" } } })
    local reply, err = session:get({ action = "query" })
    assert.is_nil(reply)
    assert.equal("protocol too_large", err.kind .. " " .. err.code)
  end)
end)
