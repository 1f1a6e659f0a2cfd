-- Handlers in a dialogue: when they are asked, what they may give, how they fail.
package.path = "./?.lua;" .. package.path
local core = require("mwlogin.core")
local errors = require("mwlogin.error")
local flow_module = require("mwlogin.flow")
local S = require("spec.flow.scripted_session")

local function odd(fields, more)
  return S.request("Some\\Extension\\OddAuthenticationRequest", fields or {
    { name = "nonce", type = "hidden", value = "n0nce" },
    { name = "colour", type = "string" },
  }, more)
end

local function handler(fields)
  local made = { name = "Odd", kinds = { "OddAuthenticationRequest" } }
  for name, value in pairs(fields) do
    made[name] = value
  end
  return made
end

local function run(answers, options, methods)
  local session = S.new({ forms = { { requests = { S.password() } } }, answers = answers })
  for name, method in pairs(methods or {}) do
    session[name] = method
  end
  options.username, options.password = "Alice", "x"
  local step, err = flow_module.new(session):run(options)
  return step, err, session
end

describe("a handler", function()
  it("answers what it declares its own, with the hidden fields sent back", function()
    local seen
    local step, err, session = run({ S.ui({ odd() }), S.pass() }, {
      handlers = {
        handler({
          answer = function(self, request, context)
            seen = { self = self, request = request, context = context }
            return { colour = "red" }
          end,
        }),
      },
    })
    assert(step, err)
    assert.equal("red", session.sent[2].colour)
    assert.equal("n0nce", session.sent[2].nonce)
    assert.equal("Odd", seen.self.name)
    assert.equal("n0nce", seen.request.fields.nonce.value)
    assert.equal(session.sent, seen.context.session.sent)
    assert.equal("UI", seen.context.step.status)
    assert.equal("START", seen.context.previous.status)
    assert.equal(1, seen.context.attempt)
  end)

  it("is not asked where answers say all", function()
    local step, err, session = run({ S.ui({ odd() }), S.pass() }, {
      answers = { colour = "blue" },
      handlers = {
        handler({
          answer = function()
            error("asked")
          end,
        }),
      },
    })
    assert(step, err)
    assert.equal("blue", session.sent[2].colour)
  end)

  it("fills what answers leave open; answers win", function()
    local fields = { { name = "a", type = "string" }, { name = "b", type = "string" } }
    local step, err, session = run({ S.ui({ odd(fields) }), S.pass() }, {
      answers = { a = "mine" },
      handlers = {
        handler({
          answer = function()
            return { a = "its", b = "its" }
          end,
        }),
      },
    })
    assert(step, err)
    assert.equal("mine", session.sent[2].a)
    assert.equal("its", session.sent[2].b)
  end)

  it("that gives nil leaves the request to the next one", function()
    local step, err, session = run({ S.ui({ odd() }), S.pass() }, {
      handlers = {
        handler({ answer = function() end }),
        handler({
          name = "Second",
          answer = function()
            return { colour = "second" }
          end,
        }),
      },
    })
    assert(step, err)
    assert.equal("second", session.sent[2].colour)
  end)

  it("keeps its state from step to step of one login, and none beyond", function()
    local mine = handler({
      answer = function(_, _, context)
        context.state.count = (context.state.count or 0) + 1
        return { colour = "try" .. context.state.count .. context.attempt }
      end,
    })
    for _ = 1, 2 do
      local step, err, session = run({ S.ui({ odd() }), S.ui({ odd() }), S.pass() }, {
        handlers = { mine },
      })
      assert(step, err)
      assert.equal("try11", session.sent[2].colour)
      assert.equal("try22", session.sent[3].colour)
    end
  end)

  it("sees its configuration", function()
    local step, err, session = run({ S.ui({ odd() }), S.pass() }, {
      handlers = {
        {
          use = handler({
            schema = { colour = { type = "string" } },
            answer = function(_, _, context)
              return { colour = context.config.colour }
            end,
          }),
          config = { colour = "green" },
        },
      },
    })
    assert(step, err)
    assert.equal("green", session.sent[2].colour)
  end)

  it("declares fields secret: they are protected, and a person's typing is hidden", function()
    local _, err, session = run({ S.ui({ odd() }), S.pass() }, {
      handlers = { handler({ secret_fields = { "colour" }, answer = function() end }) },
      respond = function(shown)
        assert.is_true(shown.requests[1].fields.colour.secret)
        return { colour = "hush" }
      end,
    })
    assert.is_nil(err)
    assert.equal("hush", session.protected[2])
  end)

  it("asks a person, with what the wiki says beside the field", function()
    local step, err, session = run({
      S.ui({
        odd({
          { name = "hint", type = "null", value = "Look at the sky" },
          { name = "colour", type = "string" },
        }),
      }),
      S.pass(),
    }, {
      handlers = {
        handler({
          answer = function(_, request, context)
            local colour, reason = context.ask(request.fields.colour)
            return colour and { colour = colour .. "!" }, reason
          end,
        }),
      },
      respond = function(shown)
        assert.equal("Look at the sky", shown.requests[1].fields.hint.value)
        return { colour = "blue" }
      end,
    })
    assert(step, err)
    assert.equal("blue!", session.sent[2].colour)
  end)

  it("that asks where nobody can be asked is an interaction", function()
    local _, err = run({ S.ui({ odd() }) }, {
      handlers = {
        handler({
          answer = function(_, request, context)
            return nil, select(2, context.ask(request.fields.colour))
          end,
        }),
      },
    })
    assert.equal("interaction", err.kind)
    assert.is_truthy(err.flow)
  end)

  it("waits by the session's pool, within bounds", function()
    local _, err, session = run({ S.ui({ odd() }) }, {
      handlers = {
        handler({
          answer = function(_, _, context)
            assert(context.wait(30))
            for _, wrong in ipairs({ "x", -1, 0 / 0 }) do
              assert.is_false(pcall(context.wait, wrong))
            end
            return nil, select(2, context.wait(3600))
          end,
        }),
      },
    })
    assert.equal(30, session.slept)
    assert.equal("handler", err.kind)
  end)
end)

