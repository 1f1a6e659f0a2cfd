---Writes the lists of files into the rockspec: every C file and every Lua module. With --check it only
---tells whether they are right.
local PATH <const> = "rockspec/mwlogin-scm-1.rockspec"

local function list(command)
  local names = {}
  local pipe <close> = assert(io.popen(command))
  for name in pipe:lines() do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

local function module_of(path)
  return (path:gsub("^lua/", ""):gsub("%.lua$", ""):gsub("/init$", ""):gsub("/", "."))
end

local function sources()
  local lines = {}
  for _, path in ipairs(list "ls csrc/*.c") do
    lines[#lines + 1] = ("        %q,\n"):format(path)
  end
  return table.concat(lines)
end

local function modules()
  local lines = {}
  for _, path in ipairs(list "find lua -name '*.lua'") do
    lines[#lines + 1] = ("    [%q] = %q,\n"):format(module_of(path), path)
  end
  return table.concat(lines)
end

local function between(text, mark, content)
  local made, count = text:gsub(
    "(%-%- " .. mark .. "\n).-(%s*%-%- end of " .. mark .. ")",
    function(front, back)
      return front .. content:gsub("\n$", "") .. "\n" .. back:gsub("^%s*\n", "")
    end
  )
  assert(count == 1, mark)
  return made
end

local file = assert(io.open(PATH))
local text = file:read "a"
file:close()
local made = between(between(text, "sources", sources()), "modules", modules())
if arg[1] == "--check" then
  os.exit(made == text)
end
file = assert(io.open(PATH, "w"))
file:write(made)
file:close()
