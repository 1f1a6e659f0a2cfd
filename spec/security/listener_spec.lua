-- The listener and the form, attacked by other users of this machine, who know the address (it is
-- in the arguments of the browser's process), and by pages in the person's own browser.
local browser = require("mwlogin.respond.browser")
local core = require("mwlogin.core")
local counts = require("spec.security.counts")
local listener = require("mwlogin.listener")
local nginx = require("spec.security.nginx")
local person = require("spec.respond.person")
local shared = require("spec.shared")
local socket = require("socket")
local steps = require("spec.respond.step")

local STRANGERS <const> = "attacks on the listener by another user of the machine"
local GUESSES <const> = "paths and hosts guessed at the listener"
local PAGES <const> = "attacks on the form by pages in the same browser"

-- A program of another user: `words` are its arguments, `server` is served until it ends.
local function as_stranger(program, words, serve)
  local path = os.tmpname()
  local file <close> = assert(io.open(path, "w"))
  file:write(program)
  file:flush()
  assert(os.execute("chmod 644 " .. path))
  local argv = { "setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups" }
  for _, word in ipairs({ "lua5.4", path, table.unpack(words) }) do
    argv[#argv + 1] = tostring(word)
  end
  local process <close> = assert(core.process(argv, { stdin = "null", stdout = "pipe" }))
  local output = {}
  local deadline = core.now() + 60
  while core.now() < deadline do
    serve()
    local piece, err = process:read(1, { timeout = 0 })
    if piece and piece ~= "" then
      output[#output + 1] = piece
    elseif not piece and err.code ~= "timeout" then
      break
    elseif piece == "" then
      break
    end
  end
  os.remove(path)
  return table.concat(output)
end

local ASK <const> = [[
local socket = require("socket")
local port, path, count = tonumber(arg[1]), arg[2], tonumber(arg[3])
local function ask(text, hasty)
  local client = assert(socket.connect("127.0.0.1", port))
  if hasty == "reset" then
    client:setoption("linger", { on = true, timeout = 0 })
  end
  client:send(text)
  if hasty then
    client:close()
    return
  end
  client:settimeout(10)
  local line = client:receive("*l")
  local rest = client:receive("*a")
  client:close()
  return line, rest
end
]]

local function own(server, text)
  local client = assert(socket.connect("127.0.0.1", server.port))
  client:send(text)
  client:settimeout(0)
  local answer
  for _ = 1, 1000 do
    answer = answer or server:step(0.005)
    local line = client:receive("*l")
    if line then
      client:close()
      return line:match("%d%d%d"), answer
    end
  end
  client:close()
end

local function get(server, path, host)
  return ("GET %s HTTP/1.1\r\nHost: %s\r\n\r\n"):format(path, host or server.authority)
end

describe("the listener", function()
  local is_root = assert(io.popen("id -u")):read("n") == 0
  local server

  before_each(function()
    server = assert(listener.open())
  end)

  after_each(function()
    server:close()
  end)

  it(
    "takes no answer from another user, who has the address and goes away at once or stays",
    function()
      assert(is_root, "this needs another user to play, so that it is run as root")
      local seen = as_stranger(ASK .. [[
      local text = "GET %s?code=forged&state=s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n"
      for number = 1, count do
        ask(text:format(path, port), "leaves")
        ask(text:format(path, port), "reset")
        print((ask(text:format(path, port))))
      end]], { server.port, server.path, 20 }, function()
        assert.is_nil(server:step(0.005))
      end)
      local _, refused = seen:gsub("HTTP/1.1 403", "")
      assert.equal(20, refused)
      counts.record(STRANGERS, 60, 0)
      local status, answer = own(server, get(server, server.path .. "?code=real&state=s"))
      assert.equal("200", status)
      assert.equal("real", answer.query.code)
    end
  )

  it("is not held up by another user's connections, silent, slow or large", function()
    local answer
    local seen = as_stranger(ASK .. [[
      local held = {}
      for number = 1, count do
        local client = socket.tcp()
        client:settimeout(0.5)
        client:connect("127.0.0.1", port)
        local kind = number % 4
        if kind == 1 then
          client:send("GET / HTTP/1.1\r\nHost: x\r\nX: ")
        elseif kind == 2 then
          client:send(("GET /%s HTTP/1.1\r\n"):format(("x"):rep(15000)))
        elseif kind == 3 then
          client:send("POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n" .. ("x"):rep(30000))
        end
        held[#held + 1] = client
      end
      print("held", #held)
      io.stdout:flush()
      socket.sleep(1)]], { server.port, server.path, 300 }, function()
      server:step(0.002)
      if not answer then
        local _, came = own(server, get(server, server.path .. "?code=real"))
        answer = came
      end
    end)
    assert.matches("held\t300", seen)
    assert.equal("real", answer and answer.query.code)
    assert.is_true(#server.clients <= 32)
    counts.record(STRANGERS, 300, 0)
  end)

  it("is found by no guess at its path", function()
    local number = 0
    for length = 0, #server.path - 1 do
      assert.equal("404", (own(server, get(server, "/" .. server.path:sub(2, length)))))
      number = number + 1
    end
    for _ = 1, 300 do
      local path = "/" .. core.crypto.base64url(core.crypto.random(24))
      assert.equal("404", (own(server, get(server, path))))
      number = number + 1
    end
    for _, path in ipairs({
      server.path .. "x",
      server.path .. "/",
      server.path:upper(),
      server.path .. "%00",
      "/." .. server.path,
      "/x/.." .. server.path,
      "//" .. server.path:sub(2),
    }) do
      assert.equal("404", (own(server, get(server, path))), path)
      number = number + 1
    end
    assert.is_nil(server.answer)
    counts.record(GUESSES, number, 0)
  end)

  it("answers to its own name only: names led to this machine get nothing", function()
    local port = server.port
    local names = {
      "evil.example.org",
      "evil.example.org:" .. port,
      "localhost:" .. port,
      "127.0.0.1",
      "127.0.0.1:" .. port + 1,
      "127.0.0.1:" .. port .. ".evil.example.org",
      "127.0.0.1." .. ":" .. port,
      "127.0.0.2:" .. port,
      "127.1:" .. port,
      "2130706433:" .. port,
      "0x7f000001:" .. port,
      "[::ffff:127.0.0.1]:" .. port,
      "user@127.0.0.1:" .. port,
      "127.0.0.1:" .. port .. "/",
      "127.0.0.1:" .. port .. ",evil.example.org",
      "",
    }
    for _, name in ipairs(names) do
      local status = own(server, get(server, server.path .. "?code=x", name))
      assert.equal("403", status, name)
    end
    assert.is_nil(server.answer)
    counts.record(GUESSES, #names, 0)
  end)
end)

local function code_step()
  return steps.new("UI", {
    steps.request("TOTPAuthenticationRequest", "required", {
      steps.field("OATHToken", "string", { label = "Token", help = "Six digits." }),
    }),
  })
end

-- What a page of somebody else can send, by each means a browser has, to `address`.
local ATTACK <const> = [[
function (address, token) {
  const form = 'f1=666666&token=' + token;
  const type = 'application/x-www-form-urlencoded';
  const tries = [];
  function frame(inside) {
    const one = document.createElement('iframe');
    one.srcdoc = inside;
    document.body.append(one);
  }
  fetch(address, { method: 'POST', mode: 'no-cors', body: form });
  fetch(address, { method: 'POST', body: form, headers: { 'Content-Type': type } })
    .then((reply) => reply.text()).then((text) => tries.push(text)).catch(() => {});
  fetch(address).then((reply) => reply.text()).then((text) => tries.push(text)).catch(() => {});
  fetch(address, { method: 'POST', mode: 'no-cors', referrer: '',
    body: new URLSearchParams(form) });
  fetch(address, { method: 'POST', mode: 'no-cors', referrerPolicy: 'no-referrer',
    body: new URLSearchParams(form) });
  navigator.sendBeacon(address, new URLSearchParams(form));
  const request = new XMLHttpRequest();
  request.open('POST', address);
  request.setRequestHeader('Content-Type', type);
  request.send(form);
  new Image().src = address + '?' + form;
  const script = document.createElement('script');
  script.src = address + '?' + form;
  document.head.append(script);
  try { new WebSocket(address.replace('http', 'ws')); } catch (error) {}
  const inputs = '<input name=f1 value=666666><input name=token value="' + token + '">';
  const send = '<script>document.forms[0].submit()</scr' + 'ipt>';
  frame('<form method=post action="' + address + '">' + inputs + '</form>' + send);
  frame('<meta name=referrer content=no-referrer><form method=post action="' + address + '">' +
    inputs + '</form>' + send);
  const sandboxed = document.createElement('iframe');
  sandboxed.sandbox = 'allow-scripts allow-forms';
  sandboxed.srcdoc = '<form method=post action="' + address + '">' + inputs + '</form>' + send;
  document.body.append(sandboxed);
  const framed = document.createElement('iframe');
  framed.src = address;
  document.body.append(framed);
  window.tries = tries;
  return 13;
}]]

describe("the form", function()
  local site = shared(nginx.start, {
    evil = "location / { default_type text/html; return 200 '<html><body><h1>Prizes'; }",
  })

  -- The names under which the attacker's page comes: another port of the same host, and another
  -- host; each knows path and token, which a page in truth does not.
  for _, host in ipairs({ "127.0.0.1", "localhost" }) do
    it("takes nothing from a page of http://" .. host .. " by any means of a browser", function()
      local read, number
      local session = { api = "https://wiki.example.org/w/api.php" }
      local values, err = person.at(browser.new, code_step(), session, function(me, address)
        assert(me.page:wait("#f1"))
        local token = me:look("function () { return document.forms[0].token.value }")
        assert(me.engine:go(("http://%s:%d/"):format(host, site.ports.evil)))
        assert(me.page:wait("h1"))
        number = me:look(ATTACK, address, token)
        for _ = 1, 300 do
          coroutine.yield()
        end
        read = me:look("function () { return window.tries.join() }")
        assert(me.engine:go(address))
        assert(me.page:wait("#f1"))
        assert(me.page:fill("#f1", "123456"))
        me:press("Enter")
      end)
      assert(values, err)
      assert.equal("123456", values.OATHToken:reveal())
      assert.equal("", read)
      counts.record(PAGES, number, 0)
    end)
  end
end)
