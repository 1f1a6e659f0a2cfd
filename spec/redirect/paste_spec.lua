local core = require("mwlogin.core")
local redirect = require("mwlogin.redirect")
local shared = require("spec.shared")
local stand = require("spec.redirect.stand")

describe("pasting what came back", function()
  local session, way
  local site = shared(stand.site)

  lazy_setup(function()
    session = stand.session(site)
  end)

  lazy_teardown(function()
    session:close()
  end)

  before_each(function()
    way = assert(redirect.prepare(session, { redirect = "paste" }))
  end)

  after_each(function()
    way:close()
  end)

  local function straight()
    return {
      redirect_url = ("%s/authorize?response_type=code&state=abc&redirect_uri=%s"):format(
        site.provider,
        core.encode(way.return_url)
      ),
      requests = {},
    }
  end

  local function through_the_wiki()
    return { redirect_url = site.wiki .. "/plain?return=" .. way.return_url, requests = {} }
  end

  -- A person who pastes one text after the other, and what they were shown.
  local function pasting(...)
    local texts, shown = { ... }, {}
    return {
      ask = function(field)
        shown[#shown + 1] = field
        local text = table.remove(texts, 1)
        if text == nil then
          return nil, { kind = "cancelled" }
        end
        return text
      end,
    },
      shown
  end

  it("binds no port: nobody listens at the return address", function()
    assert.is_nil(way.listener)
    assert.equal("http://127.0.0.1:2/mwlogin", way.return_url)
  end)

  it("takes the address of a straight way back, whole or its end", function()
    local full = way.return_url .. "?code=c0de&state=abc"
    local context, shown = pasting("  " .. full .. "\n")
    assert.equal(full, way:follow(straight(), context))
    assert.truthy(shown[1].help:find(straight().redirect_url, 1, true))
    assert.truthy(shown[1].label)
    assert.equal(full, way:follow(straight(), (pasting("?code=c0de&state=abc"))))
    assert.equal(full, way:follow(straight(), (pasting("code=c0de&state=abc"))))
  end)

  it("asks again for what is not this login's answer", function()
    local full = way.return_url .. "?code=c0de&state=abc"
    local context, shown = pasting("https://evil.example/?code=1&state=abc", "", full)
    assert.equal(full, way:follow(straight(), context))
    assert.equal(3, #shown)
    assert.truthy(shown[2].help:find("not the address", 1, true))
    local wrong = way.return_url .. "?code=c0de&state=theirs"
    local address, err = way:follow(straight(), (pasting(wrong, wrong, wrong, full)))
    assert.is_nil(address)
    assert.equal("answer", err.kind)
    assert.truthy(err.message:find("state", 1, true))
  end)

  it("goes through the wiki's page by the fragment, with our cookies", function()
    local context, shown = pasting(site.wiki .. "/back#code=c0de&state=abc")
    assert.equal(way.return_url .. "?code=c0de&state=abc", way:follow(through_the_wiki(), context))
    assert.truthy(shown[1].help:find("&response_mode=fragment", 1, true))
    assert.truthy(site:journal():find("wiki GET /back wiki_session=ours", 1, true))
    context = pasting("code=c0de&state=abc")
    assert.equal(way.return_url .. "?code=c0de&state=abc", way:follow(through_the_wiki(), context))
  end)

  it("hands on that the provider refused", function()
    local context = pasting(site.wiki .. "/back#error=access_denied&state=abc")
    assert.equal(way.return_url .. "?error=access_denied", way:follow(through_the_wiki(), context))
  end)

  it("takes no fragment of another login, and none without an answer", function()
    local address, err = way:follow(
      through_the_wiki(),
      (pasting(site.wiki .. "/back", site.wiki .. "/back#code=1&state=theirs", "x"))
    )
    assert.is_nil(address)
    assert.equal("answer", err.kind)
  end)

  it("is refused where the provider could not answer into the fragment", function()
    local address, err = way:follow({
      redirect_url = site.wiki .. "/start?mode=form_post&return=" .. way.return_url,
      requests = {},
    }, (pasting()))
    assert.is_nil(address)
    assert.equal("interaction", err.kind)
    assert.equal("cannot_paste", err.code)
    assert.truthy(err.advice:find("import_cookies", 1, true))
    address, err = way:follow({
      redirect_url = site.wiki .. "/elsewhere?to=" .. core.encode("https://idp.example/saml?x=1"),
      requests = {},
    }, (pasting()))
    assert.is_nil(address)
    assert.equal("cannot_paste", err.code)
  end)

  it("ends when the person gives up", function()
    local address, err = way:follow(straight(), (pasting()))
    assert.is_nil(address)
    assert.equal("cancelled", err.kind)
  end)
end)
