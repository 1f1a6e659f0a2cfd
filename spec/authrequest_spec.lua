package.path = "./?.lua;" .. package.path
local authrequest = require("mwlogin.authrequest")
local scripted_session = require("spec.flow.scripted_session")

local function read(id, fields, more)
  return authrequest.read({ scripted_session.request(id, fields, more) })[1]
end

describe("a request", function()
  it("is known by the class of its id", function()
    assert.equal(
      "TOTPAuthenticationRequest",
      scripted_session.totp
        and read("MediaWiki\\Extension\\OATHAuth\\Auth\\TOTPAuthenticationRequest", {}).kind
    )
    assert.equal("CaptchaAuthenticationRequest", read("CaptchaAuthenticationRequest", {}).kind)
  end)

  it("has the rest of its id as suffix, whatever is in it", function()
    local request = read("MediaWiki\\Auth\\ConfirmLinkAuthenticationRequest:Proto\\L:E1|pipe", {})
    assert.equal("ConfirmLinkAuthenticationRequest", request.kind)
    assert.equal("Proto\\L:E1|pipe", request.suffix)
  end)

  it("has its fields as a list in the wiki's order and by name", function()
    local fields = {
      { name = "z", type = "string" },
      { name = "a", type = "password" },
      { name = "m", type = "hidden", value = "back+\\" },
    }
    local request = read("X", fields)
    assert.same({ "z", "a", "m" }, authrequest.names({ request }))
    assert.equal("back+\\", request.fields.m.value)
    assert.equal(request.fields[2], request.fields.a)
  end)

  it("marks passwords and what the wiki calls sensitive", function()
    local request = read("X", {
      { name = "p", type = "password" },
      { name = "s", type = "string", sensitive = true },
      { name = "o", type = "string", sensitive = false },
    })
    assert.is_true(request.fields.p.secret)
    assert.is_true(request.fields.s.secret)
    assert.is_false(request.fields.o.secret)
  end)

  it("keeps the order of choices, the empty one too", function()
    local options = { { value = "", label = "stay" }, { value = "totp", label = "App" } }
    local field = read("X", { { name = "m", type = "select", options = options } }).fields.m
    assert.same(options, field.options)
  end)

  it("has labels and help as plain text", function()
    local field = read("X", {
      { name = "f", type = "string", label = "<b>Your</b> \27[2Jname&#x202e;", help = "a<br>b" },
    }).fields.f
    assert.equal("Your [2Jname", field.label)
    assert.equal("a\nb", field.help)
  end)

  it("passes types on that nobody knows", function()
    assert.equal("slider", read("X", { { name = "f", type = "slider" } }).fields.f.type)
  end)

  it("is left out when it has no id; a reply without requests is an empty list", function()
    assert.same({}, authrequest.read({ { fields = {} }, "x" }))
    assert.same({}, authrequest.read(nil))
  end)
end)
