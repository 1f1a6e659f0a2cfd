---`make docs`: the reference's pages, in the shape that LDoc reads, and the public names that have
---no words yet: lua5.4 spec/tools/reference.lua FOLDER writes the pages, and fails where any lacks
---them.
package.path = "./?.lua;./?/init.lua;./lua/?.lua;./lua/?/init.lua;" .. package.path
package.cpath = "./build/?.so;" .. package.cpath
local c_comments = require("spec.tools.c_comments")
local core_names = require("spec.tools.core_names")
local lua_comments = require("spec.tools.lua_comments")
local public = require("spec.tools.public")

local reference = {}

local function escape(text)
  return (text:gsub("[&<>]", { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }))
end

local function code(kind)
  return ("<code>%s</code>"):format(escape(kind))
end

local function in_order(names)
  local list = {}
  for name in pairs(names) do
    list[#list + 1] = name
  end
  table.sort(list)
  return list
end

-- == what there is ================================================================================

local function read_page(page)
  local found = { functions = {}, classes = {}, head = nil }
  for _, file in ipairs(page.files) do
    local read = lua_comments.read(("lua/mwlogin/%s.lua"):format(file))
    found.head = found.head or read.head
    for _, one in ipairs(read.functions) do
      local name = one.name:sub(1, #page.prefix) == page.prefix and one.name:sub(#page.prefix + 1)
      if name and not name:find("^__") and (not page.only or name == page.only) then
        found.functions[name] = found.functions[name] or one
      end
    end
    for _, class in ipairs(read.classes) do
      found.classes[class.name] = class
    end
  end
  return found
end

local function is_own(page, name)
  if page.public then
    return not page.public[name]
  end
  return page.inside ~= nil and page.inside[name] == true
end

---Functions that the living table has, metamethods and the house's own left out.
local function living(page)
  local names = {}
  local there = page.of()
  for name, value in pairs(there) do
    if type(name) == "string" and type(value) == "function" and not name:find("^_") then
      names[name] = not is_own(page, name) or nil
    end
  end
  for name in pairs(page.public or {}) do
    assert(type(there[name]) == "function", ("%s has no %s"):format(page.page, name))
  end
  return names
end

---What `init.lua` hands on from other files: { NAME = … } of its two tables.
local function handed_on(path)
  local names = {}
  local file <close> = assert(io.open(path))
  local text = file:read("a")
  for _, table_name in ipairs({ "MODULES", "FUNCTIONS" }) do
    for line in text:match(table_name .. " <const> = (%b{})"):gmatch("[^\n]+") do
      names[#names + 1] = line:match("^  ([%w_]+) = ")
    end
  end
  return names
end

-- == what is missing ==============================================================================

local function faults_of_function(one)
  local faults = {}
  if not one.words[1] then
    faults[#faults + 1] = "says nothing of what it does"
  end
  for _, name in ipairs(one.parameters) do
    if not name:find("^_") and not one.params[name] then
      faults[#faults + 1] = ("says nothing of its parameter '%s'"):format(name)
    end
  end
  if one.returns_values and not one.returns[1] then
    faults[#faults + 1] = "says nothing of what it returns"
  end
  return faults
end

local function faults_of_page(page, found, add)
  for _, name in ipairs(in_order(living(page))) do
    if not found.functions[name] then
      add(("%s: %s has no words, and is not among the house's own"):format(page.page, name))
    end
  end
  for name, one in pairs(found.functions) do
    if not is_own(page, name) then
      for _, fault in ipairs(faults_of_function(one)) do
        add(("%s: %s %s"):format(page.page, name, fault))
      end
    end
  end
  for _, class in ipairs(page.classes or {}) do
    if not found.classes[class] then
      add(("%s: there is no class %s"):format(page.page, class))
    end
  end
  if page.handed_on then
    local fields = {}
    for _, field in ipairs(found.classes.mwlogin.fields) do
      fields[field.name] = true
    end
    for _, name in ipairs(handed_on(page.handed_on)) do
      if not fields[name] then
        add(("%s: %s is handed on without a ---@field"):format(page.page, name))
      end
    end
  end
end

local function faults_of_core(add)
  local names, strangers = core_names.read()
  for _, class in ipairs(strangers) do
    add(
      ("mwlogin.core: objects of class %s are not known to spec/tools/core_names.lua"):format(class)
    )
  end
  local documented = {}
  for _, one in ipairs(c_comments.read()) do
    documented[one.name] = true
    if not one.words[1] then
      add(("mwlogin.core: %s says nothing of what it does"):format(one.name))
    end
    if not names[one.name] then
      add(("mwlogin.core: %s has words, and is not there"):format(one.name))
    end
  end
  for _, name in ipairs(in_order(names)) do
    if not documented[name] then
      add(("mwlogin.core: %s has no /*** … */ above it"):format(name))
    end
  end
end

---What has no words yet, in sentences; nothing when all is well.
---@return string[]
function reference.faults()
  local list = {}
  local function add(text)
    list[#list + 1] = text
  end
  for _, page in ipairs(public) do
    faults_of_page(page, read_page(page), add)
  end
  faults_of_core(add)
  return list
end

-- == the pages ====================================================================================

local function words_of(words)
  local lines = {}
  for index, line in ipairs(words) do
    lines[index] = (index == 1 and "--- " or "-- ") .. escape(line)
  end
  lines[1] = lines[1] or "--- "
  return lines
end

local function function_block(one, shown_as)
  local lines = words_of(one.words)
  for _, name in ipairs(one.order) do
    local param = one.params[name]
    lines[#lines + 1] = ("-- @param %s %s %s"):format(name, code(param.type), escape(param.words))
  end
  for _, result in ipairs(one.returns) do
    lines[#lines + 1] = ("-- @return %s %s"):format(code(result.type), escape(result.words))
  end
  lines[#lines + 1] = "-- @function " .. shown_as
  return table.concat(lines, "\n") .. "\n"
end

local function class_block(class)
  local lines = words_of(class.words)
  for _, field in ipairs(class.fields) do
    lines[#lines + 1] = ("-- @field %s %s %s"):format(
      field.name,
      code(field.type),
      escape(field.words)
    )
  end
  lines[#lines + 1] = "-- @table " .. class.name
  return table.concat(lines, "\n") .. "\n"
end

local function page_text(page)
  local found = read_page(page)
  local head = words_of(found.head or {})
  head[#head + 1] = "-- @module " .. page.page
  local out = { table.concat(head, "\n") .. "\n" }
  for _, name in ipairs(in_order(found.functions)) do
    local one = found.functions[name]
    if not is_own(page, name) and one.words[1] then
      out[#out + 1] = function_block(one, (page.shown_as or page.prefix) .. name)
    end
  end
  for _, class in ipairs(page.classes or {}) do
    out[#out + 1] = found.classes[class] and class_block(found.classes[class])
  end
  return table.concat(out, "\n")
end

local function core_text()
  local out = {
    "--- The C module: one exchange with a wiki at a time, no policy, no retry.",
    "-- @module mwlogin.core",
    "",
  }
  for _, one in ipairs(c_comments.read()) do
    local lines = words_of(one.words)
    for _, param in ipairs(one.params) do
      lines[#lines + 1] = ("-- @param%s %s %s %s"):format(
        param.optional and "[opt]" or "",
        param.name,
        code(param.type),
        escape(param.words)
      )
    end
    for _, result in ipairs(one.returns) do
      lines[#lines + 1] = ("-- @return %s %s"):format(code(result.type), escape(result.words))
    end
    if one.fails then
      lines[#lines + 1] = "-- @return nil, err " .. escape(one.fails)
    end
    lines[#lines + 1] = "-- @function " .. one.name
    out[#out + 1] = table.concat(lines, "\n") .. "\n"
  end
  return table.concat(out, "\n")
end

---Writes the pages into a folder.
---@param folder string
function reference.write(folder)
  local function write(name, text)
    local file <close> = assert(io.open(("%s/%s.lua"):format(folder, name), "w"))
    file:write(text)
  end
  for _, page in ipairs(public) do
    write(page.page, page_text(page))
  end
  write("mwlogin.core", core_text())
end

if arg and arg[0]:find("reference%.lua$") then
  reference.write(assert(arg[1], "where to?"))
  local faults = reference.faults()
  for _, fault in ipairs(faults) do
    io.stderr:write(fault, "\n")
  end
  os.exit(#faults == 0 and 0 or 1, true)
end

return reference
