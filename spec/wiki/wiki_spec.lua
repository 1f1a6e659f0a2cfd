package.path = "./?.lua;./?/init.lua;" .. package.path

local client = require("spec.wiki.client")
local shared = require("spec.shared")
local wiki = require("spec.wiki")

local function output(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read("a")
  pipe:close()
  return text
end

local function processes_of(folder)
  -- The bracket keeps grep and its shell out of their own answer.
  return output("ps -eo args= | grep -F -- '" .. folder .. "' | grep -v grep")
end

describe("the test wiki", function()
  local plain = shared(wiki.start)
  local private = shared(wiki.start, { private = true, host = "localhost" })

  it("runs a plain and a private one side by side", function()
    local open = client.new(plain):api({ action = "query", meta = "siteinfo" })
    assert.matches("^MediaWiki 1%.39", open.query.general.generator)
    local closed = client.new(private):api({ action = "query", meta = "siteinfo" })
    assert.equal("readapidenied", closed.errors[1].code)
    assert.matches("^http://localhost:", private.api)
  end)

  it("names its api.php in every page, private or not", function()
    for _, one in ipairs({ plain, private }) do
      local page = client.new(one):fetch(one:page("Main Page"))
      assert.equal(200, page.status)
      assert.truthy(page.body:find('rel="EditURI"[^>]-href="' .. one.api:gsub("%p", "%%%0")))
    end
  end)

  it("lets main and bot passwords in, and wrong ones not", function()
    for _, one in ipairs({ plain, private }) do
      local alice = client.new(one)
      local step = alice:begin({ username = "Alice", password = one.accounts.Alice })
      assert.equal("PASS", step.status)
      assert.equal("Alice", alice:name())

      local bot = client.new(one)
      local result = bot:login(one.botpassword.name, one.botpassword.password)
      assert.equal("Success", result.result)
      assert.equal("Alice", bot:name())

      local variant = client.new(one)
      local other = variant:login(one.botpassword.variant_name, one.botpassword.variant_password)
      assert.equal("Success", other.result)
      assert.equal("Failed", client.new(one):login(one.botpassword.name, ("0"):rep(32)).result)
    end
  end)

  it("throttles: after five wrong passwords the right one is refused", function()
    local guess = client.new(plain)
    for _ = 1, 5 do
      assert.equal("wrongpassword", guess:begin({ username = "Bob", password = "no" }).messagecode)
    end
    local step = guess:begin({ username = "Bob", password = plain.accounts.Bob })
    assert.equal("login-throttled", step.messagecode)
    plain:forget_throttles()
    assert.equal("PASS", guess:begin({ username = "Bob", password = plain.accounts.Bob }).status)
  end)

  it("counts requests and never writes what they held", function()
    plain:mark()
    assert.equal(0, #plain:requests())
    client.new(plain):begin({ username = "Carol", password = plain.accounts.Carol })
    local posts = plain:requests({ method = "POST", action = "clientlogin" })
    assert.equal(1, #posts)
    assert.equal(200, posts[1].status)
    assert.same({}, posts[1].query)
    assert.truthy(table.concat(posts[1].body, " "):find("logintoken password username", 1, true))
    assert.equal(2, #plain:requests())
    local file = assert(io.open(plain.folder .. "/requests.jsonl"))
    local text = file:read("a")
    file:close()
    assert.falsy(text:find("Chief", 1, true))
  end)

  it("forgets sessions, changes settings, runs PHP and SQL while it is up", function()
    local alice = client.new(plain)
    alice:begin({ username = "Alice", password = plain.accounts.Alice })
    assert.is_true(plain:forget_sessions() > 0)
    assert.is_not.equal("Alice", alice:name())

    plain:set('$wgReadOnly = "Moving house";')
    local refused = alice:begin({ username = "Alice", password = plain.accounts.Alice })
    assert.equal("readonly", refused.errors[1].code)
    plain:set("")
    local step = alice:begin({ username = "Alice", password = plain.accounts.Alice })
    assert.equal("PASS", step.status)

    assert.equal("mwlogin test wiki", plain:php("global $wgSitename; return $wgSitename;"))
    local rows = plain:sql("SELECT user_name FROM user WHERE user_name = 'Alice'")
    assert.same({ { user_name = "Alice" } }, rows)
  end)

  it("takes accounts and settings of its own", function()
    local own <close> = wiki.start({
      accounts = { ["Zoë"] = "Größe & Güte 9" },
      settings = '$wgSitename = "Elsewhere";',
    })
    local zoe = client.new(own)
    assert.equal("PASS", zoe:begin({ username = "zoë", password = own.accounts["Zoë"] }).status)
    local reply = zoe:api({ action = "query", meta = "siteinfo" })
    assert.equal("Elsewhere", reply.query.general.sitename)
    assert.equal("Zoë@app", own.botpassword.name)
  end)

  it("leaves nothing after stop", function()
    local short = wiki.start()
    assert.matches("keeper", processes_of(short.folder))
    assert.matches("S", output("ps -o stat= -p " .. math.tointeger(short.group)))
    short:stop()
    short:stop()
    assert.equal("", processes_of(short.folder))
    assert.equal("", output("ps -o pid= -g " .. math.tointeger(short.group)))
    assert.is_nil(io.open(short.folder .. "/wiki.json"))
  end)

  it("ends with its starter, even one killed outright", function()
    local script = os.tmpname()
    local file = assert(io.open(script, "w"))
    file:write([[
      package.path = "./?.lua;./?/init.lua;" .. package.path
      local w = require("spec.wiki").start()
      print(w.folder, math.tointeger(w.group))
      io.stdout:flush()
      -- Kills exactly this interpreter: the shell's parent.
      os.execute("kill -9 $PPID")
    ]])
    file:close()
    local folder, group = output("lua5.4 " .. script .. " 2>/dev/null"):match("(%S+)%s+(%d+)")
    os.remove(script)
    local gone
    for _ = 1, 500 do
      gone = not io.open(folder .. "/wiki.json") and output("ps -o pid= -g " .. group) == ""
      if gone then
        break
      end
      require("socket").sleep(0.02)
    end
    assert.is_true(gone)
  end)
end)
