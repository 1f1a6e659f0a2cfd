local chromium = require("mwlogin.redirect.chromium")
local cookies = require("mwlogin.redirect.cookies")
local core = require("mwlogin.core")
local redirect = require("mwlogin.redirect")
local scratch = require("mwlogin.redirect.scratch")
local stand = require("spec.redirect.stand")

local PASSWORD = "Alice & home"

local function person(page)
  assert(page:fill("#login", "alice"))
  assert(page:fill("#password", core.secret(PASSWORD)))
  assert(page:fill("#realm", "Work"))
  assert(page:click("#submit"))
  assert(page:click("#allow"))
end

for _, engine in ipairs({ "pipe", "webdriver" }) do
  describe("a browser of our own, by " .. engine .. ",", function()
    local site, session, before, way

    setup(function()
      site = stand.site()
    end)

    teardown(function()
      site:close()
    end)

    before_each(function()
      session = stand.session(site)
      before = stand.left_behind()
    end)

    after_each(function()
      if way then
        way:close()
        way = nil
      end
      stand.restore_environment()
      stand.remove_programs()
      collectgarbage()
      local after = stand.left_behind()
      session:close()
      assert.equal(before, after)
    end)

    local function prepare(options)
      options = options or {}
      options.engine = engine
      if options.browse == nil then
        options.browse = true
      end
      way = assert(redirect.prepare(session, options))
      return way
    end

    local function step(path)
      return { redirect_url = site.wiki .. path .. way.return_url, requests = {} }
    end

    it("holds the login's session, goes through the provider and comes back", function()
      prepare()
      local who
      local address = assert(way:follow(step("/start?return="), {}, function(page)
        assert(page:wait("#login"))
        assert(page:address():find(site.provider, 1, true))
        assert(page:fill("#login", "alice"))
        assert(page:fill("#password", core.secret(PASSWORD)))
        assert(page:fill("#realm", "Work"))
        assert(page:click("#submit"))
        who = assert(page:text("#who"))
        assert(page:click("#allow"))
      end))
      assert.equal(way.return_url .. "?code=c0de&state=abc", address)
      assert.equal("alice at b", who)
      local journal = site:journal()
      assert.truthy(journal:find("wiki GET /back wiki_session=ours", 1, true))
      for line in journal:gmatch("provider[^\n]*") do
        assert.is_nil(line:find("wiki_session", 1, true))
      end
    end)

    it("tells that the person refused", function()
      prepare()
      local address = assert(way:follow(step("/start?return="), {}, function(page)
        assert(page:fill("#password", PASSWORD))
        assert(page:click("#submit"))
        assert(page:click("#deny"))
      end))
      assert.equal(way.return_url .. "?error=access_denied", address)
    end)

    it("takes a form that the provider posts to the return address", function()
      prepare()
      local target = ("%s/auto?redirect_uri=%s&state=xyz&response_mode=form_post"):format(
        site.provider,
        core.encode(way.return_url)
      )
      local address = assert(way:follow({ redirect_url = target, requests = {} }, {}, function(page)
        assert(page:click("#post"))
      end))
      assert.equal(way.return_url .. "?code=c0de&state=xyz", address)
    end)

    it("catches a return address nobody listens at", function()
      prepare({ return_url = "https://tool.invalid/back" })
      assert.is_nil(way.listener)
      local address = assert(way:follow(step("/start?return="), {}, person))
      assert.equal("https://tool.invalid/back?code=c0de&state=abc", address)
    end)

    it("ends with the script's own failure", function()
      prepare()
      local address, err = way:follow(step("/start?return="), {}, function(page)
        page:fill("#login", "alice")
        error("no idea how to go on")
      end)
      assert.is_nil(address)
      assert.equal("handler", err.kind)
      assert.truthy(err.message:find("no idea how to go on", 1, true))
    end)

    it("ends when the script opens what may not be opened", function()
      prepare()
      local targets = { "file:///etc/passwd", "javascript:1", "http://provider.example/" }
      for _, target in ipairs(targets) do
        local address, err = way:follow(step("/start?return="), {}, function(page)
          return page:open(target)
        end)
        assert.is_nil(address)
        assert.truthy(err.code:find("^target_"))
      end
    end)

    it("ends in time when nobody comes back", function()
      prepare({ timeout = 0.5 })
      local address, err = way:follow(step("/start?return="), {}, function() end)
      assert.is_nil(address)
      assert.equal("interaction", err.kind)
      assert.equal("timeout", err.code)
    end)

    it("says that the program named is missing, or does not start", function()
      stand.environment({
        MWLOGIN_BROWSER = "/nowhere/chromium",
        MWLOGIN_DRIVER = "/nowhere/chromedriver",
      })
      prepare()
      local address, err = way:follow(step("/start?return="), {}, person)
      assert.is_nil(address)
      assert.equal("interaction", err.kind)
      assert.truthy(err.message:find("/nowhere/chrom", 1, true))
      stand.environment({
        MWLOGIN_BROWSER = engine == "pipe" and stand.program("exit 3") or nil,
        MWLOGIN_DRIVER = engine == "webdriver" and stand.program("exit 3") or nil,
      })
      way:close()
      prepare()
      address, err = way:follow(step("/start?return="), {}, person)
      assert.is_nil(address)
      assert.equal("interaction", err.kind)
      assert.truthy(err.message:find("did not start", 1, true), err.message)
      assert.truthy(err.advice)
    end)

    -- A window for a person needs a screen; here it is headless all the same.
    local function with_window(more)
      local browser = os.getenv("MWLOGIN_BROWSER") or "chromium"
      stand.environment({
        DISPLAY = ":0",
        MWLOGIN_BROWSER = stand.program(
          (more or "") .. ('exec %s --headless --disable-gpu "$@"'):format(browser)
        ),
      })
    end

    it("shows a window to a person and waits for the return", function()
      with_window()
      prepare({ redirect = "driven", browse = false })
      local address = assert(way:follow(step("/by-itself?return="), {}))
      assert.equal(way.return_url .. "?code=c0de&state=abc", address)
    end)

    it("notices that the browser was closed", function()
      with_window("(sleep 2; kill $$) >/dev/null 2>&1 3>&- 4>&- &\n")
      prepare({ redirect = "driven", browse = false })
      local address, err = way:follow(step("/start?return="), {})
      assert.is_nil(address)
      assert.equal("cancelled", err.kind)
      assert.truthy(err.message:find("closed", 1, true))
    end)

    it("ends with the program that is interrupted", function()
      local program = assert(core.process({ "lua5.4", "spec/redirect/interrupted.lua", engine }, {
        stdout = "pipe",
        env = { LUA_PATH = package.path, LUA_CPATH = package.cpath, STAND_FOLDER = stand.folder },
      }))
      assert.equal("waiting", program:read(1, { stop = "\n", timeout = 60 }))
      assert.not_equal(before, stand.left_behind())
      program:kill("INT")
      local status = assert(program:wait(30))
      program:close()
      assert.is_true(status.exit ~= 0)
    end)

    it("notices that the browser was killed", function()
      with_window("(sleep 2; kill -9 $$) >/dev/null 2>&1 3>&- 4>&- &\n")
      prepare({ redirect = "driven", browse = false })
      local address, err = way:follow(step("/start?return="), {})
      assert.is_nil(address)
      assert.truthy(err.kind == "cancelled" or err.code == "browser_crashed", err.code)
    end)
  end)
