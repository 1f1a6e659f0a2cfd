--- Looks through all the memory of another process for what should not be in it.
---
---     local found = memory.scan(pid, { password = "…", totp = "…" })
---     --> { "password base64+1 [heap]", … }
---
--- Reads /proc/PID/mem, which a core made by gcore is a part of: pages that are locked or left out
--- of cores are looked at, too. Needs to be root, or the parent of a process that can be dumped.

local core = require("mwlogin.core")
local json = require("cjson.safe")

local memory = {}

-- A copy that was partly overwritten is a finding, too: half a password is.
local PIECE <const>, STEP <const> = 12, 5
local SLICE <const> = 4 * 1024 * 1024

local function form_encoded(text)
  return (
    text
      :gsub("[^%w%-%._~ ]", function(byte)
        return ("%%%02X"):format(byte:byte())
      end)
      :gsub(" ", "+")
  )
end

--- Base64 of the text in the middle of a longer one, at each of the three places it can have there:
--- only the letters that the neighbours cannot change.
local function base64_at(text, shift)
  local encoded = core.crypto.base64(("\0"):rep(shift) .. text)
  local first = shift == 0 and 1 or shift + 2
  return encoded:sub(first, #encoded - 4)
end

--- The forms in which a secret can be in memory.
---@param text string
---@return table<string, string> forms by name
function memory.forms(text)
  local forms = {
    raw = text,
    percent = core.encode(text),
    form = form_encoded(text),
    json = json.encode(text):sub(2, -2),
    ["json, / plain"] = json.encode(text):sub(2, -2):gsub("\\/", "/"),
    utf16 = text:gsub(".", "%0\0"),
  }
  forms["percent, lower"] = forms.percent:gsub("%%%x%x", string.lower)
  -- what HMAC makes of a key
  forms.ipad = text:gsub(".", function(byte)
    return string.char(byte:byte() ~ 0x36)
  end)
  forms.opad = text:gsub(".", function(byte)
    return string.char(byte:byte() ~ 0x5c)
  end)
  for shift = 0, 2 do
    forms["base64+" .. shift] = base64_at(text, shift)
  end
  return forms
end

-- The first form that has a piece names it: an unreserved text looks the same in most of them.
local ORDER <const> = {
  "raw",
  "percent",
  "percent, lower",
  "form",
  "json",
  "json, / plain",
  "base64+0",
  "base64+1",
  "base64+2",
  "utf16",
  "ipad",
  "opad",
}

local function pieces_of(secrets)
  local pieces, seen = {}, {}
  for name, text in pairs(secrets) do
    assert(#text >= 10, "too short to be found for sure: " .. name)
    local forms = memory.forms(text)
    for _, form in ipairs(ORDER) do
      local bytes = forms[form]
      for first = 1, math.max(#bytes - PIECE + 1, 1), STEP do
        local piece = bytes:sub(first, first + PIECE - 1)
        if #piece >= math.min(PIECE, #text) and not seen[piece] then
          seen[piece] = true
          pieces[#pieces + 1] = { bytes = piece, label = name .. " " .. form }
        end
      end
    end
  end
  return pieces
end

-- What a process can have written to: its own pages, not the files mapped for reading.
local function regions_of(pid)
  local regions = {}
  for line in io.lines(("/proc/%d/maps"):format(pid)) do
    local first, last, access, name = line:match("^(%x+)%-(%x+) (%S+) %S+ %S+ %S+%s*(.*)$")
    if access:find("^.w") and not name:find("^%[v") then
      regions[#regions + 1] =
        { first = tonumber(first, 16), last = tonumber(last, 16), name = name }
    end
  end
  return regions
end

--- Scans the memory of a process.
---@param pid integer
---@param secrets table<string, string> texts of 10 bytes or more by name
---@return string[] found "NAME FORM REGION", each once, sorted
---@return integer bytes how much was looked through
function memory.scan(pid, secrets)
  local pieces = pieces_of(secrets)
  local file <close> = assert(io.open(("/proc/%d/mem"):format(pid), "rb"))
  file:setvbuf("no")
  local found, seen, bytes = {}, {}, 0
  for _, region in ipairs(regions_of(pid)) do
    local at = region.first
    while at < region.last do
      file:seek("set", at)
      local slice = file:read(math.min(SLICE, region.last - at))
      if not slice then
        break
      end
      bytes = bytes + #slice
      for _, piece in ipairs(pieces) do
        if slice:find(piece.bytes, 1, true) then
          local label = piece.label .. " " .. (region.name ~= "" and region.name or "(anonymous)")
          if not seen[label] then
            seen[label] = true
            found[#found + 1] = label
          end
        end
      end
      if #slice < SLICE then
        break
      end
      at = at + #slice - PIECE
    end
  end
  table.sort(found)
  return found, bytes
end

return memory
