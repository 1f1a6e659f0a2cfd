-- RESTART: what handlers may decide, and what is sent for it.
package.path = "./?.lua;" .. package.path
local flow_module = require("mwlogin.flow")
local S = require("spec.flow.scripted_session")

local function begin_request()
  return S.request("ThirdPartyRequest", { { name = "third", type = "button" } }, {
    required = "primary-required",
  })
end

local function restart(can_preserve)
  return {
    status = "RESTART",
    messagecode = "authmanager-authn-no-local-user-link",
    message = "No such account here.",
    canpreservestate = can_preserve ~= false,
    requests = { begin_request(), S.password(), S.remember() },
  }
end

local function confirm()
  return S.ui({
    S.request("MediaWiki\\Auth\\ConfirmLinkAuthenticationRequest:P:E1|pipe", {
      {
        name = "confirmedLinkIDs",
        type = "multiselect",
        optional = true,
        options = { { value = "P:E1|pipe", label = "Proto" } },
      },
    }),
  }, "authprovider-confirmlink-message")
end

local function run(script, decision, options)
  script.forms = script.forms or { { requests = { begin_request(), S.password(), S.remember() } } }
  local session = S.new(script)
  options = options or {}
  options.answers = options.answers or { third = true }
  options.handlers = options.handlers or {}
  options.handlers[#options.handlers + 1] = {
    name = "Decide",
    restart = function(_, step, context)
      assert(step.status == "RESTART" and context.session.sent == session.sent)
      return decision
    end,
  }
  local step, err = flow_module.new(session):run(options)
  return step, err, session
end

describe("a restart handler", function()
  it("is asked when its request was answered earlier in this login", function()
    local asked = 0
    local session = S.new({
      forms = { { requests = { begin_request(), S.password() } } },
      answers = {
        { status = "RESTART", message = "No such account.", requests = { S.password() } },
        S.pass("Bob"),
      },
    })
    local function decides(kind)
      return {
        name = kind,
        kinds = { kind },
        restart = function()
          asked = asked + 1
          return { continue = { username = "Bob", password = "y" } }
        end,
      }
    end
    assert(flow_module.new(session):run({
      answers = { third = true },
      handlers = { decides("OtherRequest"), decides("ThirdPartyRequest") },
    }))
    assert.equal(1, asked)
    assert.equal("Bob", session.sent[2].username)
  end)

  it("continues with a local account; remember me counts here", function()
    local step, err, session = run({ answers = { restart(), confirm(), S.pass("Bob") } }, {
      continue = { username = "Bob", password = "y" },
    }, { remember = true })
    assert(step, err)
    assert.equal("Bob", session.sent[2].username)
    assert.equal("1", session.sent[2].rememberMe)
    assert.is_nil(session.sent[2].third)
    assert.is_true(session.sent[2].logincontinue)
    assert.is_nil(session.sent[3]["confirmedLinkIDs[]"])
    assert.is_nil(session.sent[3].rememberMe)
  end)

  it("links what answers or the configuration say, as a list", function()
    for _, way in ipairs({ "answers", "handlers" }) do
      local options = { answers = { third = true } }
      if way == "answers" then
        options.answers.confirmedLinkIDs = { "P:E1|pipe" }
      else
        local use = { use = "mwlogin.handlers.confirm_link", config = { link = "all" } }
        options.handlers = { use }
      end
      local step, err, session = run({ answers = { restart(), confirm(), S.pass("Bob") } }, {
        continue = { username = "Bob", password = "y" },
      }, options)
      assert(step, err)
      assert.same({ "P:E1|pipe" }, session.sent[3]["confirmedLinkIDs[]"])
    end
  end)

  it("creates an account with what was kept, then logs in, since creating does not", function()
    local username = S.request("MediaWiki\\Auth\\UsernameAuthenticationRequest", {
      { name = "username", type = "string" },
    })
    local step, err, session = run({
      forms = {
        { requests = { begin_request(), S.password() } },
        { hasprimarypreservedstate = true, requests = { S.password(), username } },
        { requests = { begin_request(), S.password() } },
      },
      answers = { restart(), S.pass("New"), S.pass("New") },
    }, { createaccount = { username = "New" } })
    assert(step, err)
    assert.equal("New", step.identity.name)
    assert.is_true(session.sent[2].createpreservestate)
    assert.equal("New", session.sent[2].username)
    assert.is_nil(session.sent[2].password)
    assert.equal("1", session.sent[3].third)
    assert.is_nil(session.sent[3].loginpreservestate)
  end)

  it("begins again with other answers and what was kept", function()
    local step, err, session = run({ answers = { restart(), S.pass("Bob") } }, {
      login = { username = "Bob", password = "y" },
    })
    assert(step, err)
    assert.is_true(session.sent[2].loginpreservestate)
    assert.equal("Bob", session.sent[2].username)
    assert.is_nil(session.sent[2].logincontinue)
  end)

  it("that decides nothing leaves an interaction", function()
    local _, err, session = run({ answers = { restart() } }, nil)
    assert.equal("interaction", err.kind)
    assert.equal("authmanager-authn-no-local-user-link", err.code)
    assert.equal(1, #session.sent)
    assert.is_truthy(err.flow)
  end)

  it("that returns something else is named", function()
    for _, decision in ipairs({ "continue", { resume = {} }, {}, { continue = 1 } }) do
      local _, err = run({ answers = { restart() } }, decision)
      assert.equal("handler", err.kind)
      assert.equal("Decide", err.handler)
    end
  end)

  it("cannot create where the wiki keeps nothing", function()
    local _, err, session = run({ answers = { restart(false) } }, {
      createaccount = { username = "New" },
    })
    assert.equal("refused", err.kind)
    assert.equal(1, #session.sent)
  end)

  it("is not asked for ever", function()
    local _, err = run({ answers = { always = restart() } }, { login = { third = true } })
    assert.equal("interaction", err.kind)
  end)
end)
