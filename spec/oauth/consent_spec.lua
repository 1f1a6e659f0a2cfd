---A person's way to the wiki's page and back, as both versions of OAuth go it.
local consent = require "mwlogin.oauth.consent"
local core = require "mwlogin.core"
local query = require "mwlogin.query"
local shared = require "spec.shared"
local stand = require "spec.redirect.stand"

describe("sending a person to the wiki's page", function()
  local session
  local site = shared(stand.site)

  before_each(function()
    session = stand.session(site)
  end)

  after_each(function()
    stand.restore_environment()
    session:close()
  end)

  local function page(visit, more)
    return ("%s/auto?response_type=code&state=abc&redirect_uri=%s%s"):format(
      site.provider,
      core.encode(visit.return_url),
      more or ""
    )
  end

  local function browser(words)
    stand.environment { BROWSER = words, DISPLAY = false, WAYLAND_DISPLAY = false }
  end

  ---As a person who pastes, in turn, each of these.
  local function pasting(...)
    local pastes = { ... }
    return {
      redirect = "paste",
      respond = function(shown)
        return { [shown.requests[1].fields[1].name] = table.remove(pastes, 1) }
      end,
    }
  end

  it("opens his own browser there, and hands on what came back", function()
    browser "lua5.4 spec/redirect/visitor.lua %s"
    local visit <close> = assert(consent.prepare(session, {}))
    assert.truthy(visit.return_url:find "^http://127%.0%.0%.1:%d+/[%w_-]+$")
    local values = assert(visit:ask(page(visit), { state = "abc" }))
    assert.equal("c0de", values.code)
  end)

  it("turns away who comes back with another state, or with none", function()
    browser "lua5.4 spec/redirect/visitor.lua wrong-state %s"
    local visit <close> = assert(consent.prepare(session, {}))
    local values = assert(visit:ask(page(visit), { state = "abc" }))
    assert.equal("abc", values.state)
  end)

  it("follows no hop with the cookies of the Session: they are another's consent", function()
    browser "lua5.4 spec/redirect/visitor.lua %s"
    local visit <close> = assert(consent.prepare(session, {}))
    local address = site.wiki .. "/direct?return=" .. core.encode(visit.return_url .. "?code=x")
    assert(visit:ask(address, {}))
    assert.is_nil(site:journal():find("/direct[^\n]*wiki_session"))
  end)

  it("takes the registered address for the way back, and says when its port is taken", function()
    browser "true"
    local taken <close> = assert(require("mwlogin.listener").open { path = "/back" })
    local visit, err = consent.prepare(session, {}, taken.url)
    assert.is_nil(visit)
    assert.equal("port", err.code)
    assert.equal("interaction", err.kind)
  end)

  it("is over when the person took longer than he may", function()
    browser "true"
    local visit <close> = assert(consent.prepare(session, { redirect_timeout = 1 }))
    local values, err = visit:ask(page(visit), { state = "abc" })
    assert.is_nil(values)
    assert.same({ "interaction", "timeout" }, { err.kind, err.code })
    assert.truthy(err.message:find("within 1 second", 1, true), err.message)
  end)

  it("leaves a port to a function that listens there itself", function()
    local taken <close> = assert(require("mwlogin.listener").open { path = "/back" })
    local visit <close> = assert(consent.prepare(session, {
      redirect = function()
        return taken.url .. "?code=its-own&state=abc"
      end,
    }, taken.url))
    assert.equal("its-own", assert(visit:ask(page(visit), { state = "abc" })).code)
  end)

  it("may be a function, that is given the page and gives the address", function()
    local seen
    local visit <close> = assert(consent.prepare(session, {
      redirect = function(step)
        seen = step.redirect_url
        local back = query.of(step.redirect_url).redirect_uri
        return back .. "?code=mine&state=" .. query.of(step.redirect_url).state
      end,
    }, "https://tool.example.org/callback"))
    local values = assert(visit:ask(page(visit), { state = "abc" }))
    assert.equal("mine", values.code)
    assert.equal(page(visit), seen)
  end)

  it("takes no answer to another login from such a function", function()
    local visit <close> = assert(consent.prepare(session, {
      redirect = function()
        return "https://tool.example.org/callback?code=stolen&state=theirs"
      end,
    }, "https://tool.example.org/callback"))
    local values, err = visit:ask(page(visit), { state = "abc" })
    assert.is_nil(values)
    assert.equal("refused", err.kind)
    assert.equal("foreign-answer", err.code)
    assert.is_nil(tostring(err):find("stolen", 1, true))
  end)

  it("may be pasted; another login's address is asked for again", function()
    local back = "https://tool.example.org/callback"
    local visit <close> = assert(
      consent.prepare(
        session,
        pasting(back .. "?code=1&state=theirs", back .. "?code=2", back .. "?code=3&state=abc"),
        back
      )
    )
    local values = assert(visit:ask(page(visit), { state = "abc" }))
    assert.equal("3", values.code)
  end)

  it("needs somebody for a paste", function()
    local visit <close> = assert(consent.prepare(session, { redirect = "paste" }))
    local values, err = visit:ask(page(visit), { state = "abc" })
    assert.is_nil(values)
    assert.equal("interaction", err.kind)
  end)

  it("is not begun where nobody may be asked", function()
    browser "lua5.4 spec/redirect/visitor.lua %s"
    local visit, err = consent.prepare(session, { redirect = "none" })
    assert.is_nil(visit)
    assert.equal("interaction", err.kind)
    assert.equal("consent-needed", err.code)
  end)

  it("says that the person refused, whether the state came along or not", function()
    for _, more in ipairs { "", "&state=abc" } do
      local visit <close> = assert(consent.prepare(session, {
        redirect = function(step)
          return query.of(step.redirect_url).redirect_uri .. "?error=access_denied" .. more
        end,
      }))
      local values, err = visit:ask(page(visit), { state = "abc" })
      assert.is_nil(values)
      assert.equal("refused", err.kind)
      assert.equal("access_denied", err.code)
      assert.truthy(err.advice:find("allow it", 1, true))
    end
  end)
end)
