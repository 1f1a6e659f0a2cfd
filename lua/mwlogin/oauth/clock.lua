---This machine's clock beside the wiki's: OAuth 1 takes a timestamp that is at most 300 seconds
---off.
local clock = {}

---What network and proxies may add; below it the clock is not to blame.
local TRIFLE <const> = 60

---A refused signer goes on by the wiki's clock.
---@param session mwlogin.Session whose trace tells
---@param signer mwlogin.oauth.Signer changed
---@param ahead integer|nil seconds that this machine is ahead, as a reply's Date tells
---@return boolean mended whether that is news, so that a second try may go through
function clock.mend(session, signer, ahead)
  if not ahead or math.abs(ahead - signer.ahead) <= TRIFLE then
    return false
  end
  signer.ahead = ahead
  session:trace_event { event = "clock", ahead = ahead }
  return true
end

local function with_commas(number)
  local text = ("%d"):format(number)
  local changed
  repeat
    text, changed = text:gsub("^(%d+)(%d%d%d)", "%1,%2")
  until changed == 0
  return text
end

---@param ahead integer|nil
---@return string|nil words "this machine's clock is 3,600 s behind the wiki's"; nil when it is not
function clock.words(ahead)
  if not ahead or math.abs(ahead) <= TRIFLE then
    return nil
  end
  return ("this machine's clock is %s s %s the wiki's"):format(
    with_commas(math.abs(ahead)),
    ahead > 0 and "ahead of" or "behind"
  )
end

return clock
