-- A server in trouble was told as a broken captcha, or as a login that needs a browser; and a
-- `restart` handler's password was sent again to a wiki that said RESTART again. Found by
-- spec/faults/flows_spec.lua.
local flow_module = require("mwlogin.flow")
local mwlogin = require("mwlogin")
local picture = require("mwlogin.respond.picture")
local S = require("spec.flow.scripted_session")
local testing = require("mwlogin.testing")
local dialogues = require("spec.faults.dialogues")

describe("trouble on the way of a dialogue", function()
  local function open(dialogue)
    local options = { accounts = { Alice = { password = "open sesame" } } }
    for name, value in pairs(dialogues[dialogue]) do
      options[name] = value
    end
    local wiki = testing.wiki(options)
    return wiki, assert(mwlogin.open(wiki.api, { transport = wiki.transport, user_agent = "spec" }))
  end

  local STATUSES <const> = { [429] = "throttled", [500] = "http", [503] = "http" }

  it("is not the picture's, which the server does not give now", function()
    for status, kind in pairs(STATUSES) do
      local wiki, session = open("picture")
      wiki:fault(1, { status = status, headers = { ["Retry-After"] = "7" }, body = "busy" })
      local path, err = picture.save(session, "/w/index.php?title=Special:Captcha/image")
      assert.is_nil(path)
      assert.same({ kind, tostring(status), 7 }, { err.kind, err.code, err.retry_after })
      assert.truthy(err.advice)
      session:close()
    end
  end)

  it("is no reason for a browser, where a page on the way back is down", function()
    for status, kind in pairs(STATUSES) do
      local wiki, session = open("redirect")
      wiki:fault(3, { status = status, body = "busy" })
      local me, err = session:login({ method = "clientlogin", answers = { mode = "redirect" } })
      assert.is_nil(me)
      assert.same({ kind, tostring(status) }, { err.kind, err.code })
      session:close()
    end
  end)

  it("leaves a restart that comes again to a person: no password goes out twice", function()
    local restart = { status = "RESTART", message = "Who?", requests = { S.password() } }
    local session = S.new({
      forms = { { requests = { S.password() } } },
      answers = { restart, restart, restart, restart },
    })
    local step, err = flow_module.new(session):run({
      answers = { username = "partner", password = "of the partner" },
      handlers = {
        {
          name = "LinkAlice",
          restart = function()
            return { continue = { username = "Alice", password = "open sesame" } }
          end,
        },
      },
    })
    assert.is_nil(step)
    assert.equal("interaction", err.kind)
    assert.equal(2, #session.sent)
  end)
end)
