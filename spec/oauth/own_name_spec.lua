---Under which name a wiki checks signatures, whatever host is spoken to.
local mwlogin = require "mwlogin"
local own_name = require "mwlogin.oauth.own_name"

describe("the name a wiki has for itself", function()
  local function json(text)
    return { status = 200, headers = { ["Content-Type"] = "application/json" }, body = text }
  end

  ---What is made of a siteinfo, and of what a stranger is told where there is none.
  local function origin(api, siteinfo, rsd)
    local session <close> = assert(mwlogin.open(api, {
      user_agent = "spec",
      transport = function(request)
        if request.url:find("action=rsd", 1, true) then
          return { status = rsd and 200 or 404, headers = {}, body = rsd or "" }
        end
        return json(siteinfo)
      end,
    }))
    return own_name.of(session)
  end

  local function general(text)
    return '{"query":{"general":' .. text .. "}}"
  end

  local API <const> = "https://alias.example.org/w/api.php"

  it("is $wgServer, with its own scheme and port", function()
    for server, expected in pairs {
      ["https://wiki.example.org"] = "https://wiki.example.org",
      ["http://wiki.example.org"] = "http://wiki.example.org",
      ["https://Wiki.Example.ORG:443"] = "https://wiki.example.org",
      ["http://127.0.0.1:8080"] = "http://127.0.0.1:8080",
    } do
      assert.equal(expected, origin(API, general('{"server":"' .. server .. '"}')))
    end
  end)

  it("takes its scheme from how the wiki believes it is spoken to", function()
    local server = '"server":"//wiki.example.org"'
    for base, expected in pairs {
      ["http://wiki.example.org/wiki/Main"] = "http://wiki.example.org",
      ["https://wiki.example.org/wiki/Main"] = "https://wiki.example.org",
      ["https://wiki.example.org:8443/wiki/Main"] = "https://wiki.example.org:8443",
      ["http://other.example.org/wiki/Main"] = "https://wiki.example.org",
    } do
      assert.equal(expected, origin(API, general(('{%s,"base":"%s"}'):format(server, base))))
    end
    assert.equal("https://wiki.example.org", origin(API, general("{" .. server .. "}")))
  end)

  it("is told by RSD where the wiki is private", function()
    local refused = '{"errors":[{"code":"readapidenied","text":"no"}]}'
    local rsd = '<rsd><api name="MediaWiki" apiLink="https://wiki.example.org/w/api.php"/></rsd>'
    assert.equal("https://wiki.example.org", origin(API, refused, rsd))
    assert.equal("https://alias.example.org", origin(API, refused))
    assert.equal("https://alias.example.org", origin(API, refused, "<html>a page</html>"))
  end)

  it("is the one we use where nothing else is told", function()
    for _, text in ipairs { "{}", '{"server":7}', '{"server":"no address"}' } do
      assert.equal("https://alias.example.org", origin(API, general(text)))
    end
  end)

  it("is not guessed where the wiki cannot be reached", function()
    local session <close> = assert(mwlogin.open("http://127.0.0.1:1/api.php", {
      user_agent = "spec",
    }))
    local found, err = own_name.of(session)
    assert.is_nil(found)
    assert.equal("network", err.kind)
  end)
end)
