---Pictures of a wiki, for a person to look at: fetched with the session's cookies, kept in a
---private file, drawn on the terminal where chafa is installed.
local core = require "mwlogin.core"
local display = require "mwlogin.display"
local errors = require "mwlogin.error"

local picture = {}

local SECONDS_TO_DRAW <const> = 10

local EXTENSIONS <const> = {
  ["image/png"] = ".png",
  ["image/jpeg"] = ".jpg",
  ["image/gif"] = ".gif",
  ["image/webp"] = ".webp",
  ["image/svg+xml"] = ".svg",
}

local function trouble(message, cause)
  return nil,
    errors.new {
      kind = "protocol",
      code = "picture",
      message = message,
      advice = "Look at the wiki's captcha in a browser: it may be broken there too.",
      cause = cause,
    }
end

---Not the picture is in trouble then, but the server.
local function unavailable(reply)
  return nil,
    errors.new {
      kind = reply.status == 429 and "throttled" or "http",
      code = tostring(reply.status),
      status = reply.status,
      retry_after = reply.retry_after,
      message = ("The wiki answered %d for the picture"):format(reply.status),
    }
end

local function free_name(extension)
  local name = os.tmpname()
  os.remove(name)
  return name .. extension
end

---Fetches a picture into a file that only its owner can read.
---@param session table Session
---@param address string as the wiki gave it; relative ones resolve against api.php
---@return string|nil path the caller removes the file
---@return table|nil err
function picture.save(session, address)
  local reply, err = session:fetch(address)
  if not reply then
    return nil, err
  end
  local kind = (reply.headers["content-type"] or ""):match("^%s*([^;%s]*)"):lower()
  if reply.status == 429 or reply.status >= 500 then
    return unavailable(reply)
  elseif reply.status ~= 200 then
    return trouble(("the wiki answered %d for the picture"):format(reply.status))
  elseif not kind:find("^image/") then
    return trouble("what the wiki sent is not a picture")
  end
  local path = free_name(EXTENSIONS[kind] or "")
  local written, cause = core.private_file.write(path, reply.body)
  if not written then
    return nil, cause
  end
  return path
end

---Draws a picture with chafa.
---@param path string
---@param columns integer|nil width of the terminal
---@return string|nil drawing what goes on the terminal; nil where it cannot be drawn
function picture.draw(path, columns)
  local size = ("--size=%dx20"):format(math.min(columns or 80, 80))
  local argv = { "chafa", "--format=symbols", "--animate=off", size }
  if not display.has_colour() then
    argv[#argv + 1] = "--colors=none"
  end
  if not display.has_utf8() then
    argv[#argv + 1] = "--symbols=ascii"
  end
  table.move({ "--", path }, 1, 2, #argv + 1, argv)
  local process = core.process(argv, {
    stdin = "null",
    stdout = "pipe",
    stderr = "null",
    timeout = SECONDS_TO_DRAW,
  })
  if not process then
    return nil
  end
  local parts = {}
  while true do
    local bytes = process:read(1, { max = 65536, timeout = SECONDS_TO_DRAW })
    if not bytes or bytes == "" or #parts > 64 then
      break
    end
    parts[#parts + 1] = bytes
  end
  local ended = process:wait(SECONDS_TO_DRAW)
  process:close()
  if not ended or ended.exit ~= 0 then
    return nil
  end
  return table.concat(parts)
end

---@param request mwlogin.Request
---@return mwlogin.Field|nil field whose value is the address of a picture
function picture.field(request)
  local mime = request.metadata.mime
  if request.metadata.type ~= "image" and not (type(mime) == "string" and mime:find "^image/") then
    return nil
  end
  for _, field in ipairs(request.fields) do
    if field.type == "null" and type(field.value) == "string" then
      return field
    end
  end
  return nil
end

return picture
