-- Captured replies, to hold those of the scripted wiki against.
local assert = require("luassert")
local cjson = require("cjson")

local capture = {}

-- Same keys, same kinds of values, all the way down; `ignore` names keys not looked into.
local function shape(value, path, list)
  list = list or {}
  if type(value) ~= "table" then
    list[#list + 1] = path .. ":" .. type(value)
    return list
  end
  for key, item in pairs(value) do
    shape(item, path .. "/" .. tostring(key), list)
  end
  table.sort(list)
  return list
end

--- The JSON of a captured reply.
function capture.read(name)
  local file = assert(io.open("spec/captures/" .. name .. ".json"))
  local text = file:read("a")
  file:close()
  return cjson.decode(text).response.json
end

--- Asserts that a reply has the keys, and the kinds of values, of a captured one.
function capture.assert_same_shape(name, reply)
  assert.same(shape(capture.read(name), ""), shape(reply, ""))
end

return capture
