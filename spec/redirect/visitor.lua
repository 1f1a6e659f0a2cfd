--- A person's browser, as small as can be: `lua5.4 visitor.lua ADDRESS` follows redirects and loads
--- what it is sent to. Words before the address: "stray" first knocks where it has no business,
--- "wrong-state" first comes back with another state, "fork" stays for a while.

local http = require("socket.http")

local address = arg[#arg]
local mode = arg[1]

local function get(url)
  local _, status, headers = http.request({ url = url, redirect = false })
  return status, headers and headers.location
end

local function visit(url)
  for _ = 1, 10 do
    local _, location = get(url)
    if not location then
      return
    end
    if mode == "wrong-state" and location:find("/auto?", 1, true) == nil then
      get((location:gsub("state=[^&]*", "state=theirs")))
      get((location:gsub("state=[^&]*", "")))
      mode = nil
    end
    if mode == "stray" then
      local origin = location:match("^http://[^/]+")
      get(origin .. "/favicon.ico")
      get(origin .. "/?code=stray&state=abc")
    end
    url = location
  end
end

visit(address)
