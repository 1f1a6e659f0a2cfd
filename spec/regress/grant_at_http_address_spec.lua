-- A Session that was given an http address had not moved to https when a person was to be sent to
-- the wiki's page: a login by OAuth 2 was refused, though the wiki redirects there.
local mwlogin = require("mwlogin")
local query = require("mwlogin.query")

describe("a grant of OAuth 2 by an http address", function()
  it("opens the wiki's page at https", function()
    local asked, opened = {}, nil
    local session <close> = assert(mwlogin.open("http://wiki.example.org/w/api.php", {
      user_agent = "spec",
      transport = function(request)
        asked[#asked + 1] = request.url:match("^%a+:")
        if request.url:find("^http:") then
          local headers = { Location = "https://wiki.example.org/w/api.php" }
          return { status = 301, headers = headers, body = "" }
        elseif request.url:find("access_token", 1, true) then
          local body = '{"token_type":"Bearer","access_token":"t","expires_in":3600}'
          return { status = 200, headers = {}, body = body }
        end
        local body = '{"query":{"userinfo":{"id":1,"name":"Alice"}}}'
        return { status = 200, headers = {}, body = body }
      end,
    }))
    local me = assert(session:login({
      client_id = "app",
      redirect = function(step)
        opened = step.redirect_url
        local values = query.of(opened)
        return query.add(values.redirect_uri, "code=c&state=" .. values.state)
      end,
    }))
    assert.equal("Alice", me.name)
    assert.matches("^https://wiki%.example%.org/w/rest%.php/oauth2/authorize", opened)
    assert.same({ "http:", "https:", "https:" }, asked)
  end)
end)
