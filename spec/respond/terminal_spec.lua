-- Asking on the terminal: what is written, what is understood, what is hidden.
package.path = "./?.lua;" .. package.path
local authrequest = require("mwlogin.authrequest")
local core = require("mwlogin.core")
local errors = require("mwlogin.error")
local respond = require("mwlogin.respond")
local S = require("spec.flow.scripted_session")

--- A terminal at which somebody types these lines.
local function terminal(lines)
  local tty = { written = {}, hidden = {} }
  local position = 0
  function tty.write(_, text)
    tty.written[#tty.written + 1] = text
  end
  function tty.ask(_, prompt, options)
    position = position + 1
    tty.written[#tty.written + 1] = prompt
    tty.hidden[#tty.hidden + 1] = not options.echo
    local line = lines[position]
    if line == nil then
      return nil, errors.new({ kind = "cancelled", code = "eof", message = "the end" })
    end
    return options.echo and line or core.secret(line)
  end
  function tty.size()
    return { columns = 80, rows = 24 }
  end
  function tty.text()
    return table.concat(tty.written)
  end
  return tty
end

local function ask(fields, lines, more)
  more = more or {}
  local raw = S.request("X", fields, { metadata = more.metadata, required = more.required })
  local step = { status = "UI", requests = authrequest.read({ raw }), message = more.message }
  step.rejected = more.rejected
  local tty = terminal(lines)
  local values, err = respond.terminal({ terminal = tty, draw = more.draw })(step, {
    session = more.session,
  })
  return values, err, tty
end

describe("the terminal", function()
  it("shows the message and asks by the label", function()
    local fields = { { name = "word", type = "string", label = "Your word:" } }
    local values, _, tty = ask(fields, { "hello" }, { message = "Say it." })
    assert.same({ word = "hello" }, values)
    assert.equal("Say it.\nYour word: ", tty.text())
    assert.same({ false }, tty.hidden)
  end)

  it("hides what is secret, and gives it as a secret", function()
    local values, _, tty = ask({ { name = "p", type = "password" } }, { "hush" })
    assert.is_true(core.is_secret(values.p))
    assert.equal("hush", values.p:reveal())
    assert.same({ true }, tty.hidden)
  end)

  it("lists choices by number and takes number or value", function()
    local fields = {
      {
        name = "c",
        type = "select",
        label = "Colour",
        options = { { value = "r", label = "Red" }, { value = "b", label = "Blue" } },
      },
    }
    local values, _, tty = ask(fields, { "2" })
    assert.same({ c = "b" }, values)
    assert.matches("Colour:\n  1  Red\n  2  Blue\nNumber: $", tty.text())
    assert.same({ c = "r" }, ask(fields, { "r" }))
    values, _, tty = ask(fields, { "7", "1" })
    assert.same({ c = "r" }, values)
    assert.matches("from 1 to 2", tty.text())
  end)

  it("offers a default", function()
    local values, _, tty = ask({ { name = "n", type = "string", value = "preset" } }, { "" })
    assert.same({ n = "preset" }, values)
    assert.matches("n %[preset%]: ", tty.text())
    local options = { { value = "r", label = "Red" }, { value = "b", label = "Blue" } }
    local select = { { name = "c", type = "select", value = "b", options = options } }
    assert.same({ c = "b" }, ask(select, { "" }))
  end)

  it("lets optional ones stay empty, and asks required ones again", function()
    local fields = { { name = "n", type = "string", optional = true } }
    local values, _, tty = ask(fields, { "" })
    assert.same({ n = "" }, values)
    assert.matches("%(optional%)", tty.text())
    values, _, tty = ask({ { name = "n", type = "string" } }, { "", "x" })
    assert.same({ n = "x" }, values)
    assert.matches("required", tty.text())
  end)

  it("asks yes or no, and several of a list", function()
    local fields = {
      { name = "a", type = "checkbox", optional = true },
      {
        name = "m",
        type = "multiselect",
        optional = true,
        options = { { value = "x|y", label = "X" }, { value = "z", label = "Z" } },
      },
    }
    assert.same({ a = true, m = { "x|y", "z" } }, ask(fields, { "y", "1, 2" }))
    assert.same({ a = false, m = {} }, ask(fields, { "", "" }))
    assert.same({ a = false, m = { "z" } }, ask(fields, { "what", "n", "9", "2" }))
  end)

  it("takes control and bidi characters out of all it shows", function()
    local fields = {
      { name = "info", type = "null", label = "\27[2J", value = "<b>x</b>\27]0;evil\7" },
      {
        name = "n",
        type = "select",
        label = "a\u{202E}b",
        help = "h\27[31m",
        options = { { value = "1", label = "o\27[2J" } },
      },
    }
    local _, _, tty = ask(fields, { "1" }, { message = "m\27[2J" })
    assert.is_nil(tty.text():find("[\27\7]"))
    assert.is_nil(tty.text():find("\u{202E}", 1, true))
  end)

  it("says that an answer was refused", function()
    local _, _, tty = ask({ { name = "n", type = "string" } }, { "x" }, { rejected = true })
    assert.matches("did not accept", tty.text())
  end)

  it("shows what is only for reading", function()
    local fields = {
      { name = "info", type = "null", label = "Question", value = "Capital of <i>France</i>?" },
      { name = "w", type = "string", label = "Answer" },
    }
    local values, _, tty = ask(fields, { "Paris" })
    assert.same({ w = "Paris" }, values)
    assert.matches("Question\nCapital of France%?\nAnswer: ", tty.text())
  end)

  it("presses the only button there is, and lets choose among several", function()
    assert.same({ go = true }, ask({ { name = "go", type = "button" } }, {}))
    local two = {
      { name = "go", type = "button", label = "Go", optional = true },
      { name = "no", type = "button", label = "Back", optional = true },
    }
    assert.same({ no = true }, ask(two, { "2" }))
  end)

  it("asks which way to log in", function()
    local password = S.password()
    password.provider = "Password"
    local button = S.request("Begin:b", { { name = "b", type = "button", label = "Partner" } }, {
      required = "primary-required",
    })
    local step = { status = "START", requests = authrequest.read({ password, button }) }
    local tty = terminal({ "2" })
    assert.same({ b = true }, respond.terminal({ terminal = tty })(step, {}))
    assert.matches("1  Password\n  2  Partner", tty.text())
    local values = respond.terminal({ terminal = terminal({ "1", "Alice", "x" }) })(step, {})
    assert.equal("Alice", values.username)
    assert.is_nil(values.b)
  end)

  it("gives up when somebody does", function()
    local values, err = ask({ { name = "n", type = "string" } }, {})
    assert.is_nil(values)
    assert.equal("cancelled", err.kind)
    values, err = ask({ { name = "n", type = "string" } }, { "", "", "", "", "", "", "" })
    assert.is_nil(values)
    assert.equal("cancelled", err.kind)
  end)

  it("keeps a picture in a private file while it asks", function()
    local path, mode
    local session = {
      fetch = function(_, address)
        assert.equal("/index.php?title=Special:Captcha/image", address)
        local headers = { ["content-type"] = "image/png" }
        return { status = 200, headers = headers, body = "\137PNG not really" }
      end,
    }
    local fields = {
      { name = "captchaInfo", type = "null", value = "/index.php?title=Special:Captcha/image" },
      { name = "captchaWord", type = "string" },
    }
    local tty = terminal({ "abc" })
    local ask_line = tty.ask
    function tty.ask(...)
      path = tty.text():match("The picture is in (%S+)")
      local list = io.popen("stat -c %a " .. path)
      mode = list:read("l")
      list:close()
      return ask_line(...)
    end
    local raw = S.request("X", fields, { metadata = { type = "image", mime = "image/png" } })
    local step = { status = "UI", requests = authrequest.read({ raw }) }
    local values = respond.terminal({ terminal = tty, draw = false })(step, { session = session })
    assert.same({ captchaWord = "abc" }, values)
    assert.equal("600", mode)
    assert.is_nil(io.open(path))
  end)

  it("draws a picture where chafa is there, above the question", function()
    local png = core.crypto.unbase64(
      "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAAAAADRSSBWAAAAC0lEQVR4nGP4zwAAAgEBADK6K5IAAAAA"
        .. "SUVORK5CYII="
    )
    local session = {
      fetch = function()
        return { status = 200, headers = { ["content-type"] = "image/png" }, body = png }
      end,
    }
    local fields = {
      { name = "captchaInfo", type = "null", value = "/x" },
      { name = "captchaWord", type = "string", label = "Word" },
    }
    local more = { session = session, metadata = { type = "image" } }
    local values, err, tty = ask(fields, { "abc" }, more)
    assert(values, err)
    local drawing = tty.text():match("^(.-)The picture is in")
    assert.is_truthy(drawing:find("\27[", 1, true))
    assert.is_truthy(tty.text():find("Word", #drawing, true))
  end)

  it("does not show a page that came for the picture", function()
    local session = {
      fetch = function()
        return { status = 200, headers = { ["content-type"] = "text/html" }, body = "<html>" }
      end,
    }
    local fields = {
      { name = "captchaInfo", type = "null", value = "/x" },
      { name = "captchaWord", type = "string" },
    }
    local values, err = ask(fields, { "a" }, { session = session, metadata = { type = "image" } })
    assert.is_nil(values)
    assert.equal("picture", err.code)
  end)
end)