describe("a handler that fails", function()
  local function failure(answer, options)
    options = options or {}
    options.handlers = { handler({ name = "Bad", answer = answer }) }
    local step, err, session = run({ S.ui({ odd() }) }, options)
    assert.is_nil(step)
    assert.equal(1, #session.sent)
    return err
  end

  it("by raising is named", function()
    local err = failure(function()
      error("no such key")
    end)
    assert.equal("handler", err.kind)
    assert.equal("raised", err.code)
    assert.equal("Bad", err.handler)
    assert.matches("'Bad'.*no such key", err.message)
  end)

  it("by a wrong type is named with the type", function()
    local err = failure(function()
      return "red"
    end)
    assert.equal("wrong-type", err.code)
    assert.matches("returned a string, not a table or nil", err.message)
  end)

  it("by nil and a text stops the login", function()
    local err = failure(function()
      return nil, "the token is at home"
    end)
    assert.equal("handler", err.kind)
    assert.matches("'Bad'.*at home", err.message)
  end)

  it("by nil and an error of ours hands that on", function()
    local err = failure(function()
      return nil, errors.new({ kind = "throttled", code = "later", message = "later" })
    end)
    assert.equal("throttled", err.kind)
  end)

  it("by a field nobody asked for is told what was", function()
    local err = failure(function()
      return { color = "red" }
    end)
    assert.equal("answer", err.kind)
    assert.equal("Bad", err.handler)
    assert.matches("'Bad'.*'color'", err.message)
    assert.matches("colour", err.advice)
  end)

  it("by a loop is stopped", function()
    local err = failure(function()
      while true do
      end
    end, { handler_seconds = 0.05 })
    assert.equal("overtime", err.code)
    assert.equal("Bad", err.handler)
  end)

  it("by a loop that catches errors is stopped too", function()
    local err = failure(function()
      while true do
        pcall(function()
          for _ = 1, 1e9 do
          end
        end)
      end
    end, { handler_seconds = 0.05 })
    assert.equal("overtime", err.code)
  end)

  it("is not stopped for the time that the wiki takes", function()
    local step, err = run({ S.ui({ odd() }), S.pass() }, {
      handler_seconds = 0.02,
      handlers = {
        handler({
          answer = function(_, _, context)
            local until_then = core.now() + 0.05
            context.session:slow(until_then)
            for _ = 1, 50000 do -- luacheck: ignore 542
            end
            return { colour = "red" }
          end,
        }),
      },
    }, {
      slow = function(_, until_then)
        while core.now() < until_then do -- luacheck: ignore 542
        end
      end,
    })
    assert(step, err)
  end)

  it("leaves the hook of the program as it was", function()
    local count = 0
    local function hook()
      count = count + 1
    end
    debug.sethook(hook, "", 1000)
    failure(function()
      error("x")
    end)
    local now = debug.gethook()
    debug.sethook()
    assert.equal(hook, now)
  end)

  it("in match is named", function()
    local _, err = run({ S.ui({ odd() }) }, {
      handlers = {
        {
          name = "BadMatch",
          match = function(request)
            return request.nothing.at_all
          end,
          answer = function() end,
        },
      },
    })
    assert.equal("handler", err.kind)
    assert.matches("BadMatch", err.message)
  end)
end)
