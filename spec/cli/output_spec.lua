local cjson = require "cjson"
local output = require "mwlogin.cli.output"

describe("words for the screen", function()
  it("lose what could move the cursor, colour, hide or reorder them", function()
    assert.equal("a[31mb", output.clean("a\27[31mb"))
    assert.equal("ab", output.clean("a\u{9B}b"))
    assert.equal("ab", output.clean("a\b\0\7\127b"))
    assert.equal("evil", output.clean("\u{202E}ev\u{2066}il\u{200B}\u{FEFF}"))
    assert.equal("a\tb\nc", output.clean("a\tb\nc"))
  end)

  it("keep letters of any script", function()
    assert.equal("Zoë Müller 東京 🙂", output.clean("Zoë Müller 東京 🙂"))
  end)

  it("show bytes that are no UTF-8 as such", function()
    assert.equal("a\u{FFFD}b", output.clean("a\xFFb"))
    assert.equal("\u{FFFD}b", output.clean("\x80b"))
    assert.is_nil(output.clean("\xED\xA0\x80"):find("\xED", 1, true))
  end)
end)

describe("JSON", function()
  it("puts the keys people look for first and sorts the others", function()
    assert.equal(
      '{"wiki":"w","name":"Alice","id":2,"groups":["a","b"],"rights":["c"]}',
      output.encode { rights = { "c" }, groups = { "a", "b" }, id = 2, name = "Alice", wiki = "w" }
    )
  end)

  it("can be read back by another implementation, whatever the strings hold", function()
    local texts = { 'a"b\\c/d', "\0\1\27\127", "\u{202E}x\u{206A}🙂", "Zoë 🙂", "+\\", "a\nb" }
    for _, text in ipairs(texts) do
      assert.same({ [text] = { text } }, cjson.decode(output.encode { [text] = { text } }))
    end
  end)

  it("holds no raw control or reordering character", function()
    local text = output.encode { a = "\27[31m\u{9B}\u{202E}\u{206A}" }
    assert.is_nil(text:find("[\0-\31\127]"))
    assert.is_nil(text:find("[\x80-\xFF]"))
  end)

  it("writes whole numbers without a point and others as they are", function()
    local text = output.encode { a = 1, b = 1.0, c = 0.5, d = true }
    assert.equal('{"a":1,"b":1,"c":0.5,"d":true}', text)
  end)

  it("is indented when people will read it", function()
    local text = output.encode({ a = { 1, 2 }, b = {} }, true)
    assert.equal('{\n  "a": [\n    1,\n    2\n  ],\n  "b": []\n}', text)
  end)
end)
