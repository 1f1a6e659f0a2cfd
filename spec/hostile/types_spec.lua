-- Every value of every captured reply, and of a sound wiki's, is replaced by each other JSON type,
-- removed, doubled, made huge: whoever reads it gives a sound value or an error of the right shape,
-- never raises, and never takes it for a success that the wiki did not announce.
local captured = require("spec.hostile.captured")
local conversation = require("spec.hostile.conversation")
local counts = require("spec.security.counts")
local mutation = require("spec.hostile.mutation")
local readers = require("spec.hostile.readers")

local ROW <const> = "values of replies bent: other types, gone, doubled, huge, deep, bad bytes"
local MOST_SHOWN <const> = 5

-- Which kind of reply a capture is, by what was asked.
local function kind_of(capture)
  local params = capture.params
  local meta = params.meta or ""
  if capture.path:find("access_token", 1, true) then
    return "access_token"
  elseif params.action ~= "query" then
    return readers.of[params.action] and params.action
  elseif meta:find("authmanagerinfo", 1, true) then
    return "form"
  elseif readers.of[meta] then
    return meta
  end
  return meta:find("tokens", 1, true) and "token"
end

local KINDS <const> = {}
for kind in pairs(readers.of) do
  KINDS[#KINDS + 1] = kind
end
table.sort(KINDS)

local PRIMITIVES <const> = { clientlogin = "auth_step", login = "login", token = "token" }

local function all_of(text, list)
  local cases, troubles = 0, {}
  for name, reader in pairs(list) do
    cases = cases
      + mutation.each(text, function(body, label)
        local trouble = readers.try(reader, body)
        if trouble then
          troubles[#troubles + 1] = ("%s: %s: %s\n  %s"):format(
            name,
            label,
            trouble,
            body:sub(1, 500)
          )
        end
      end)
  end
  counts.record(ROW, cases, #troubles)
  assert(#troubles == 0, table.concat(troubles, "\n", 1, math.min(#troubles, MOST_SHOWN)))
end

describe("a bent reply of a sound wiki, where it is read:", function()
  for _, kind in ipairs(KINDS) do
    local list = readers.of[kind]
    if kind ~= "page" then -- which is no JSON
      it(kind, function()
        all_of(conversation.SOUND[kind], list)
      end)
    end
  end
end)

-- What a capture has in common with others that differ by their words only.
local function outline(capture, kind)
  local status = capture.body:match('"status": "(%u+)"') or capture.body:match('"result": "(%a+)"')
  local shape = capture.body:gsub('(": )"[^"]*"', "%1s"):gsub('\n( *)"[^"]*"(,?)\n', "\n%1s%2\n")
  return table.concat({ tostring(kind), tostring(status), (shape:gsub("%d+", "0")) }, "\n")
end

describe("a bent capture, where it is read:", function()
  local seen = {}
  for _, capture in ipairs(captured.all()) do
    if capture.is_json then
      local kind = kind_of(capture)
      local same = outline(capture, kind)
      local known = seen[same]
      seen[same] = true
      it(capture.name, function()
        local primitive = PRIMITIVES[kind] or "call"
        local list = { ["core " .. primitive] = readers.core[primitive] }
        for name, reader in pairs(not known and readers.of[kind] or {}) do
          list[name] = reader
        end
        all_of(capture.body, list)
      end)
    end
  end
end)
