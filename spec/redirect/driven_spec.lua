local core = require("mwlogin.core")
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
    local on = stand.for_block()
    local site = on.site

    local function prepare(options)
      options = options or {}
      options.engine = engine
      if options.browse == nil then
        options.browse = true
      end
      return on.prepare(options)
    end

    local function step(path)
      return { redirect_url = site.wiki .. path .. on.way.return_url, requests = {} }
    end

    it("holds the login's session, goes through the provider and comes back", function()
      prepare()
      local who
      local address = assert(on.way:follow(step("/start?return="), {}, function(page)
        assert(page:wait("#login"))
        assert(page:address():find(site.provider, 1, true))
        assert(page:fill("#login", "alice"))
        assert(page:fill("#password", core.secret(PASSWORD)))
        assert(page:fill("#realm", "Work"))
        assert(page:click("#submit"))
        who = assert(page:text("#who"))
        assert(page:click("#allow"))
      end))
      assert.equal(on.way.return_url .. "?code=c0de&state=abc", address)
      assert.equal("alice at b", who)
      local journal = site:journal()
      assert.truthy(journal:find("wiki GET /back wiki_session=ours", 1, true))
      for line in journal:gmatch("provider[^\n]*") do
        assert.is_nil(line:find("wiki_session", 1, true))
      end
    end)

    it("tells that the person refused", function()
      prepare()
      local address = assert(on.way:follow(step("/start?return="), {}, function(page)
        assert(page:fill("#password", PASSWORD))
        assert(page:click("#submit"))
        assert(page:click("#deny"))
      end))
      assert.equal(on.way.return_url .. "?error=access_denied", address)
    end)

    it("takes a form that the provider posts to the return address", function()
      prepare()
      local target = ("%s/auto?redirect_uri=%s&state=xyz&response_mode=form_post"):format(
        site.provider,
        core.encode(on.way.return_url)
      )
      local address =
        assert(on.way:follow({ redirect_url = target, requests = {} }, {}, function(page)
          assert(page:click("#post"))
        end))
      assert.equal(on.way.return_url .. "?code=c0de&state=xyz", address)
    end)

    it("catches a return address nobody listens at", function()
      prepare({ return_url = "https://tool.invalid/back" })
      assert.is_nil(on.way.listener)
      local address = assert(on.way:follow(step("/start?return="), {}, person))
      assert.equal("https://tool.invalid/back?code=c0de&state=abc", address)
    end)

    it("ends with the script's own failure", function()
      prepare()
      local address, err = on.way:follow(step("/start?return="), {}, function(page)
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
        local address, err = on.way:follow(step("/start?return="), {}, function(page)
          return page:open(target)
        end)
        assert.is_nil(address)
        assert.truthy(err.code:find("^target_"))
      end
    end)

    it("ends in time when nobody comes back", function()
      prepare({ timeout = 0.5 })
      local address, err = on.way:follow(step("/start?return="), {}, function() end)
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
      local address, err = on.way:follow(step("/start?return="), {}, person)
      assert.is_nil(address)
      assert.equal("interaction", err.kind)
      assert.truthy(err.message:find("/nowhere/chrom", 1, true))
      stand.environment({
        MWLOGIN_BROWSER = engine == "pipe" and stand.program("exit 3") or nil,
        MWLOGIN_DRIVER = engine == "webdriver" and stand.program("exit 3") or nil,
      })
      on.way:close()
      prepare()
      address, err = on.way:follow(step("/start?return="), {}, person)
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

    -- Somebody who ends the browser as soon as it is on its way and the return is waited for.
    local function with_window_that_gets(signal)
      local told = os.tmpname()
      with_window(("echo $$ >%s\n"):format(told))
      local sent = false
      return function(seconds)
        if not sent then
          sent = true
          assert(os.execute(("kill -%s $(cat %s); rm %s"):format(signal, told, told)))
        end
        on.session.pool:sleep(seconds)
      end
    end

    it("shows a window to a person and waits for the return", function()
      with_window()
      prepare({ redirect = "driven", browse = false })
      local address = assert(on.way:follow(step("/by-itself?return="), {}))
      assert.equal(on.way.return_url .. "?code=c0de&state=abc", address)
    end)

    it("notices that the browser was closed", function()
      local sleep = with_window_that_gets("TERM")
      prepare({ redirect = "driven", browse = false }).sleep = sleep
      local address, err = on.way:follow(step("/start?return="), {})
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
      assert.truthy(stand.left_behind():find("^[1-9]%d* processes"))
      program:kill("INT")
      local status = assert(program:wait(30))
      program:close()
      assert.is_true(status.exit ~= 0)
    end)

    it("notices that the browser was killed", function()
      local sleep = with_window_that_gets("KILL")
      prepare({ redirect = "driven", browse = false }).sleep = sleep
      local address, err = on.way:follow(step("/start?return="), {})
      assert.is_nil(address)
      assert.truthy(err.kind == "cancelled" or err.code == "browser_crashed", err.code)
    end)
  end)
end
