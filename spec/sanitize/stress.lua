---A busted helper: a full collection at each call into the core, whoever makes it, so that what C
---holds without an anchor is gone before it is used.
local core = require "mwlogin.core"

local ours <const> = {}

local function take_functions(of)
  for _, value in pairs(of) do
    if type(value) == "function" then
      ours[value] = true
    elseif type(value) == "table" and not ours[value] then
      ours[value] = true
      take_functions(value)
    end
  end
end

take_functions(core)
for name, value in pairs(debug.getregistry()) do
  if type(name) == "string" and name:find "^mwlogin%." and type(value) == "table" then
    take_functions(value)
  end
end

local collections = 0

local function collect()
  if ours[debug.getinfo(2, "f").func] then
    collections = collections + 1
    collectgarbage()
  end
end

local create, wrap = coroutine.create, coroutine.wrap

local function watched(thread)
  debug.sethook(thread, collect, "c")
  return thread
end

coroutine.create = function(body) -- luacheck: ignore 122
  return watched(create(body))
end

coroutine.wrap = function(body) -- luacheck: ignore 122
  return wrap(function(...)
    debug.sethook(collect, "c")
    return body(...)
  end)
end

debug.sethook(collect, "c")

require("busted").subscribe({ "suite", "end" }, function()
  print(("collections: %d"):format(collections))
  return nil, true
end)
