---How long what is kept lasts, by the dates of its cookies and tokens.
local lasting = {}

---What lived longer than this when it was saved is worth keeping over a clock that went wrong.
local LONG <const> = 86400

---@param line string of Netscape's format
---@return string|nil key what tells a cookie from others: domain, path, name
---@return integer|nil expires seconds since 1970; 0: with the wiki's own session
---@return string|nil name
local function parts(line)
  local domain, path, expires, name =
    line:match "^([^\t]*)\t[^\t]*\t([^\t]*)\t[^\t]*\t(%d+)\t([^\t]*)"
  if domain then
    return table.concat({ domain, path, name }, "\t"), math.tointeger(tonumber(expires)), name
  end
end

---The lines to keep of a session that ends: what it has now, and what it was given and could not
---use because this machine's clock said that its time was over. The wiki cannot have deleted that,
---and when the clock is set right it is good again.
---@param entry mwlogin.store.Entry what the session was given
---@param lines string[] its cookies now
---@param now integer seconds since 1970
---@return string[] lines
function lasting.cookies(entry, lines, now)
  local kept, there = table.move(lines, 1, #lines, 1, {}), {}
  for _, line in ipairs(lines) do
    there[parts(line) or line] = true
  end
  for _, line in ipairs(entry.cookies) do
    local key, expires = parts(line)
    local long = key and expires > entry.saved + LONG
    if long and expires <= now and not there[key] then
      kept[#kept + 1] = line
    end
  end
  return kept
end

---When the longest-lived credential of an entry ends.
---@param entry mwlogin.store.Entry
---@return integer|nil seconds since 1970; nil: with the wiki's own session
function lasting.ends(entry)
  local latest
  for _, line in ipairs(entry.cookies) do
    local _, expires, name = parts(line)
    if expires and expires > 0 and name:find "Token$" then
      latest = math.max(latest or 0, expires)
    end
  end
  local tokens = entry.tokens
  if tokens and math.type(tokens.expires) then
    latest = math.max(latest or 0, math.tointeger(tokens.expires // 1))
  end
  return latest
end

return lasting
