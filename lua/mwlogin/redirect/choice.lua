---Which way through a browser can work for one REDIRECT, and what to say when none can.
local driven = require("mwlogin.redirect.driven")
local errors = require("mwlogin.error")
local external = require("mwlogin.redirect.external")
local paste = require("mwlogin.redirect.paste")

local choice = {}

local COOKIES <const> = "log in to the wiki in a browser and hand its cookies over with "
  .. "import_cookies"
local FACTS <const> = {
  wiki = "The way back leads through the wiki's own page, which only knows a browser that holds "
    .. "this login's session cookie",
  ["return"] = "The way back leads straight to the return address",
}

local function would_work(way, way_back, address)
  local ways = {}
  if way_back == "return" then
    ways[#ways + 1] = 'redirect = "external"'
  end
  ways[#ways + 1] = 'redirect = "driven" (Chromium, Chrome or Edge)'
  if way_back == "return" or paste.fragment_address(address, way.session) then
    ways[#ways + 1] = 'redirect = "paste" (a person pastes the address)'
  end
  return ("Use %s; or %s."):format(table.concat(ways, ", "), COOKIES)
end

local function host_of(address)
  return address:match("^%a+://([^/?#]*)") or "another site"
end

---For a login that was not told how to use a browser.
---@param way table the login's way through a browser
---@param way_back string "wiki" or "return"
---@param finish table { address, status } where the wiki's own hops ended
---@return nil
---@return table err interaction; http or throttled where that page is in trouble itself
function choice.not_asked_for(way, way_back, finish)
  local why, status = "", finish.status or 0
  if status == 429 or status >= 500 then
    return nil,
      errors.new({
        kind = status == 429 and "throttled" or "http",
        code = tostring(status),
        status = status,
        message = ("The wiki's page where the login goes on answered %d"):format(status),
      })
  elseif status >= 400 then
    why = (" The wiki's page answered %d to a visitor without a browser."):format(finish.status)
  end
  return nil,
    errors.new({
      kind = "interaction",
      code = "browser_needed",
      message = ("The login goes on in a browser at %s. %s.%s"):format(
        host_of(finish.address),
        FACTS[way_back],
        why
      ),
      advice = would_work(way, way_back, finish.address),
    })
end

local function cannot(way, way_back, finish, reasons)
  return nil,
    errors.new({
      kind = "interaction",
      code = "no_way",
      message = ("%s; nothing here can go that way: %s"):format(
        FACTS[way_back],
        table.concat(reasons, " ")
      ),
      advice = would_work(way, way_back, finish.address),
    })
end

---Refuses a way that was asked for and cannot work.
---@param name string
---@param way table the login's way through a browser
---@param way_back string "wiki" or "return"
---@param finish table { address, status } where the wiki's own hops ended
---@return true|nil fits
---@return table|nil err interaction
function choice.fits(name, way, way_back, finish)
  if name == "external" and way_back == "wiki" then
    return nil,
      errors.new({
        kind = "interaction",
        code = "wrong_way",
        message = FACTS.wiki
          .. '; the system\'s browser has other cookies, so "external" would '
          .. "end on an error page.",
        advice = would_work(way, way_back, finish.address),
      })
  end
  return true
end

---The ways to try for `redirect = "auto"`, the best first.
---@param way table the login's way through a browser
---@param way_back string "wiki" or "return"
---@param finish table { address, status } where the wiki's own hops ended
---@param can_ask boolean whether a person can be asked
---@return string[]|nil ways
---@return table|nil err interaction: why there is none
function choice.automatic(way, way_back, finish, can_ask)
  local ways, reasons = {}, {}
  local function consider(name, good, err)
    if good then
      ways[#ways + 1] = name
    else
      reasons[#reasons + 1] = err.message
    end
  end
  if way_back == "return" and way.listener then
    consider("external", external.available())
  end
  consider("driven", driven.available(way.session, false))
  if not can_ask then
    reasons[#reasons + 1] = "Nobody can be asked to paste an address."
  elseif way_back == "return" then
    consider("paste", true)
  else
    consider("paste", paste.fragment_address(finish.address, way.session))
  end
  if #ways > 0 then
    return ways
  end
  return cannot(way, way_back, finish, reasons)
end

return choice
