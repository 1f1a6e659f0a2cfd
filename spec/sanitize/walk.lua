---Walks the core without busted: every function once or more, over a transport and over a real
---socket that nobody listens on. `collect.lua` runs it with a full collection at every instruction.
package.path = "./lua/?.lua;./lua/?/init.lua;" .. package.path
package.cpath = "./build/?.so;" .. package.cpath
local core = require "mwlogin.core"

local FORM <const> = [[{"query":{"authmanagerinfo":{"canauthenticatenow":true,"requests":[
  {"id":"A","metadata":{},"required":"required","fields":{"zeta":{"type":"select",
  "options":{"b":"B","a":"A","\u00e9":"E"}},"alpha":{"type":"string"}}}]},
  "tokens":{"logintoken":"abc+\\","csrftoken":"+\\"}}}]]

local REPLIES <const> = {
  FORM,
  [[{"login":{"result":"Success","lgusername":"Alice","lguserid":1}}]],
  [[{"clientlogin":{"status":"PASS","username":"Alice"}}]],
  [[{"errors":[{"code":"badtoken","text":"Invalid","module":"edit"}],"docref":""}]],
  [[{"error":{"code":"ratelimited","info":"slow down"}}]],
  [[{"query":{}} and more]],
  [[{"query":]],
  "<html></html>",
  "",
  ("["):rep(100),
}

local function transport_of(replies)
  local position = 0
  return function()
    position = position % #replies + 1
    return {
      status = 200,
      headers = {
        ["Content-Type"] = "application/json",
        ["Set-Cookie"] = { "a=1; path=/; HttpOnly", "b=2; Max-Age=100", "c=x; Max-Age=0" },
      },
      body = replies[position],
    }
  end
end

local function secrets()
  local one, other = core.secret "p&ss w\u{e9}rd", core.secret "p&ss w\u{e9}rd"
  assert(one == other and #one == #other and one:reveal() == other:reveal())
  assert(tostring(one) == "secret: ***" and core.is_secret(one))
  assert(core.redact("x p%26ss%20w%C3%A9rd y", { one, "other" }) == "x *** y")
  assert(core.looks_like_botpassword("A@b", core.secret(("a"):rep(32))))
  one:wipe()
  one:wipe()
  assert(not pcall(one.reveal, one))
  return other
end

local function calls(pool, secret)
  local session <close> = assert(pool:session("https://wiki.example/w/api.php", {
    user_agent = "walk",
    transport = transport_of(REPLIES),
    http_auth = { username = "front", password = secret },
  }))
  for _ = 1, 2 do
    assert(session:token "login")
    session:drop_tokens()
    session:login { lgname = "Alice", lgpassword = secret, lgtoken = "abc+\\" }
    session:auth_step(
      "clientlogin",
      { username = "Alice", password = secret, ["c[]"] = { "a", "b" } }
    )
    for _ = 1, #REPLIES - 3 do
      session:call("POST", { action = "query", list = { "a|b", "c" }, n = 1.0, yes = true })
    end
  end
  session:fetch("/w/index.php", { params = { title = "A" }, headers = { Accept = "text/html" } })
  session:fetch("https://elsewhere.example/", {})
  session:call(
    "POST",
    { file = core.file("spec/sanitize/walk.lua", { name = "w", type = "text/plain" }) }
  )
  session:call("POST", { file = core.file "/nowhere" })
  session:call("POST", { nul = "a\0b" })
  assert(not pcall(session.call, session, "GET", { password = secret }))
  local lines = session:cookies()
  session:cookies(false)
  assert(session:cookies(lines) == #lines)
  session:cookies "elsewhere.example\tFALSE\t/\tFALSE\t0\ta\t1\nnonsense"
  session:last()
  tostring(session)
end

local function network(pool)
  local session = assert(pool:session("http://127.0.0.1:9/api.php", { timeout = 5 }))
  local reply, err = session:call("GET", { action = "query" })
  assert(reply == nil and err.kind == "network" and not err.sent)
  session:cookies "127.0.0.1\tFALSE\t/\tFALSE\t0\ta\t1"
  assert(#session:cookies() == 1)
  local task = coroutine.create(function()
    return session:call("GET", { action = "query" })
  end)
  pool:task(task)
  assert(coroutine.resume(task))
  for _ = 1, 100 do
    if #assert(pool:step(0.1)) > 0 then
      break
    end
  end
  coroutine.resume(task)
  local dropped = coroutine.create(function()
    return session:call("POST", { password = core.secret "dropped" })
  end)
  pool:task(dropped)
  coroutine.resume(dropped)
  session:close()
end

local function small_things()
  local address = assert(core.address "https://Example.org:8443/w?x=1#f")
  assert(address.origin == "https://example.org:8443")
  assert(core.resolve("https://a.example/w/api.php", "/x?y") == "https://a.example/x?y")
  assert(core.address "javascript:alert(1)" == nil)
  assert(core.encode "a b+\\" == "a%20b%2B%5C")
  assert(#core.parameters { a = 1, b = { "x", "y" } } == 2)
  assert(not pcall(core.pool, { unknown = 1 }))
  local crypto = core.crypto
  assert(#crypto.hmac("sha1", core.secret "key", "text") == 20)
  assert(crypto.unbase64url(crypto.base64url "text") == "text")
end

local pool = core.pool { per_host = 2 }
calls(pool, secrets())
network(pool)
small_things()
pool:sleep(0.001)
pool:close()
pool:close()
