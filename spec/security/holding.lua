--- Runs spec/security/subject.lua and looks through its memory while it holds still.

local folders = require("spec.folders")
local json = require("cjson")
local memory = require("spec.security.memory")
local socket = require("socket")

local holding = {}

local STAGES <const> = { "login", "closed" }
local PATIENCE <const> = 60 -- seconds for a stage to come

local function quoted(text)
  return "'" .. tostring(text):gsub("'", "'\\''") .. "'"
end

local function read(path)
  local file = io.open(path, "rb")
  if not file then
    return nil
  end
  local text = file:read("a")
  file:close()
  return text
end

local function write(path, text)
  local file <close> = assert(io.open(path, "wb"))
  file:write(text)
end

local function wait_for(folder, stage)
  for _ = 1, PATIENCE * 50 do
    local pid = tonumber(read(folder .. "/at-" .. stage))
    if pid then
      return pid
    end
    if read(folder .. "/ended") then
      break
    end
    socket.sleep(0.02)
  end
  error("the subject did not come to " .. stage .. ":\n" .. (read(folder .. "/output") or ""), 0)
end

-- What ends with the scan: the subject is let go, its folder removed.
local function scratch()
  local folder = folders.new()
  return folder,
    setmetatable({}, {
      __close = function()
        for _, stage in ipairs(STAGES) do
          write(folder .. "/on-" .. stage, "")
        end
        for _ = 1, 500 do
          if read(folder .. "/ended") then
            break
          end
          socket.sleep(0.02)
        end
        os.execute("rm -rf " .. quoted(folder))
      end,
    })
end

local function line_of(folder, options)
  local words =
    { "env", "LUA_PATH=" .. quoted(package.path), "LUA_CPATH=" .. quoted(package.cpath) }
  for name, value in pairs(options.env or {}) do
    words[#words + 1] = quoted(name .. "=" .. value)
  end
  words[#words + 1] = options.before or ""
  words[#words + 1] = options.program or "lua5.4 spec/security/subject.lua FOLDER"
  local line = table.concat(words, " "):gsub("FOLDER", folder)
  local input = options.stdin and folder .. "/" .. options.stdin or "/dev/null"
  return ("%s >%s/output 2>&1 <%s; echo >%s/ended"):format(line, folder, input, folder)
end

---@param task table as spec/security/subject.lua reads it; FOLDER in it is the subject's folder
---@param secrets table<string, string>|fun(): table what to look for, by name; a function is called
---  when the first stage is reached
---@param options? table
---  files: texts by name, written into the folder, 0600; env: variables; before: words in front of
---  the program; stdin: one of the files; program: another one than the subject, which writes
---  FOLDER/at-STAGE as it does; stages: those to look at
---@return table<string, { found: string[], bytes: integer }> by stage
function holding.scan(task, secrets, options)
  options = options or {}
  local folder, _ <close> = scratch()
  for name, text in pairs(options.files or {}) do
    write(folder .. "/" .. name, text)
    os.execute("chmod 600 " .. quoted(folder .. "/" .. name))
  end
  write(folder .. "/task.json", (json.encode(task):gsub("FOLDER", folder)))
  -- a child of ours, whose memory its parent may read without being root
  local subject = assert(io.popen(line_of(folder, options), "w"))
  local stages = {}
  for _, stage in ipairs(options.stages or STAGES) do
    local pid = wait_for(folder, stage)
    secrets = type(secrets) == "function" and secrets() or secrets
    local found, bytes = memory.scan(pid, secrets)
    stages[stage] = { found = found, bytes = bytes }
    write(folder .. "/on-" .. stage, "")
  end
  for _, stage in ipairs(STAGES) do
    write(folder .. "/on-" .. stage, "")
  end
  subject:close()
  return stages
end

return holding
