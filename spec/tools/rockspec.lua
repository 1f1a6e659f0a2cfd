-- The rockspec names every file of csrc/ and lua/: `lua5.4 spec/tools/rockspec.lua` compares,
-- `… write` brings it up to date.
local PATH = "rockspec/mwlogin-scm-1.rockspec"

local function files(pattern)
  local pipe = assert(io.popen("git ls-files -co --exclude-standard -- " .. pattern))
  local list = {}
  for path in pipe:lines() do
    local file = io.open(path)
    if file then
      file:close()
      list[#list + 1] = path
    end
  end
  pipe:close()
  table.sort(list)
  return list
end

local lines = {}
for _, path in ipairs(files("'csrc/*.c'")) do
  lines[#lines + 1] = ("        %q,"):format(path)
end
local sources = table.concat(lines, "\n")

lines = {}
for _, path in ipairs(files("'lua/*.lua'")) do
  local name = path:sub(#"lua/" + 1, -#".lua" - 1):gsub("/", "."):gsub("%.init$", "")
  lines[#lines + 1] = ("    [%q] = %q,"):format(name, path)
end
local modules = table.concat(lines, "\n")

local file = assert(io.open(PATH))
local text = file:read("a")
file:close()

local function between(whole, first, last, new)
  local from = select(2, assert(whole:find(first, 1, true)))
  local to = assert(whole:find(last, from, true))
  return whole:sub(1, from) .. "\n" .. new .. "\n" .. whole:sub(to)
end

local wanted = between(text, "sources = {", "      },\n      libraries", sources)
wanted = between(wanted, "-- lua/, all of it", "  },\n  install", modules)

if wanted == text then
  os.exit(0)
end
if arg[1] ~= "write" then
  io.stderr:write(PATH, " does not list csrc/ and lua/ as they are: run `make format`\n")
  os.exit(1)
end
file = assert(io.open(PATH, "w"))
file:write(wanted)
file:close()
