package.path = "./?.lua;./?/init.lua;" .. package.path

local browser = require("mwlogin.respond.browser")
local core = require("mwlogin.core")
local person = require("spec.respond.person")
local stand = require("spec.redirect.stand")
local steps = require("spec.respond.step")

local field, request = steps.field, steps.request

local PNG = core.crypto.unbase64(
  "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAAAAACoWZBhAAAAEUlEQVR42mP4DwYMQMQwUAwAoQtP"
    .. "sQ8eHnIAAAAASUVORK5CYII="
)

local function new_session(pictures)
  return {
    api = "https://wiki.example.org/w/api.php",
    fetch = function(_, path)
      local found = (pictures or {})[path]
      if not found then
        return { status = 404, headers = {}, body = "" }
      end
      return { status = 200, headers = { ["content-type"] = "image/png" }, body = found }
    end,
  }
end

local function at(step, script, session)
  return person.at(browser.new, step, session or new_session(), script)
end

local function code_step(more)
  return steps.new("UI", {
    request("MediaWiki\\Extension\\OATHAuth\\Auth\\TOTPAuthenticationRequest", "required", {
      field("OATHToken", "string", { label = "Token", help = "Six digits." }),
    }),
  }, more)
end

local function start_step()
  return steps.new("START", {
    request("CaptchaAuthenticationRequest", "required", {
      field("captchaId", "hidden", { value = "77" }),
      field("captchaInfo", "null", { value = "/index.php?title=Special:Captcha/image" }),
      field("captchaWord", "string", { label = "Letters of the picture" }),
    }, { metadata = { type = "image", mime = "image/png" } }),
    request("MediaWiki\\Auth\\PasswordAuthenticationRequest", "required", {
      field("username", "string", { label = "Username" }),
      field("password", "password", { label = "Password", sensitive = true }),
    }),
    request("PasswordDomainAuthenticationRequest", "required", {
      field("domain", "select", {
        label = "Domain",
        options = { { value = "local", label = "Here" }, { value = "uni", label = "University" } },
      }),
    }),
    request("RememberMeAuthenticationRequest", "optional", {
      field("rememberMe", "checkbox", { label = "Keep me logged in", optional = true }),
    }),
  })
end

