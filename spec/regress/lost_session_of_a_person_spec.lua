-- Who logged in by asking a person, and lost the session, heard "nothing to log in with was given"
-- (kind refused) from the next call; and `redirect` alone was no way to log in.
local mwlogin = require("mwlogin")

local PASSWORD = "open sesame"

local function open(wiki)
  return mwlogin.open(wiki.api, { transport = wiki.transport, user_agent = "spec" })
end

describe("a session that a person logged in", function()
  it("and that was lost needs a person again", function()
    local wiki = mwlogin.testing.wiki({ accounts = { Alice = { password = PASSWORD } } })
    local session <close> = open(wiki)
    assert(session:login({
      username = "Alice",
      respond = function()
        return { password = PASSWORD }
      end,
    }))
    wiki:lose_session()
    local reply, err = session:get({ action = "query" })
    assert.is_nil(reply)
    assert.equal("interaction", err.kind)
  end)

  it("may have come through a browser only", function()
    local wiki = mwlogin.testing.wiki({
      accounts = { Alice = { password = PASSWORD } },
      local_login = false,
      steps = {
        {
          primary = true,
          id = "ButtonRequest",
          fields = { { name = "go", type = "button" } },
          begin = function(_, context)
            return {
              status = "REDIRECT",
              target = "https://idp.example.org/?redirect_uri=" .. context.returnurl,
              requests = { { id = "ReturnRequest", fields = { { name = "code" } } } },
            }
          end,
          continue = function()
            return { status = "PASS", username = "Alice" }
          end,
        },
      },
    })
    local session <close> = open(wiki)
    local me = assert(session:login({
      redirect = function(step)
        return step.redirect_url:match("redirect_uri=(.*)") .. "?code=1"
      end,
    }))
    assert.equal("Alice", me.name)
    assert.equal("clientlogin", me.method)
  end)
end)