end

describe("what never answers", function()
  local site, session, before, way

  before_each(function()
    site = stand.site()
    session = stand.session(site)
    before = stand.left_behind()
  end)

  after_each(function()
    way:close()
    stand.restore_environment()
    stand.remove_programs()
    collectgarbage()
    assert.equal(before, stand.left_behind())
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

  it("is left in time: a browser", function()
    local silent = stand.program("exec sleep 60")
    gives_up("browser_slow", { MWLOGIN_BROWSER = silent, MWLOGIN_DRIVER = "/nowhere/driver" })
  end)

  it("is left in time: a driver that tells no port", function()
    local silent = stand.program("exec sleep 60")
    gives_up("driver_start", { MWLOGIN_BROWSER = "/nowhere/chromium", MWLOGIN_DRIVER = silent })
  end)

  it("is left in time: a driver that takes no command", function()
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

  it("is left in time: a browser that stops in the middle", function()
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
    assert.equal(before, stand.left_behind())
    session:close()
    site:close()
  end)
end)

describe("a browser over its debugging pipe", function()
  local before

  before_each(function()
    before = stand.left_behind()
  end)

  after_each(function()
    collectgarbage()
    assert.equal(before, stand.left_behind())
  end)

  it("answers the password box in front of the wiki, and nobody else's", function()
    local site = stand.site()
    local session = stand.session(site, {
      http_auth = { username = "us", password = require("mwlogin").secret("door") },
    })
    local way = assert(redirect.prepare(session, { browse = true, engine = "pipe" }))
    local address = assert(way:follow({
      redirect_url = site.wiki .. "/start?basic=1&return=" .. way.return_url,
      requests = {},
    }, {}, person))
    assert.equal(way.return_url .. "?code=c0de&state=abc", address)
    way:close()
    session:close()
    site:close()
  end)

  local function start()
    local folder = assert(scratch.make())
    return assert(chromium.start({
      program = require("mwlogin.redirect.programs").browser(),
      folder = folder.path,
      headless = true,
      idle = function() end,
    })),
      folder
  end

  it("takes an https wiki's cookies so that they come along from other sites", function()
    local engine, folder = start()
    local session = {
      api = "https://wiki.example.org/w/api.php",
      export_cookies = function()
        return {
          "#HttpOnly_wiki.example.org\tFALSE\t/\tTRUE\t0\twiki_session\tours",
          ".example.org\tTRUE\t/\tTRUE\t4102444800\tcentral\tx",
        }
      end,
    }
    assert.is_true(engine:set_cookies(cookies.of(session), "https://wiki.example.org/w/load.php"))
    local function held(address)
      local list = {}
      local got = assert(engine:call("Network.getCookies", { urls = { address } })).cookies
      for _, cookie in ipairs(got) do
        list[#list + 1] = ("%s %s %s"):format(cookie.name, cookie.domain, cookie.sameSite)
      end
      table.sort(list)
      return list
    end
    assert.same({
      "central .example.org None",
      "wiki_session wiki.example.org None",
    }, held("https://wiki.example.org/w/index.php"))
    assert.same({ "central .example.org None" }, held("https://other.example.org/"))
    assert.same({}, held("https://provider.example/"))
    assert.same({}, held("http://wiki.example.org/"))
    engine:close()
    assert.is_true(folder:remove())
  end)

  it("tells at once that its only window was closed", function()
    local engine, folder = start()
    assert.is_true(engine:pump(0.1))
    engine:call("Page.close", {})
    local alive, err
    for _ = 1, 100 do
      alive, err = engine:pump(0.05)
      if not alive then
        break
      end
    end
    assert.is_nil(alive)
    assert.equal("cancelled", err.kind)
    assert.equal("window_closed", err.code)
    engine:close()
    assert.is_true(folder:remove())
  end)
end)
