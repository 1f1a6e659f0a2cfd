-- The rockspec names every file of csrc/ and lua/: `lua5.4 spec/tools/rockspec.lua` compares,
-- `… write` brings it up to date.
-- The rockspec of the release to come is made from it, until that release has its tag.
local PATH <const> = "rockspec/mwlogin-scm-1.rockspec"

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

local function version()
  return dofile("lua/mwlogin/version.lua")
end

local function is_tagged(tag)
  return os.execute(("git rev-parse -q --verify refs/tags/%s >/dev/null"):format(tag)) == true
end

local function replace(whole, old, new)
  local from, to = assert(whole:find(old, 1, true))
  return whole:sub(1, from - 1) .. new .. whole:sub(to + 1)
end

local function read(path)
  local there = io.open(path)
  local content = there and there:read("a")
  if there then
    there:close()
  end
  return content
end

local function bring_up(path, content)
  if read(path) == content then
    return
  elseif arg[1] ~= "write" then
    io.stderr:write(path, " does not list csrc/ and lua/ as they are: run `make format`\n")
    os.exit(1)
  end
  local new <close> = assert(io.open(path, "w"))
  new:write(content)
end

bring_up(PATH, wanted)
local number = version()
local tag = "v" .. number
if not is_tagged(tag) then
  local release = replace(wanted, 'version = "scm-1"', ('version = "%s-1"'):format(number))
  release = replace(release, 'branch = "main"', ('tag = "%s"'):format(tag))
  bring_up(("rockspec/mwlogin-%s-1.rockspec"):format(number), release)
end
