local chromium = require("mwlogin.redirect.chromium")
local cookies = require("mwlogin.redirect.cookies")
local core = require("mwlogin.core")
local redirect = require("mwlogin.redirect")
local scratch = require("mwlogin.redirect.scratch")
local stand = require("spec.redirect.stand")

local function person(page)
  assert(page:fill("#login", "alice"))
  assert(page:fill("#password", core.secret("Alice & home")))
  assert(page:click("#submit"))
  assert(page:click("#allow"))
end

describe("a browser over its debugging pipe", function()
  local before

  before_each(function()
    before = stand.left_behind()
  end)

  after_each(function()
    stand.nothing_left_since(before)
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
