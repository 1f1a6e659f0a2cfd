--- Walks a JSON text and makes of every value in it something that a reader does not expect. Works
--- on the text, so that what no encoder writes comes about too: two members of one name, digits
--- without end, bytes that are no UTF-8.
local mutation = {}

local DIGITS <const> = ("9"):rep(400)
local DEEP <const> = ("["):rep(200) .. ("]"):rep(200)
local WITHIN <const> = ("["):rep(40) .. ("]"):rep(40)

--- What stands in for a value, and its JSON type; the same type comes too where it is awkward.
local STRANGERS <const> = {
  { "null", "null" },
  { "true", "boolean" },
  { "false", "boolean" },
  { "0", "number" },
  { "-1", "number" },
  { "1.5", "number" },
  { "1e308", "awkward" },
  { "-1e999", "awkward" },
  { DIGITS, "awkward" },
  { '""', "awkward" },
  { '"x"', "string" },
  { '"a\\u0000b"', "awkward" },
  { '"\xff\xc3\xed\xa0\x80"', "awkward" },
  { '"\\ud800"', "awkward" },
  { '"\\u001b[2J\\u202e\\r\\nSet-Cookie: a=b"', "awkward" },
  { "{}", "object" },
  { "[]", "array" },
  { '{"a":1}', "object" },
  { '["a"]', "array" },
  { "[null]", "array" },
  { '[{"a":{}},1]', "awkward" },
  { WITHIN, "awkward" },
  { DEEP, "awkward" },
}

local TYPES <const> = { ["{"] = "object", ["["] = "array", ['"'] = "string", n = "null" }
TYPES.t, TYPES.f = "boolean", "boolean"

-- Under the sanitizers, where each case takes its time, every so many-th does.
local EVERY <const> = math.tointeger(tonumber(os.getenv("MWLOGIN_SAMPLE") or 1))

local function type_of(text, at)
  return TYPES[text:sub(at, at)] or "number"
end

local function past_string(text, at)
  at = at + 1
  while true do
    local byte = text:sub(at, at)
    if byte == '"' then
      return at + 1
    end
    at = at + (byte == "\\" and 2 or 1)
  end
end

local walk

local function walk_members(text, at, node, nodes)
  local close = node.type == "object" and "}" or "]"
  at = text:match("^%s*()", at + 1)
  while text:sub(at, at) ~= close do
    local member = { first = at }
    if node.type == "object" then
      at = past_string(text, at)
      member.key = text:sub(member.first, at - 1)
      at = text:match("^%s*:%s*()", at)
    end
    local value
    at, value = walk(text, at, nodes)
    member.last = at - 1
    value.parent, value.position = node, #node.members + 1
    node.members[value.position] = member
    at = text:match("^%s*,?%s*()", at)
  end
  return at + 1
end

walk = function(text, at, nodes)
  local node = { first = at, type = type_of(text, at), members = {} }
  nodes[#nodes + 1] = node
  if node.type == "object" or node.type == "array" then
    at = walk_members(text, at, node, nodes)
  elseif node.type == "string" then
    at = past_string(text, at)
  else
    at = text:match("^[%w.+-]+()", at)
  end
  node.last = at - 1
  return at, node
end

local function replaced(text, first, last, by)
  return text:sub(1, first - 1) .. by .. text:sub(last + 1)
end

--- The text without a member, and without one of the commas beside it.
local function without(text, node)
  local members, position = node.parent.members, node.position
  local first, last = members[position].first, members[position].last
  if members[position + 1] then
    last = members[position + 1].first - 1
  elseif members[position - 1] then
    first = members[position - 1].last + 1
  end
  return replaced(text, first, last, "")
end

--- Calls `try` with each mutated text and what was done to it.
---@param text string one sound JSON value
---@param try fun(mutated: string, label: string)
---@return integer count
function mutation.each(text, try)
  local nodes, count, turn = {}, 0, 0
  walk(text, text:match("^%s*()"), nodes)
  local function give(mutated, what, node)
    turn = turn + 1
    if turn % EVERY == 0 then
      count = count + 1
      try(mutated, ("%s at byte %d"):format(what, node.first))
    end
  end
  for _, node in ipairs(nodes) do
    for _, stranger in ipairs(STRANGERS) do
      if stranger[2] ~= node.type then
        give(
          replaced(text, node.first, node.last, stranger[1]),
          node.type .. " becomes " .. stranger[1]:sub(1, 30),
          node
        )
      end
    end
    local member = node.parent and node.parent.members[node.position]
    if member then
      give(without(text, node), "removed", node)
      local key = member.key and member.key .. ":" or ""
      local whole = text:sub(member.first, member.last)
      for _, other in ipairs({ "null", '"x"', "{}" }) do
        local double = key .. other
        give(replaced(text, member.first, member.last, double .. "," .. whole), "doubled", node)
        give(replaced(text, member.first, member.last, whole .. "," .. double), "doubled", node)
      end
    end
  end
  return count
end

return mutation
