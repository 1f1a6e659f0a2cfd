--- A person's browser that fills our form without a screen, for BROWSER:
--- `lua5.4 spec/respond/filler.lua FILE ADDRESS`; FILE holds lines LABEL=VALUE.

local http = require("socket.http")

local file, address = arg[1], arg[2]

local function escape(text)
  return (text:gsub("[^%w%-%._~]", function(byte)
    return ("%%%02X"):format(byte:byte())
  end))
end

local html = assert(http.request(address))
local sent = { "go=1", "token=" .. html:match('name="token" value="([^"]+)"') }
for line in io.lines(file) do
  local label, value = line:match("^([^=]*)=(.*)$")
  local id = html:match('<label for="([^"]+)">' .. label:gsub("%p", "%%%0"))
  if id then
    sent[#sent + 1] = id .. "=" .. escape(value)
  end
end
local body = table.concat(sent, "&")
local _, status = http.request({
  url = address,
  method = "POST",
  headers = {
    ["Content-Type"] = "application/x-www-form-urlencoded",
    ["Content-Length"] = #body,
    ["Origin"] = address:match("^http://[^/]+"),
  },
  source = require("ltn12").source.string(body),
})
os.exit(status == 200 and 0 or 1)
