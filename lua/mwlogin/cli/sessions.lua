---mwlogin sessions
local entries = require "mwlogin.store.entry"
local exit = require "mwlogin.cli.exit"
local output = require "mwlogin.cli.output"

local sessions = {}

sessions.summary = "what is kept: wiki, account, method, age; never the values"
sessions.usage = "[OPTION…]"

sessions.examples = [[
  mwlogin sessions
  mwlogin sessions --json]]

function sessions.configure(command)
  command:flag("--json"):description("one object a session, one a line")
end

sessions.bare = true

---When the longest-lived cookie ends; nil: with the wiki's own session.
local function lasts_until(entry)
  local latest
  for _, line in ipairs(entry.cookies) do
    local expires = math.tointeger(tonumber(line:match "^[^\t]*\t[^\t]*\t[^\t]*\t[^\t]*\t(%d+)\t"))
    if expires and expires > 0 and line:find "Token\t" then
      latest = math.max(latest or 0, expires)
    end
  end
  if entry.tokens and math.type(entry.tokens.expires) then
    latest = math.max(latest or 0, math.tointeger(entry.tokens.expires // 1))
  end
  return latest
end

local function span(seconds)
  if seconds >= 172800 then
    return ("%d days"):format(seconds // 86400)
  elseif seconds >= 7200 then
    return ("%d hours"):format(seconds // 3600)
  end
  return ("%d minutes"):format(math.max(seconds, 0) // 60)
end

local function line_of(entry, now, until_when)
  return output.clean(
    ("%s  %s (%s)  %s old, %s"):format(
      entry.api,
      entry.name,
      entry.method,
      span(now - entry.created),
      until_when and ("lasts %s more"):format(span(until_when - now))
        or "lasts as long as the wiki keeps it"
    )
  )
end

function sessions.run(args)
  local out = output.new(args)
  local store = require("mwlogin").store.file()
  local ids, err = store:ids()
  if not ids then
    out:failure("sessions", err)
    return exit.code(err)
  end
  local first
  local now = os.time()
  for _, id in ipairs(ids) do
    local text, trouble = store:read(id)
    local entry = text and nil
    if text then
      entry, trouble = entries.decode(id, text)
    end
    if entry then
      local until_when = lasts_until(entry)
      out:result({
        api = entry.api,
        account = entry.account,
        name = entry.name,
        method = entry.method,
        created = entry.created,
        saved = entry.saved,
        lasts_until = until_when,
        scope = entry.tokens and entry.tokens.scope,
      }, line_of(entry, now, until_when))
    elseif trouble then
      out:failure(id, trouble)
      first = first or trouble
    end
  end
  if #ids == 0 and not args.json then
    out:say "no session is kept"
  end
  return out:code(first)
end

return sessions