describe("a step as a page in the browser", function()
  local before

  before_each(function()
    before = stand.left_behind()
  end)

  after_each(function()
    stand.nothing_left_since(before)
  end)

  it("is filled by keyboard alone: picture, text, password, choice, box", function()
    local session = new_session({ ["/index.php?title=Special:Captcha/image"] = PNG })
    local width, heard
    local values = assert(at(start_step(), function(me)
      assert(me.page:wait("#f1:focus"))
      for _ = 1, 1500 do -- the field may have the focus before the picture is there
        width = me:look("function () { return document.images[0].naturalWidth }")
        if width > 0 then
          break
        end
        coroutine.yield() -- the picture is sent by the call that resumes this script
      end
      heard = { me:hear() }
      me:type("smoky fox")
      me:press("Tab")
      heard[2] = me:hear()
      me:type("Alice")
      me:press("Tab")
      heard[3] = me:hear()
      me:type("Wonder+land & tea=1/2% ✓")
      me:press("Tab")
      heard[4] = me:hear()
      me:press("Down")
      me:press("Down")
      me:press("Tab")
      heard[5] = me:hear()
      me:press("Space")
      me:press("Enter")
      assert(me.page:wait("h1"))
    end, session))
    assert.equal(10, width)
    local names = {}
    for position, one in ipairs(heard) do
      names[position] = one.role .. ": " .. one.name
    end
    assert.same({
      "textbox: Letters of the picture",
      "textbox: Username",
      "textbox: Password",
      "combobox: Domain",
      "checkbox: Keep me logged in",
    }, names)
    assert.is_true(core.is_secret(values.password))
    assert.equal("Wonder+land & tea=1/2% ✓", values.password:reveal())
    values.password = nil
    assert.same({
      captchaWord = "smoky fox",
      username = "Alice",
      domain = "uni",
      rememberMe = true,
    }, values)
  end)

  it("announces that an answer was rejected", function()
    local alert, input, title
    local step = code_step({ rejected = true, message = "That code was wrong." })
    local values = assert(at(step, function(me)
      assert(me.page:wait("#f1:focus"))
      alert, input = me:hear("#problem"), me:hear()
      title = me:look("function () { return document.title }")
      me:type("123456")
      me:press("Enter")
    end))
    assert.equal("alert", alert.role)
    assert.equal("Token", input.name)
    assert.equal("true", tostring(input.invalid))
    assert.truthy(input.description:find("That code was wrong.", 1, true))
    assert.truthy(input.description:find("Six digits.", 1, true))
    assert.equal("Please check: One more step", title)
    assert.equal("123456", values.OATHToken:reveal())
  end)

  it("tells the browser what kind of answer each field takes", function()
    local kinds
    local step = steps.new("UI", {
      request("TOTPAuthenticationRequest", "required", { field("OATHToken", "string") }),
      request("PasswordAuthenticationRequest", "required", {
        field("username", "string"),
        field("password", "password"),
      }),
      request("Other", "required", { field("pin", "string", { sensitive = true }) }),
    })
    local _, err = at(step, function(me)
      assert(me.page:wait("#f4"))
      kinds = me:look([[function () { return [...document.querySelectorAll('input[id]')].map(
        (e) => [e.type, e.autocomplete, e.inputMode].join(' ')).join(', ') }]])
      assert(me.page:click("button[name=cancel]"))
    end)
    assert.equal(
      "text one-time-code numeric, text username , password current-password , "
        .. "password current-password ",
      kinds
    )
    assert.equal("cancelled", err.kind)
  end)

  it("asks again for what is missing, and keeps what was typed", function()
    local alert, kept, password
    local step = start_step()
    local session = new_session({ ["/index.php?title=Special:Captcha/image"] = PNG })
    local values = assert(at(step, function(me)
      assert(me.page:fill("#f1", "fox"))
      assert(me.page:fill("#f2", "Alice"))
      assert(me.page:fill("#f4", "University"))
      me:look("function () { document.forms[0].noValidate = true; return 1 }")
      assert(me.page:click("button:not([hidden])[name=go]"))
      assert(me.page:wait("#f3:focus"))
      alert = me.page:text("#problem")
      kept = me:look("function () { return f1.value + f2.value + f4.value }")
      password = me:hear()
      assert(me.page:fill("#f3", "x"))
      assert(me.page:click("button:not([hidden])[name=go]"))
      assert(me.page:wait("h1"))
    end, session))
    assert.truthy(alert:find("missing", 1, true))
    assert.equal("foxAlice=uni", kept)
    assert.equal("Password", password.name)
    assert.equal("Alice", values.username)
  end)

  it("marks all that is missing, a choice too, and says why at each", function()
    local session = new_session({ ["/index.php?title=Special:Captcha/image"] = PNG })
    local marked, choice
    at(start_step(), function(me)
      assert(me.page:wait("#f1"))
      me:look("function () { document.forms[0].noValidate = true; return 1 }")
      assert(me.page:fill("#f2", "Alice"))
      assert(me.page:click("button:not([hidden])[name=go]"))
      assert(me.page:wait("#problem"))
      marked = me:look([[function () {
        return [...document.querySelectorAll('[aria-invalid=true]')].map((e) => e.id).join(' ');
      }]])
      choice = me:hear("#f4")
      assert(me.page:click("button[name=cancel]"))
    end, session)
    assert.equal("f1 f3 f4", marked)
    assert.matches("missing", choice.description)
  end)

  it("calls ways by what their classes are called where the wiki has no words", function()
    local shown
    local step = steps.new("START", {
      request("MediaWiki\\Auth\\PasswordAuthenticationRequest", "primary-required", {
        field("username", "string"),
        field("password", "password"),
      }),
      request("BeginAuthenticationRequest:b", "primary-required", {
        field("b", "button", { label = "Log in elsewhere" }),
      }),
    })
    at(step, function(me)
      assert(me.page:wait("form"))
      shown = me:look([[function () {
        return [...document.querySelectorAll('legend')].map((e) => e.textContent).join('|');
      }]])
      assert(me.page:click("button[name=cancel]"))
    end)
    assert.equal("Password", shown)
  end)

  it("takes several choices and says what it cannot ask", function()
    local text
    local step = steps.new("UI", {
      request("Survey", "required", {
        field("intro", "null", { label = "", value = "<b>Read</b> this" }),
        field("languages", "multiselect", {
          optional = true,
          options = {
            { value = "en|us", label = "English" },
            { value = "fr", label = "Français" },
            { value = "", label = "None" },
          },
        }),
        field("mood", "sliderwidget", { label = "Mood" }),
      }),
    })
    local values = assert(at(step, function(me)
      assert(me.page:wait("form"))
      text = me.page:text("form")
      assert(me.page:click("[id='f1.1']"))
      assert(me.page:click("[id='f1.3']"))
      assert(me.page:click("button:not([hidden])[name=go]"))
      assert(me.page:wait("h1"))
    end))
    assert.same({ languages = { "en|us", "" } }, values)
    assert.truthy(text:find("Read this", 1, true))
    assert.truthy(text:find("Mood: this kind of question (sliderwidget) cannot", 1, true))
  end)

  it("binds answers where ways ask for the same name, and a button chooses its way", function()
    local function ways()
      return steps.new("START", {
        request("PasswordAuthenticationRequest", "primary-required", {
          field("username", "string"),
          field("password", "password"),
        }, { provider = "Password" }),
        request("LdapAuthenticationRequest", "primary-required", {
          field("username", "string"),
          field("pin", "string"),
        }, { provider = "Directory" }),
        request("BeginAuthenticationRequest:pluggableauthlogin0", "primary-required", {
          field("pluggableauthlogin0", "button", { label = "Log in elsewhere" }),
        }, { provider = "Elsewhere" }),
      })
    end
    local group
    local values = assert(at(ways(), function(me)
      assert(me.page:fill("#f3", "alice"))
      assert(me.page:fill("#f4", "1234"))
      group = me:hear("fieldset:nth-of-type(2)")
      me:press("Enter")
    end))
    assert.equal("Directory", group.name)
    assert.equal("alice", values["LdapAuthenticationRequest.username"])
    assert.is_nil(values["PasswordAuthenticationRequest.username"])
    assert.equal("1234", values.pin)
    assert.is_nil(values.pluggableauthlogin0)
    values = assert(at(ways(), function(me)
      assert(me.page:click("#f5, [name=f5]"))
    end))
    assert.is_true(values.pluggableauthlogin0)
  end)

  it("lets no script run, whatever a wiki writes", function()
    local title, ran
    local step = code_step({ message = [[<script>document.title = "owned"</script>]] })
    step.requests[1].fields[1].label = [["><img src=x onerror="document.title='owned'">]]
    at(step, function(me)
      assert(me.page:wait("#f1"))
      ran = me:look([[function () {
        const s = document.createElement('script');
        s.textContent = 'window.owned = 1';
        document.body.append(s);
        const b = document.createElement('button');
        b.setAttribute('onclick', 'window.owned = 1');
        document.body.append(b);
        b.click();
        return window.owned === undefined;
      }]])
      title = me:look("function () { return document.title }")
      assert(me.page:click("button[name=cancel]"))
    end)
    assert.is_true(ran)
    assert.equal("One more step", title)
  end)

  it("fits a narrow and zoomed window, light and dark", function()
    local wide, grounds = nil, {}
    local session = new_session({ ["/index.php?title=Special:Captcha/image"] = PNG })
    at(start_step(), function(me)
      assert(me.page:wait("#f1"))
      assert(me.engine:call("Emulation.setDeviceMetricsOverride", {
        width = 320,
        height = 480,
        deviceScaleFactor = 4,
        mobile = false,
      }))
      wide = me:look("function () { return document.documentElement.scrollWidth }")
      for position, scheme in ipairs({ "light", "dark" }) do
        assert(me.engine:call("Emulation.setEmulatedMedia", {
          features = { { name = "prefers-color-scheme", value = scheme } },
        }))
        grounds[position] = me:look(
          "function () { return getComputedStyle(document.documentElement).backgroundColor }"
        )
      end
      assert(me.page:click("button[name=cancel]"))
    end, session)
    assert.equal(320, wide)
    assert.not_equal(grounds[1], grounds[2])
  end)

  it("takes answers from its own page only", function()
    local got = {}
    local function post(address, form, origin, site)
      return person.post(address, form, { Origin = origin, ["Sec-Fetch-Site"] = site })
    end
    local values, err = at(code_step(), function(me, address)
      assert(me.page:wait("#f1"))
      local origin = address:match("^http://[^/]+")
      local token = me:look("function () { return document.forms[0].token.value }")
      local good = "f1=999999&token=" .. token
      got[1] = post(address, good, "https://evil.example")
      got[2] = post(address, good, "null")
      got[3] = post(address, good)
      got[4] = post(address, good, origin, "cross-site")
      got[5] = post(address, "f1=999999&token=wrong", origin)
      got[6] = post(address, "f1=999999", origin)
      got[7] = post(origin .. "/", good, origin)
      post(address, good, origin, "same-origin")
    end)
    assert.is_nil(err)
    assert.same({ 403, 403, 403, 403, 403, 403, 404 }, got)
    assert.equal("999999", values.OATHToken:reveal())
  end)

  it("takes nothing from another page in the same browser", function()
    local site = stand.site()
    local refused
    local values, err = at(code_step(), function(me, address)
      assert(me.page:wait("#f1"))
      local token = me:look("function () { return document.forms[0].token.value }")
      assert(me.engine:go(site.provider .. "/echo?evil"))
      assert(me.page:wait("#echo"))
      me:look(
        [[function (address, token) {
          document.body.innerHTML = '<form method=post><input name=f1 value=666666>' +
            '<input name=token><button id=steal>win a prize</button></form>';
          document.forms[0].action = address;
          document.forms[0].token.value = token;
        }]],
        address,
        token
      )
      assert(me.page:click("#steal"))
      assert(me.page:wait("h1"))
      refused = assert(me.page:text("h1"))
      assert(me.engine:go(address))
      assert(me.page:wait("#f1"))
      assert(me.page:fill("#f1", "123456"))
      me:press("Enter")
    end)
    site:close()
    assert(values, err)
    assert.equal("123456", values.OATHToken:reveal())
    assert.is_string(refused)
  end)

  it("says so when the picture cannot be had", function()
    local values, err = browser.new({
      open = function()
        error("must not be opened")
      end,
    })(start_step(), { session = new_session() })
    assert.is_nil(values)
    assert.equal("protocol", err.kind)
  end)

  it("hands on that no browser could be opened, and ends when nobody answers", function()
    local reason = { kind = "interaction" }
    local values, err = browser.new({
      open = function()
        return nil, reason
      end,
    })(code_step(), { session = new_session() })
    assert.is_nil(values)
    assert.equal(reason, err)
    values, err = browser.new({
      timeout = 0.1,
      open = function()
        return true
      end,
    })(code_step(), { session = new_session() })
    assert.is_nil(values)
    assert.equal("timeout", err.code)
  end)

  it("takes no option it does not know", function()
    assert.error_matches(function()
      browser.new({ timeuot = 1 })
    end, "respond.browser has no option 'timeuot'; did you mean 'timeout'")
    assert.error_matches(function()
      browser.new({ timeout = math.huge })
    end, "respond.browser: option 'timeout' must be above 0")
  end)
end)
