---mwlogin manual
local exit = require "mwlogin.cli.exit"
local output = require "mwlogin.cli.output"

local manual = {}

manual.summary = "the manual page, for man(1)"
manual.usage = ""

manual.examples = [[
  mwlogin manual | man -l -]]

manual.bare = true

function manual.configure() end

-- == roff =========================================================================================

---Text for roff: backslashes, hyphens that are typed, quotes, and no line that starts as a request.
local function roff(text)
  text = text:gsub("\\", "\\e"):gsub("%-", "\\-"):gsub("…", "..."):gsub("–", "\\(en")
  return (text:gsub("^([.'])", "\\&%1"):gsub("\n([.'])", "\n\\&%1"))
end

local function bold(text)
  return "\\fB" .. roff(text) .. "\\fR"
end

local function italic(text)
  return "\\fI" .. roff(text) .. "\\fR"
end

local function verbatim(text)
  return ".PP\n.nf\n" .. roff(text) .. "\n.fi\n"
end

-- == parts ========================================================================================

local HEAD <const> = [[
.TH MWLOGIN 1 "" "mwlogin %s" "User Commands"
.SH NAME
mwlogin \- log in to MediaWiki wikis, whatever their extensions ask
.SH SYNOPSIS
%s
.SH DESCRIPTION
.B mwlogin
logs in to a wiki, keeps the session, and lets other commands and scripts use it.
It goes through whatever the wiki asks: passwords, bot passwords, captchas, second factors,
fields of extensions it never heard of, ways through a browser, OAuth.
.PP
.I WIKI
is an address (api.php, any page, or just the host) or the name of a profile.
Results go to standard output, words to standard error.
Secrets are never taken from the command line: options that end in
.B \-from
say where to read them.
]]

local SOURCES <const> = {
  { "env:NAME", "the environment variable NAME" },
  { "file:PATH", "the first line of a file that only you can read" },
  { "cmd:COMMAND", "the first line that a command prints; words and quotes, no shell" },
  { "stdin", "the first line of standard input" },
  { "prompt", "asked on the terminal, not shown" },
  { "git", "git's credential helpers, asked for the wiki" },
  { "totp:SOURCE", "the current one-time code of the secret in SOURCE" },
}

local FILES <const> = [[
.SH PROFILES
.I ~/.config/mwlogin/config.lua
returns a table of profiles, each with
.BR url ,
.B options
(those of the library's open) and
.B login
(those of its login). It sees
.B secret
and nothing else:
.PP
.nf
return {
  work = {
    url = "https://wiki.example.org",
    login = { username = "Alice", password = secret.command { "pass", "wiki" } },
  },
}
.fi
.SH FILES
.TP
.I $XDG_STATE_HOME/mwlogin
kept sessions, one file each, for you alone; without that variable
.I ~/.local/state/mwlogin
.TP
.I $XDG_CONFIG_HOME/mwlogin/config.lua
profiles; without that variable
.I ~/.config/mwlogin/config.lua
.SH ENVIRONMENT
.TP
.B XDG_STATE_HOME, XDG_CONFIG_HOME
where the files are
.TP
.B COLUMNS
how wide the help is, where it is not a terminal's width
.TP
.B BROWSER
your own browser, where one is opened that needs no cookies of ours
.TP
.B MWLOGIN_BROWSER, MWLOGIN_DRIVER
the browser that is started with the login's cookies, and the WebDriver for it
.TP
.B MWLOGIN_NO_BROWSER
set to anything: no browser is opened, whatever is asked for
.TP
.B TERM, NO_COLOR, LC_ALL, LC_CTYPE, LANG
what the terminal can show
]]

local FOOT <const> = [[
.SH SEE ALSO
.BR curl (1),
.BR git\-credential (1),
.BR pass (1)
]]

local function synopsis()
  return table.concat({
    ".B mwlogin",
    ".I SUBCOMMAND",
    "[\\fIOPTION\\fR...]",
    "\\fIWIKI\\fR...",
    ".br",
    ".B mwlogin help",
    ".I SUBCOMMAND",
  }, "\n")
end

local function option(out, one)
  local flag = bold(one.flag)
  if one.value then
    flag = flag .. (one.value:find "^%[" and roff(one.value) or " " .. italic(one.value))
  end
  out[#out + 1] = ".TP\n" .. flag .. "\n" .. roff(one.help)
end

---Options that most subcommands share are told once, in sections of their own.
local SHARED <const> =
  { ["Logging in"] = true, ["Asking"] = true, ["Connection"] = true, ["Output"] = true }

local function shared_options(out, subcommands)
  local by_group, order = {}, {}
  for _, one in ipairs(subcommands[1].options) do
    if SHARED[one.group] then
      if not by_group[one.group] then
        by_group[one.group] = {}
        order[#order + 1] = one.group
      end
      table.insert(by_group[one.group], one)
    end
  end
  out[#out + 1] = ".SH OPTIONS"
  out[#out + 1] = "Subcommands that log in take these."
  for _, group in ipairs(order) do
    out[#out + 1] = ".SS " .. group
    for _, one in ipairs(by_group[group]) do
      option(out, one)
    end
  end
end

local function subcommand(out, one)
  out[#out + 1] = ".SS mwlogin " .. roff(one.name .. " " .. one.usage)
  out[#out + 1] = roff(one.summary:gsub("^%l", string.upper) .. ".")
  for _, argument in ipairs(one.arguments) do
    out[#out + 1] = ".TP\n" .. italic(argument.name) .. "\n" .. roff(argument.help)
  end
  for _, own in ipairs(one.options) do
    if not SHARED[own.group] and own.flag ~= "--help" then
      option(out, own)
    end
  end
  out[#out + 1] = verbatim(one.examples):gsub("\n$", "")
end

---@return string roff
function manual.page()
  local subcommands = require("mwlogin.cli.outline").read()
  local out = { HEAD:format(require "mwlogin.version", synopsis()):gsub("\n$", "") .. "" }
  out[#out + 1] = ".SH SUBCOMMANDS"
  for _, one in ipairs(subcommands) do
    subcommand(out, one)
  end
  shared_options(out, subcommands)
  out[#out + 1] = ".SH SOURCES\nWhere a secret is read, when a request needs it:"
  for _, pair in ipairs(SOURCES) do
    out[#out + 1] = ".TP\n" .. bold(pair[1]) .. "\n" .. roff(pair[2])
  end
  out[#out + 1] = FILES:gsub("\n$", "") .. ""
  out[#out + 1] = ".SH EXIT STATUS"
  for _, pair in ipairs(exit.MEANINGS) do
    out[#out + 1] = (".TP\n.B %d\n%s"):format(pair[1], roff(pair[2]))
  end
  out[#out + 1] = FOOT:gsub("\n$", "") .. ""
  return table.concat(out, "\n")
end

function manual.run()
  local out = output.new {}
  out:write(manual.page())
  return out:code(nil)
end

return manual
