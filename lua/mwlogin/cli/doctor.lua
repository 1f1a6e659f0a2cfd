---mwlogin doctor WIKI
local connect = require "mwlogin.cli.connect"
local options = require "mwlogin.cli.options"
local output = require "mwlogin.cli.output"

local doctor = {}

doctor.summary = "what a wiki is, offers and asks; cause and cure of each trouble"
doctor.usage = "[OPTION…] WIKI"

doctor.examples = [[
  mwlogin doctor wiki.example.org
  mwlogin doctor wiki.example.org --user Alice \
      --password-from env:WIKI_PASSWORD --json]]

function doctor.configure(command)
  options.declare_wiki(command)
  options.declare_login(command)
  options.declare_open(command)
end

local function yes_no(value)
  if value == nil then
    return "cannot be told from outside"
  end
  return value and "yes" or "no"
end

---What answers a request on the command line, where a handler of its name only helps.
local BY_FLAGS <const> = {
  Password = "by --user and --password-from",
  RememberMe = "by --remember or --no-remember",
}

local function answered_by(asked)
  if not asked.handler then
    return ""
  end
  local by = BY_FLAGS[asked.handler] or ("by the handler %s, if it can"):format(asked.handler)
  return " – answered " .. by
end

local function asked_line(asked)
  local fields = {}
  for _, field in ipairs(asked.fields) do
    local told = not asked.handler and field.label and field.label ~= ""
    fields[#fields + 1] = told and ("%s (%s)"):format(field.name, field.label) or field.name
  end
  return ("    %s (%s): %s%s"):format(
    asked.kind,
    asked.required,
    #fields > 0 and table.concat(fields, ", ") or "no fields",
    answered_by(asked)
  )
end

local FOUND <const> = {
  page = "found by the link of its page",
  ["usual place"] = "found at a usual place",
}

local function add_plan(lines, plan)
  lines[#lines + 1] = "  a login with what was given:"
  for number, planned in ipairs(plan) do
    lines[#lines + 1] = ("    %d. %s%s"):format(
      number,
      planned.what,
      planned.stops and " – it would stop here" or ""
    )
  end
end

local function words(report)
  local found = FOUND[report.found_by]
  local lines = {
    ("%s: %s%s"):format(
      report.api,
      report.version or "a MediaWiki",
      found and (" (%s)"):format(found) or ""
    ),
    "  name: " .. (report.name or (report.private and "(private)" or "?")),
    "  private: " .. yes_no(report.private),
    "  dialogue (clientlogin): " .. yes_no(report.dialogue),
    "  bot passwords: " .. yes_no(report.bot_passwords),
    "  OAuth: " .. yes_no(report.oauth),
  }
  if report.user then
    lines[#lines + 1] = "  this session is: " .. report.user.name
  end
  if #report.asks > 0 then
    lines[#lines + 1] = "  a login asks for:"
    for _, asked in ipairs(report.asks) do
      lines[#lines + 1] = asked_line(asked)
    end
  end
  if report.plan then
    add_plan(lines, report.plan)
  end
  for _, trouble in ipairs(report.troubles) do
    lines[#lines + 1] = "! " .. trouble.cause
    lines[#lines + 1] = "    " .. trouble.cure
  end
  if #report.troubles == 0 then
    lines[#lines + 1] = "  no trouble found"
  end
  for position, line in ipairs(lines) do
    lines[position] = output.clean(line)
  end
  return table.concat(lines, "\n")
end

function doctor.run(args)
  local out = output.new(args)
  return connect.run(args, out, function(session, _, credentials)
    local report, err = session:doctor(credentials)
    if not report then
      return nil, err
    end
    report.wiki = args.wiki
    out:result(report, words(report))
    return true
  end, { looks = true })
end

return doctor
