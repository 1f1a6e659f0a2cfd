local json_text = require "mwlogin.testing.transcript.json_text"

describe("json_text.rewrite", function()
  local function upper(text)
    return json_text.rewrite(text, function(_, value)
      return type(value) == "string" and value:upper() or nil
    end)
  end

  it("changes values alone: keys, order, numbers and escapes stay as they were", function()
    assert.equal(
      '{"b":1.50,"a":["X\\"É",{"\\u0041":null}],"e":{},"l":[]}',
      upper ' { "b": 1.50, "a" : [ "x\\"\\u00c9", { "\\u0041" : null } ] , "e":{ },"l":[ ] } '
    )
  end)

  it("tells where a value stands", function()
    local seen = {}
    json_text.rewrite('{"a":[{"b":"x"},2]}', function(path, value)
      seen[#seen + 1] = table.concat(path, "/") .. "=" .. value
    end)
    assert.same({ "a/1/b=x", "a/2=2" }, seen)
  end)

  it("decodes every escape", function()
    local seen
    json_text.rewrite('"\\u00e9\\ud83d\\ude00\\n\\/\\\\u0041"', function(_, value)
      seen = value
    end)
    assert.equal("é😀\n/\\u0041", seen)
  end)

  it("gives nil for what is no JSON value", function()
    for _, text in ipairs { "", "{", "[1,]", '{"a" 1}', "{} x", "'a'", "nope", ("["):rep(100) } do
      assert.is_nil(upper(text), text)
    end
  end)
end)

describe("json_text.members", function()
  it("gives each member of an object as text", function()
    assert.same(
      { a = '{"q":[1,"}"]}', b = '"x,y"', c = "3" },
      json_text.members '{"a": {"q":[1,"}"]} , "b":"x,y","c": 3 }'
    )
    assert.same({}, json_text.members "{}")
    assert.is_nil(json_text.members "[1]")
    assert.is_nil(json_text.members '{"a":1')
  end)
end)
