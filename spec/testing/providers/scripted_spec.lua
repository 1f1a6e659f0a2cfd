local alice = require("spec.testing.alice")
local capture = require("spec.testing.capture")

describe("mwlogin.testing: steps of a script", function()
  local FIELDS = {
    id = "ProtoFieldsRequest",
    metadata = { hint = "all-field-types", nested = { n = 1, list = { "a", "b" } } },
    message = "'''Please''' fill this in",
    rejected = "Request was dropped, again please",
    answer = {},
    fields = {
      { name = "pf_null", type = "null", value = "Read this first." },
      { name = "pf_string", value = "preset" },
      { name = "pf_stringopt", optional = true },
      { name = "pf_password", type = "password" },
      {
        name = "pf_select",
        type = "select",
        options = { { "x", "Choice X" }, { "y", "Choice Y" } },
      },
      {
        name = "pf_multi",
        type = "multiselect",
        optional = true,
        options = { { "m1", "Multi 1" }, { "m2", "Multi 2" }, { "3", "Multi 3" } },
      },
      { name = "pf_check", type = "checkbox", optional = true },
      { name = "pf_hidden", type = "hidden", value = "opaque-123" },
      { name = "pf_button", type = "button", optional = true },
    },
  }

  local function filled(change)
    local values = {
      pf_string = "a",
      pf_stringopt = "",
      pf_password = "p",
      pf_select = "x",
      pf_hidden = "opaque-123",
    }
    for name, value in pairs(change or {}) do
      values[name] = value or nil
    end
    return values
  end

  it("show every type of field as captured", function()
    local _, client = alice.wiki({ steps = { FIELDS } })
    capture.assert_same_shape(
      "clientlogin-ui-all-field-types",
      { clientlogin = client.start(alice.LOGIN) }
    )
    assert.equal("PASS", client.continue(filled()).status)
  end)

  it("speak in every message format, merged and in formatversion 1", function()
    local _, client = alice.wiki({ steps = { FIELDS } })
    local raw = client.start(alice.LOGIN, { loginmessageformat = "raw" })
    capture.assert_same_shape("clientlogin-ui-raw", { clientlogin = raw })
    local merged = client.start(alice.LOGIN, { loginmergerequestfields = "1" })
    capture.assert_same_shape("clientlogin-ui-merged", { clientlogin = merged })
    local old = client.start(alice.LOGIN, { formatversion = "1" })
    capture.assert_same_shape("clientlogin-ui-formatversion1", { clientlogin = old })
  end)

  it("are asked again when anything is amiss with one field", function()
    local without = filled()
    without.pf_stringopt = nil
    for _, values in ipairs({
      without,
      filled({ pf_select = "nope" }),
      filled({ pf_multi = "m1|3" }),
      filled({ pf_string = "" }),
    }) do
      local _, client = alice.wiki({ steps = { FIELDS } })
      client.start(alice.LOGIN)
      local answer = client.continue(values)
      assert.equal("UI", answer.status)
      assert.equal("Request_was_dropped__again_please", answer.messagecode)
    end
  end)

  it("take a multiselect as a list, a checkbox for ticked whatever it holds", function()
    local seen
    local step = {}
    for key, value in pairs(FIELDS) do
      step[key] = value
    end
    step.answer, step.check = nil, function(values)
      seen = values
      return true
    end
    local _, client = alice.wiki({ steps = { step } })
    client.start(alice.LOGIN)
    local list = filled({ ["pf_multi[]"] = { "m1", "3" }, pf_check = "0" })
    assert.equal("PASS", client.continue(list).status)
    assert.same({ "m1", "3" }, seen.pf_multi)
    assert.is_true(seen.pf_check)
    assert.is_false(seen.pf_button)
  end)

  it("judge an answer, count tries, and concern whom they name", function()
    local step = {
      id = "CodeRequest",
      fields = { { name = "code" } },
      answer = { code = "424242" },
      tries = 2,
      accounts = { "Alice" },
      message = "Enter",
    }
    local _, client = alice.wiki({ steps = { step } })
    assert.equal("PASS", client.start({ username = "Bob", password = "bobs own" }).status)
    assert.equal("UI", client.start(alice.LOGIN).status)
    assert.equal("UI", client.continue({ code = "1" }).status)
    assert.equal("FAIL", client.continue({ code = "2" }).status)
    client.start(alice.LOGIN)
    assert.equal("PASS", client.continue({ code = "424242" }).status)
  end)

  it("can redirect, and then ask for a field of the same name", function()
    local step = {
      primary = true,
      id = "ProtoBeginRequest",
      fields = { { name = "mode", type = "select", options = { { "redirect", "r" } } } },
      begin = function(_, context)
        return {
          status = "REDIRECT",
          target = "https://idp.example.org/authorize?redirect_uri=" .. context.returnurl,
          data = { idp = "example", state = "st4te", returnto = context.returnurl },
          requests = {
            { id = "ProtoReturnRequest", fields = { { name = "code" }, { name = "state" } } },
          },
        }
      end,
      continue = function(values, context)
        if not context.state.returned and values.state == "st4te" then
          context.state.returned = true
          return {
            status = "UI",
            message = "Enter your second-factor code",
            requests = { { id = "ProtoCodeRequest", fields = { { name = "code" } } } },
          }
        end
        return { status = "PASS", username = "Alice" }
      end,
    }
    local _, client = alice.wiki({ steps = { step } })
    local answer = client.start({ mode = "redirect" })
    capture.assert_same_shape("clientlogin-redirect", { clientlogin = answer })
    answer = client.continue({ code = "idp-code-1", state = "st4te" })
    capture.assert_same_shape(
      "clientlogin-redirect-then-ui-same-field-name",
      { clientlogin = answer }
    )
    assert.equal("PASS", client.continue({ code = "424242" }).status)
  end)

  it("that raise are an exception of the wiki, and the login is gone", function()
    local step = {
      id = "X",
      fields = { { name = "x" } },
      check = function()
        error("the sky is falling")
      end,
    }
    local wiki, client = alice.wiki({ steps = { step } })
    client.start(alice.LOGIN)
    local token = client.token("login")
    local params = { action = "clientlogin", logintoken = token, logincontinue = "1", x = "1" }
    capture.assert_same_shape("clientlogin-exception", client.post(params))
    assert.equal("internal_api_error_RuntimeException", client.reply.headers["MediaWiki-API-Error"])
    assert.truthy(wiki.exceptions[1]:find("the sky is falling", 1, true))
    assert.equal("authmanager-authn-not-in-progress", client.continue({ x = "1" }).messagecode)
  end)

  it("may ask for ever, or answer with a status nobody knows", function()
    local forever = {
      id = "X",
      fields = { { name = "x" } },
      check = function()
        return false, "again"
      end,
    }
    local _, client = alice.wiki({ steps = { forever } })
    client.start(alice.LOGIN)
    for _ = 1, 30 do
      assert.equal("UI", client.continue({ x = "1" }).status)
    end
    local odd = {
      begin = function()
        return { status = "WAIT", message = "hold on" }
      end,
    }
    local _, other = alice.wiki({ steps = { odd } })
    assert.equal("WAIT", other.start(alice.LOGIN).status)
  end)
end)
