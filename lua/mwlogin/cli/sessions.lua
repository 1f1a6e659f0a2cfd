---mwlogin sessions
local entries = require "mwlogin.store.entry"
local exit = require "mwlogin.cli.exit"
local lasting = require "mwlogin.store.lasting"
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

local function span(seconds)
  if seconds >= 172800 then
    return ("%d days"):format(seconds // 86400)
  elseif seconds >= 7200 then
    return ("%d hours"):format(seconds // 3600)
  end
  return ("%d minutes"):format(seconds // 60)
end

local function age(entry, now)
  if entry.created > now then
    return "kept in the future by this machine's clock"
  elseif now - entry.created < 60 then
    return "new"
  end
  return span(now - entry.created) .. " old"
end

local function rest(ends, now)
  if not ends then
    return "lasts as long as the wiki keeps it"
  elseif ends <= now then
    return ("its time was over %s ago"):format(span(now - ends))
  end
  return ("lasts %s more"):format(span(ends - now))
end

---How long an OAuth login lasts, and what it may do.
local function access(tokens, ends, now)
  if tokens.over then
    return "its access has ended: log in again"
  end
  local renewed = tokens.refresh_token and ends
  local scope = tokens.scope and ("; scopes: %s"):format(tokens.scope) or ""
  return (renewed and "renewed in " .. span(math.max(ends - now, 0)) or rest(ends, now)) .. scope
end

local function line_of(entry, now, ends)
  return output.clean(
    ("%s  %s%s (%s)  %s, %s"):format(
      entry.api,
      entry.name,
      entry.account ~= entry.name and (", kept as %s"):format(entry.account) or "",
      entry.method,
      age(entry, now),
      entry.tokens and access(entry.tokens, ends, now) or rest(ends, now)
    )
  )
end

function sessions.run(args)
  local out = output.new(args)
  local store = require("mwlogin.store").file()
  local ids, err = store:ids()
  if not ids then
    out:failure("sessions", err)
    return exit.code(err)
  end
  local first
  local now = os.time()
  for _, id in ipairs(ids) do
    local entry, trouble = entries.read(store, id)
    if entry then
      local ends = lasting.ends(entry)
      out:result({
        api = entry.api,
        account = entry.account,
        name = entry.name,
        method = entry.method,
        created = entry.created,
        saved = entry.saved,
        lasts_until = ends,
        scope = entry.tokens and entry.tokens.scope,
        client_id = entry.tokens and entry.tokens.client_id,
        ended = entry.tokens and entry.tokens.over,
      }, line_of(entry, now, ends))
    elseif trouble then
      trouble.advice = require("mwlogin.cli.advice").as_flags(trouble.advice)
      out:failure(store:place(id), trouble)
      first = first or trouble
    end
  end
  if #ids == 0 and not args.json then
    out:say "no session is kept"
  end
  return out:code(first)
end

return sessions
