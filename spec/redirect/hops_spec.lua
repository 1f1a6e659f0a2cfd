local hops = require("mwlogin.redirect.hops")
local shared = require("spec.shared")
local stand = require("spec.redirect.stand")

local BACK = "http://127.0.0.1:2/mwlogin"

describe("the wiki's own redirects", function()
  local session
  local site = shared(stand.site)

  lazy_setup(function()
    session = stand.session(site)
  end)

  lazy_teardown(function()
    session:close()
  end)

  local function follow(path)
    return hops.follow(session, site.wiki .. path, BACK)
  end

  it("may reach the return address by themselves", function()
    local finish = assert(follow("/direct?return=" .. BACK .. "?done=1"))
    assert.equal(BACK .. "?done=1", finish.reached)
  end)

  it("are followed with the login's cookies, and no further than the wiki's origin", function()
    local finish = assert(follow("/start?return=" .. BACK))
    assert.is_nil(finish.reached)
    assert.truthy(finish.address:find(site.provider .. "/authorize?", 1, true))
    local journal = site:journal()
    assert.truthy(journal:find("wiki GET /start wiki_session=ours", 1, true))
    assert.is_nil(journal:find("provider", 1, true))
  end)

  it("end on a page of the wiki that wants a person", function()
    local finish = assert(follow("/api.php"))
    assert.equal(200, finish.status)
    assert.equal(site.wiki .. "/api.php", finish.address)
  end)

  it("are bounded", function()
    local finish, err = follow("/loop")
    assert.is_nil(finish)
    assert.equal("protocol", err.kind)
    assert.equal("redirect_loop", err.code)
  end)

  it("lead to no address that may not be opened", function()
    local cases = {
      ["javascript:alert(1)"] = "target_scheme",
      ["file:///etc/passwd"] = "target_scheme",
      ["http://provider.example/"] = "target_http",
      ["https://me:secret@provider.example/"] = "target_userinfo",
    }
    for address, code in pairs(cases) do
      local finish, err = follow("/elsewhere?to=" .. address:gsub("[^%w]", function(byte)
        return ("%%%02X"):format(byte:byte())
      end))
      assert.is_nil(finish, address)
      assert.equal(code, err.code)
      assert.is_nil(tostring(err):find("me:secret", 1, true))
    end
  end)

  it("that cannot be fetched are an error of the network", function()
    local gone = stand.session({ wiki = "http://localhost:2" })
    local finish, err = hops.follow(gone, "http://localhost:2/start", BACK)
    assert.is_nil(finish)
    assert.equal("network", err.kind)
    gone:close()
  end)
end)
