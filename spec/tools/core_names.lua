---Every name that mwlogin.core really exports: its functions, and the methods of its objects.
local core_names = {}

---The class in the registry → what the comments in C call its objects.
local OBJECTS <const> = {
  ["mwlogin.pool"] = "pool",
  ["mwlogin.core.session"] = "session",
  ["mwlogin.secret"] = "secret",
  ["mwlogin.process"] = "process",
  ["mwlogin.terminal"] = "terminal",
  ["mwlogin.lock"] = "lock",
  ["mwlogin.unnamed_file"] = "unnamed_file",
}

---@return table<string, true> names `crypto.sha1`, `pool:step`, …
---@return string[] strangers classes of objects that this file does not know
function core_names.read()
  local names, strangers = {}, {}
  for name, value in pairs(require("mwlogin.core")) do
    if type(value) == "table" then
      for inner in pairs(value) do
        names[name .. "." .. inner] = true
      end
    else
      names[name] = true
    end
  end
  for class, metatable in pairs(debug.getregistry()) do
    local methods = type(metatable) == "table"
      and type(class) == "string"
      and class:find("^mwlogin%.")
      and rawget(metatable, "__index")
    if type(methods) == "table" and metatable.__name == class then
      if not OBJECTS[class] then
        strangers[#strangers + 1] = class
      end
      for method in pairs(methods) do
        names[("%s:%s"):format(OBJECTS[class] or class, method)] = true
      end
    end
  end
  return names, strangers
end

return core_names
