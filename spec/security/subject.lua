-- A program that logs in, as people write them, and then holds still to be looked through:
--
--     lua5.4 spec/security/subject.lua FOLDER
--
-- FOLDER/task.json says what to do (no secret is in it); FOLDER/at-STAGE is written when STAGE is
-- reached ("login", then "closed"), and it goes on once FOLDER/on-STAGE is there.
local json = require("cjson")
local mwlogin = require("mwlogin")
local socket = require("socket")

local folder = arg[1]

local function read(name)
  local file <close> = assert(io.open(folder .. "/" .. name, "rb"))
  return file:read("a")
end

local function exists(name)
  local file = io.open(folder .. "/" .. name)
  return file and file:close()
end

local function hold(stage)
  collectgarbage()
  collectgarbage()
  local file = assert(io.open(folder .. "/new", "w"))
  file:write((assert(io.open("/proc/self/stat")):read("n")))
  file:close()
  assert(os.rename(folder .. "/new", folder .. "/at-" .. stage))
  while not exists("on-" .. stage) do
    socket.sleep(0.02)
  end
end

local function sources(names)
  local made = {}
  for name, notation in pairs(names or {}) do
    made[name] = assert(mwlogin.secret.parse(notation))
  end
  return made
end

local task = json.decode(read("task.json"))
if task.planted then
  planted = task.planted:gsub("%x%x", function(digits) -- luacheck: ignore 111
    return string.char(tonumber(digits, 16))
  end)
end

local function go()
  local options = task.options or {}
  options.user_agent = "mwlogin spec"
  if task.http_auth then
    options.http_auth = {
      username = task.http_auth.username,
      password = assert(mwlogin.secret.parse(task.http_auth.password)),
    }
  end
  local wiki = assert(mwlogin.open(task.address, options))
  local credentials = task.credentials or {}
  for name, source in pairs(sources(task.sources)) do
    credentials[name] = source
  end
  if task.plain then
    -- as a program does that reads a configuration of its own
    credentials.password = read(task.plain):match("[^\n]+")
  end
  credentials.answers = sources(task.answers)
  local me = assert(wiki:login(credentials))
  assert(me.name == task.name, me.name)
  credentials = nil -- luacheck: ignore 311
  return wiki
end

local wiki = go()
hold("login")
wiki:close()
wiki = nil -- luacheck: ignore 311
hold("closed")
