-- Browsers and drivers that do not do what they are asked: left in time, and said to be so.
local core = require("mwlogin.core")
local redirect = require("mwlogin.redirect")
local stand = require("spec.redirect.stand")

local function person(page)
  assert(page:fill("#login", "alice"))
  assert(page:fill("#password", core.secret("Alice & home")))
  assert(page:click("#submit"))
  assert(page:click("#allow"))
end

describe("a browser or driver that", function()
  local site, session, before, way

  before_each(function()
    site = stand.site()
    session = stand.session(site)
    before = stand.left_behind()
    way = nil
  end)

  after_each(function()
    stand.restore_environment()
    stand.remove_programs()
    if way then
      way:close()
    end
    stand.nothing_left_since(before)
    session:close()
    site:close()
  end)

  local function follow(variables, patience)
    stand.environment(variables)
    way = assert(redirect.prepare(session, { browse = true, patience = patience }))
    local step = { redirect_url = site.wiki .. "/start?return=" .. way.return_url, requests = {} }
    return way:follow(step, {}, person)
  end

  local function gives_up(code, variables)
    local address, err = follow(variables, 0.5)
    assert.is_nil(address)
    assert.equal("interaction", err.kind)
    assert.equal(code, err.code)
    assert.truthy(err.advice)
  end

  it("never answers is left in time", function()
    local silent = stand.program("exec sleep 60")
    gives_up("browser_slow", { MWLOGIN_BROWSER = silent, MWLOGIN_DRIVER = "/nowhere/driver" })
  end)

  it("knows nothing of what it is asked is too old, and said to be", function()
    local old = stand.program("exec lua5.4 spec/redirect/old_browser.lua")
    local address, err = follow({ MWLOGIN_BROWSER = old, MWLOGIN_DRIVER = "/nowhere/driver" })
    assert.is_nil(address)
    assert.equal("browser_protocol", err.code)
    assert.matches("refused Target.getTargets: 'Target.getTargets' wasn't found", err.message)
    assert.matches("too old", err.advice)
  end)

  it("tells no port is left in time", function()
    local silent = stand.program("exec sleep 60")
    gives_up("driver_start", { MWLOGIN_BROWSER = "/nowhere/chromium", MWLOGIN_DRIVER = silent })
  end)

  it("takes no command is left in time", function()
    local deaf <close> = setmetatable({ socket = require("socket").bind("127.0.0.1", 0) }, {
      __close = function(it)
        it.socket:close()
      end,
    })
    local port = select(2, deaf.socket:getsockname())
    local told = "echo 'ChromeDriver was started successfully on port %s.'; exec sleep 60"
    local variables = { MWLOGIN_BROWSER = "/nowhere/chromium" }
    variables.MWLOGIN_DRIVER = stand.program(told:format(port))
    gives_up("driver_slow", variables)
  end)

  it("stops in the middle is left in time", function()
    local browser = os.getenv("MWLOGIN_BROWSER") or "chromium"
    local program = 'echo $$ >%s; exec %s "$@"'
    local path = os.tmpname()
    stand.environment({ MWLOGIN_BROWSER = stand.program(program:format(path, browser)) })
    way = assert(redirect.prepare(session, { browse = true, patience = 3, engine = "pipe" }))
    local step = { redirect_url = site.wiki .. "/start?return=" .. way.return_url, requests = {} }
    local address, err = way:follow(step, {}, function(page)
      assert(page:wait("#login"))
      local file = assert(io.open(path))
      assert(os.execute("kill -STOP " .. file:read("l")))
      file:close()
      return page:fill("#login", "alice")
    end)
    os.remove(path)
    assert.is_nil(address)
    assert.equal("browser_slow", err.code, tostring(err))
  end)
end)

describe("a driver that does not fit the browser", function()
  it("is told as it says so", function()
    local site = stand.site()
    local session = stand.session(site)
    local before = stand.left_behind()
    local told = "echo 'ChromeDriver was started successfully on port %s.'; exec sleep 30"
    stand.environment({
      MWLOGIN_BROWSER = "/nowhere/chromium",
      MWLOGIN_DRIVER = stand.program(told:format(site.wiki:match("%d+$"))),
    })
    local way = assert(redirect.prepare(session, { browse = true }))
    local step = { redirect_url = site.wiki .. "/start?return=" .. way.return_url, requests = {} }
    local address, err = way:follow(step, {}, person)
    assert.is_nil(address)
    assert.equal("interaction", err.kind)
    assert.truthy(err.message:find("only supports Chrome version 99", 1, true), err.message)
    way:close()
    stand.restore_environment()
    stand.remove_programs()
    stand.nothing_left_since(before)
    session:close()
    site:close()
  end)
end)
