---The JSON that the command prints: a wiki's reply has the shape it had on the wire.
local core = require "mwlogin.core"
local json_text = require "mwlogin.cli.json_text"

local REQUEST <const> = '{"id":"A","metadata":{},"fields":{"username":{"type":"string","label":'
  .. '"Name"},"a":{"type":"select","label":"B","options":{"z":"Zett","a":"Ah"}}}}'

---What a wiki's reply with this text is printed as.
local function printed(body)
  local pool <close> = core.pool()
  local session <close> = assert(pool:session("http://127.0.0.1/api.php", {
    transport = function()
      return { status = 200, headers = { ["Content-Type"] = "application/json" }, body = body }
    end,
  }))
  return json_text.encode(assert(session:call("GET", { action = "query" })))
end

describe("a wiki's reply on the command's output", function()
  it("has its empty objects as objects, its empty lists as lists", function()
    local body = '{"query":{"a":{},"b":[],"c":{"d":{ }},"e":[{},[]]}}'
    assert.equal('{"query":{"a":{},"b":[],"c":{"d":{}},"e":[{},[]]}}', printed(body))
  end)

  it("has fields and options of a form as objects, in the wiki's order", function()
    local text = printed(('{"query":{"authmanagerinfo":{"requests":[%s]}}}'):format(REQUEST))
    assert.truthy(text:find('"metadata":{}', 1, true), text)
    local fields = '"fields":{"username":{"type":"string","label":"Name"},"a":{"type":"select",'
      .. '"label":"B","options":{"z":"Zett","a":"Ah"}}}'
    assert.truthy(text:find(fields, 1, true), text)
  end)

  it("has a form without fields as an empty object", function()
    local body = '{"clientlogin":{"status":"UI","requests":[{"id":"A","fields":{}}]}}'
    assert.equal(
      '{"clientlogin":{"requests":[{"id":"A","fields":{}}],"status":"UI"}}',
      printed(body)
    )
  end)

  it("is a map like any other where something is added to what was empty", function()
    local pool <close> = core.pool()
    local session <close> = assert(pool:session("http://127.0.0.1/api.php", {
      transport = function()
        return { status = 200, headers = {}, body = '{"query":{}}' }
      end,
    }))
    local reply = assert(session:call("GET", { action = "query" }))
    assert.is_nil(next(reply.query))
    reply.query[1] = "a"
    assert.equal('{"query":["a"]}', json_text.encode(reply))
  end)
end)
