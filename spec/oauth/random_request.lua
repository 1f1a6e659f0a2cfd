--- Requests with everything in them that signatures have gone wrong over: names that come twice,
--- empty ones, `~`, `+`, blanks in both spellings, other scripts, ports, paths.
local core = require "mwlogin.core"

local random_request = {}

local PIECES <const> = {}
for piece in
  ("a Z 0 ~ - . _ + % & = / ? # ü 語 🙂 é [] | ' ( * ! , ; : @ \\ \" < $ ^ ` {"):gmatch "%S+"
do
  PIECES[#PIECES + 1] = piece
end
table.move({ " ", "\n", "\t", "%20", "%7E", "+", "\u{301}" }, 1, 7, #PIECES + 1, PIECES)

local ORIGINS <const> = {
  "http://Wiki.example",
  "HTTP://wiki.example:80",
  "http://wiki.example:8080",
  "http://wiki.example:443",
  "https://wiki.example",
  "https://wiki.example:443",
  "https://wiki.example:8443",
  "http://127.0.0.1:8080",
}
local PATHS <const> = {
  "/w/api.php",
  "/api.php",
  "/",
  "/a~b/index.php",
  "/w/rest.php/v1/page/%C3%9Cber%20uns",
  "/w/rest.php/v1/page/A%2FB",
  "/wiki/Caf%C3%A9,_(x)",
}
local METHODS <const> = { "GET", "POST", "POST", "PUT", "HEAD", "DELETE" }

local function one_of(list)
  return list[math.random(#list)]
end

--- Text of up to so many pieces.
function random_request.text(most)
  local parts = {}
  for position = 1, math.random(0, most) do
    parts[position] = one_of(PIECES)
  end
  return table.concat(parts)
end

local function random_pairs(most)
  local list = {}
  for position = 1, math.random(0, most) do
    local name = "p" .. random_request.text(2)
    local earlier = position > 1 and math.random() < 0.3 and one_of(list)
    list[position] = { earlier and earlier[1] or name, random_request.text(6) }
    if math.random() < 0.15 then
      list[position][2] = ""
    end
  end
  return list
end

-- Any spelling that means the same.
local function spell(text)
  local encoded = core.encode(text)
  local way = math.random(4)
  if way == 1 then
    return (encoded:gsub("%%20", "+"))
  elseif way == 2 then
    return (encoded:gsub("~", "%%7E"))
  elseif way == 3 then
    return (encoded:gsub("%%%x%x", string.lower))
  end
  return encoded
end

--- Pairs as a query or a form.
function random_request.form(list)
  local parts = {}
  for position, pair in ipairs(list) do
    parts[position] = spell(pair[1]) .. "=" .. spell(pair[2])
  end
  return table.concat(parts, "&")
end

--- Any request.
---@return table request { method, url, query (a list of pairs), body (a list of pairs or nil) }
function random_request.any()
  local method = one_of(METHODS)
  local has_body = method ~= "GET" and method ~= "HEAD"
  return {
    method = method,
    url = one_of(ORIGINS) .. one_of(PATHS),
    query = random_pairs(has_body and 2 or 6),
    body = has_body and random_pairs(6) or nil,
  }
end

--- Parameters as a script gives them to a Session.
function random_request.params()
  local params = {}
  for _, pair in ipairs(random_pairs(6)) do
    params[pair[1]:gsub("%[%]$", "")] = pair[2]
  end
  if math.random() < 0.3 then
    params.list = { random_request.text(2), random_request.text(2), "x", 7 }
  end
  if math.random() < 0.3 then
    params["many[]"] = { random_request.text(3), random_request.text(3), "x", "x" }
  end
  return params
end

return random_request
