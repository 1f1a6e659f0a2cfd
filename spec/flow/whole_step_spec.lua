-- A step with fields of all kinds, as a strict scripted wiki reads what is sent for it.
package.path = "./?.lua;./?/init.lua;" .. package.path
local scripted_wiki = require("spec.flow.scripted_wiki")

local wiki_of, log_in, sent = scripted_wiki.wiki_of, scripted_wiki.log_in, scripted_wiki.sent

describe("a step with a field of every type", function()
  it("is sent whole", function()
    local wiki = wiki_of({
      steps = {
        {
          id = "AllRequest",
          fields = {
            { name = "read", type = "null", value = "Read this" },
            { name = "note", type = "string" },
            { name = "nickname", type = "string", optional = true },
            { name = "phrase", type = "password" },
            { name = "colour", type = "select", options = { { "r", "Red" }, { "b", "Blue" } } },
            {
              name = "tags",
              type = "multiselect",
              optional = true,
              options = { { "a|b", "A" }, { "c", "C" } },
            },
            { name = "agree", type = "checkbox", optional = true },
            { name = "seal", type = "hidden", value = "back+\\" },
            { name = "go", type = "button", optional = true },
          },
          answer = { note = "n", phrase = "p", colour = "b", seal = "back+\\" },
        },
      },
    })
    local step, err = log_in(wiki, {
      answers = { note = "n", phrase = "p", colour = "b", tags = { "a|b", "c" }, agree = false },
    })
    assert(step, err)
    local params = sent(wiki, "clientlogin")[2]
    assert.equal("", params.nickname)
    assert.same({ "a|b", "c" }, params.tags)
    assert.equal("back+\\", params.seal)
    assert.is_nil(params.agree)
    assert.is_nil(params.go)
  end)

  it("with maps that came as lists is read all the same (T44)", function()
    local wiki = wiki_of({})
    wiki:fault(2, {
      body = [[{"clientlogin":{"status":"UI","message":"?","messagecode":"c","requests":[
        {"id":"A","metadata":[],"required":"required","fields":[]},
        {"id":"B","metadata":[],"required":"required","fields":{
          "count":{"type":"select","label":"How many?","options":["none","one"]},
          "more":{"type":"multiselect","options":[],"optional":true}}}]}}]],
    })
    local _, err = log_in(wiki)
    local requests = err.step.requests
    assert.same({ "count" }, err.fields)
    assert.same({}, requests[1].fields)
    assert.same({}, requests[2].metadata)
    assert.same(
      { { value = "0", label = "none" }, { value = "1", label = "one" } },
      requests[2].fields.count.options
    )
    assert.same({}, requests[2].fields.more.options)
  end)

  it("has what nobody knows of it, too (I14)", function()
    local wiki = wiki_of({})
    wiki:fault(2, {
      body = [[{"clientlogin":{"status":"UI","message":"?","messagecode":"c","severity":"mild",
        "requests":[{"id":"A","metadata":{},"required":"required","colour":"red","fields":{
          "f":{"type":"string","label":"F","pattern":"[0-9]+"}}}]}}]],
    })
    local _, err = log_in(wiki)
    local request = err.step.requests[1]
    assert.equal("mild", err.step.raw.severity)
    assert.equal("red", request.raw.colour)
    assert.equal("[0-9]+", request.fields.f.raw.pattern)
  end)

  it("refuses a choice that is not offered before sending", function()
    local wiki = wiki_of({
      steps = {
        {
          id = "ColourRequest",
          fields = { { name = "colour", type = "select", options = { { "r", "Red" } } } },
          answer = { colour = "r" },
        },
      },
    })
    local _, err = log_in(wiki, { answers = { colour = "x" } })
    assert.equal("answer", err.kind)
    assert.equal("not-offered", err.code)
    assert.matches("r", err.advice)
    assert.equal(1, #sent(wiki, "clientlogin"))
  end)
end)

describe("a field the wiki does not know", function()
  it("is named in the trace", function()
    local wiki = wiki_of({})
    local step, err, session = log_in(wiki, { extra = { colour = "red" } })
    assert(step, err)
    local text = table.concat(session.lines, "\n")
    assert.matches("unknown%-fields.*colour", text)
  end)
end)
