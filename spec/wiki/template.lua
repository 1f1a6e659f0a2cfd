--- The installed wikis that test wikis are copied from.
--
-- Installing MediaWiki takes seconds, copying its SQLite files milliseconds. A template is named
-- after the content of the files that make it, so that a change makes a new one by itself.

local template = {}

local HERE = debug.getinfo(1, "S").source:match("^@(.*)/[^/]*$") or "."
if HERE:sub(1, 1) ~= "/" then
  local pipe = assert(io.popen("pwd"))
  HERE = pipe:read("l") .. "/" .. HERE:gsub("^%./", "")
  pipe:close()
end

template.here = HERE
template.root = os.getenv("MWLOGIN_WIKI_TEMPLATES") or HERE:gsub("/spec/wiki$", "") .. "/build/wiki"
template.mediawiki = os.getenv("MWLOGIN_MEDIAWIKI") or "/usr/share/mediawiki"

--- Quotes a word for the shell.
---@param word string
---@return string
function template.quote(word)
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

local quote = template.quote

--- Runs a command and returns what it wrote on stdout; raises with its stderr when it failed.
---@param ... string the words of the command
---@return string output
function template.run(...)
  local words = table.pack(...)
  for index = 1, words.n do
    words[index] = quote(words[index])
  end
  local errors = os.tmpname()
  local pipe = assert(io.popen(table.concat(words, " ") .. " 2>" .. quote(errors) .. " </dev/null"))
  local output = pipe:read("a")
  local good = pipe:close()
  local file = assert(io.open(errors))
  local said = file:read("a")
  file:close()
  os.remove(errors)
  if not good then
    error(("%s failed:\n%s%s"):format(words[2] or words[1], said, output), 2)
  end
  return output
end

--- Writes a whole file.
---@param path string
---@param text string
function template.write(path, text)
  local file = assert(io.open(path, "wb"))
  assert(file:write(text))
  assert(file:close())
end

local write = template.write

--- Reads a whole file.
---@param path string
---@return string|nil text nil when it is not there
function template.read(path)
  local file = io.open(path, "rb")
  if not file then
    return nil
  end
  local text = file:read("a")
  file:close()
  return text
end

local function exists(path)
  local file = io.open(path)
  return file ~= nil and file:close()
end

local function checksum(text)
  local name = os.tmpname()
  write(name, text)
  local sum = template.run("sha256sum", name):sub(1, 16)
  os.remove(name)
  return sum
end

local base_key

-- The version of the package counts too: an upgraded MediaWiki wants a new installation.
local function key_of_base()
  if not base_key then
    local parts = {
      "cd " .. quote(HERE) .. " && cat LocalSettings.php template.sh captchas.php",
      "$(find MwloginTest -name '*.json' | sort)",
      quote(template.mediawiki .. "/includes/Defines.php"),
      "| sha256sum",
    }
    base_key = template.run("sh", "-c", table.concat(parts, " ")):sub(1, 16)
  end
  return base_key
end

--- Finds or makes the template for a list of accounts.
---@param accounts table[] { name, password, groups }; the first gets a bot password
---@param app string name of the bot password
---@param secret string the bot password, 32 characters of [0-9a-v]
---@return string base folder of the installation (its message cache is shared by all wikis)
---@return string accounts folder with the database to copy
function template.prepare(accounts, app, secret)
  if not exists(template.mediawiki .. "/includes/Defines.php") then
    local cure = ": apt-get install mediawiki php-cli php-sqlite3 php-gd"
    error("no MediaWiki at " .. template.mediawiki .. cure, 0)
  end
  local lines = {}
  for _, account in ipairs(accounts) do
    lines[#lines + 1] = ("%s\t%s\t%s\n"):format(account.name, account.password, account.groups)
  end
  local list = table.concat(lines)
  local bot = app .. "\t" .. secret .. "\n"
  local key = key_of_base()
  local base = template.root .. "/base-" .. key
  local folder = template.root .. "/accounts-" .. checksum(key .. list .. bot)
  if exists(folder .. "/data/wiki.sqlite") and exists(base .. "/words.json") then
    return base, folder
  end
  local list_file, bot_file = os.tmpname(), os.tmpname()
  write(list_file, list)
  write(bot_file, bot)
  local good, problem = pcall(
    template.run,
    "sh",
    HERE .. "/template.sh",
    base,
    folder,
    list_file,
    bot_file,
    template.mediawiki
  )
  os.remove(list_file)
  os.remove(bot_file)
  if not good then
    error(problem, 0)
  end
  return base, folder
end

return template
