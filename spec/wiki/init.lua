--- Real MediaWikis for specs: started in a moment, side by side, gone with their starter.
--
--     local wiki = require("spec.wiki").start({ private = true })
--     … wiki.api, wiki.accounts.Alice, wiki.botpassword …
--     wiki:stop()
--
-- Knows nothing of mwlogin, so that a fault there cannot hide here.

local json = require("cjson.safe")
local socket = require("socket")
local template = require("spec.wiki.template")

local wiki = {}

local APP, SECRET = "app", "0123456789abcdefghijklmnopqrstuv"
local ACCOUNTS = {
  Alice = "Wonder+land & tea=1/2%",
  Bob = "Builder of bridges 22",
  Carol = { password = "Chief & keeper of keys 7", groups = "sysop,bureaucrat,bot" },
}
local OPTIONS = {
  private = true,
  settings = true,
  extensions = true,
  accounts = true,
  host = true,
}

---@class spec.Wiki
---@field api string address of api.php
---@field base string http://HOST:PORT
---@field index string address of index.php
---@field host string
---@field port integer
---@field folder string temporary folder of this wiki
---@field base_folder string folder of the template it was made from
---@field accounts table<string, string> passwords by account name
---@field botpassword table name and password, and the other form: variant_name, variant_password
local Wiki = {}
Wiki.__index = Wiki

local read, write = template.read, template.write

local function json_lines(path)
  local list = {}
  for line in (read(path) or ""):gmatch("[^\n]+") do
    list[#list + 1] = assert(json.decode(line))
  end
  return list
end

-- The account that gets the bot password comes first: Alice, else the first by name.
local function ordered(accounts)
  local list = {}
  for name, account in pairs(accounts) do
    local password = type(account) == "table" and account.password or account
    local groups = type(account) == "table" and account.groups or ""
    assert(not (name .. password):find("[\t\n]"), "no tab or newline in accounts")
    list[#list + 1] = { name = name, password = password, groups = groups }
  end
  table.sort(list, function(a, b)
    if (a.name == "Alice") ~= (b.name == "Alice") then
      return a.name == "Alice"
    end
    return a.name < b.name
  end)
  return list
end

local function wait_until_ready(self)
  for _ = 1, 12000 do
    local ready = read(self.folder .. "/ready")
    if ready then
      local state = json.decode(ready)
      self.keeper, self.group = state.keeper, state.group
      return
    end
    if not read(self.folder .. "/wiki.json") then
      break
    end
    socket.sleep(0.005)
  end
  local folder = self.folder
  local log = (read(folder .. "/server.log") or "") .. (read(folder .. "/errors.log") or "")
  self:stop()
  error("the wiki did not start:\n" .. log, 0)
end

--- Starts a wiki and returns when it answers.
---@param options? table
---  private: reading needs a login. settings: PHP evaluated after the shared settings.
---  extensions: "ConfirmEdit/QuestyCaptcha", "OATHAuth", "MwloginTest"…
---  accounts: password, or { password=, groups="sysop,bot" }, by name (default Alice, Bob, Carol).
---  host: "127.0.0.1" (default) or "localhost", the name the wiki calls itself.
---@return spec.Wiki
function wiki.start(options)
  options = options or {}
  for name in pairs(options) do
    assert(OPTIONS[name], "unknown option " .. tostring(name))
  end
  local list = ordered(options.accounts or ACCOUNTS)
  local base, accounts = template.prepare(list, APP, SECRET)
  local folder = template.run("mktemp", "-d", "-t", "mwlogin-wiki.XXXXXX"):match("[^\n]+")
  local self = setmetatable({ folder = folder, host = options.host or "127.0.0.1" }, Wiki)
  self.accounts = {}
  for _, account in ipairs(list) do
    self.accounts[account.name] = account.password
  end
  self.botpassword = {
    name = list[1].name .. "@" .. APP,
    password = SECRET,
    variant_name = list[1].name,
    variant_password = APP .. "@" .. SECRET,
  }
  local extensions = options.extensions or {}
  write(
    folder .. "/wiki.json",
    json.encode({
      host = self.host,
      private = options.private or false,
      base = base,
      extensions = extensions,
    })
  )
  write(folder .. "/settings.php", options.settings or "")
  template.run("cp", "-R", accounts .. "/data", folder .. "/data")
  template.run("mkdir", folder .. "/images")
  self.pipe = assert(io.popen(
    table.concat({
      "exec php -d display_errors=stderr",
      template.quote(template.here .. "/keeper.php"),
      template.quote(folder),
      template.quote(template.mediawiki),
      template.quote(template.root .. "/opcache"),
      ">/dev/null",
    }, " "),
    "w"
  ))
  self.pipe:setvbuf("no")
  wait_until_ready(self)
  self.base_folder = base
  self.port = math.tointeger(tonumber(read(folder .. "/port")))
  self.base = ("http://%s:%d"):format(self.host, self.port)
  self.api = self.base .. "/api.php"
  self.index = self.base .. "/index.php"
  return self
end

--- Address of a page of this wiki.
---@param title string
---@return string
function Wiki:page(title)
  local escaped = title:gsub(" ", "_"):gsub("[^%w%-%._~:/]", function(byte)
    return ("%%%02X"):format(byte:byte())
  end)
  return self.index .. "?title=" .. escaped
end

--- Forgets the requests and the values received so far.
function Wiki:mark()
  self.marked_requests = #json_lines(self.folder .. "/requests.jsonl")
  self.marked_received = #json_lines(self.folder .. "/received.jsonl")
  self.marked_mail = #json_lines(self.folder .. "/mail.jsonl")
end

local function since(self, name)
  local lines = json_lines(self.folder .. "/" .. name .. ".jsonl")
  return table.move(lines, (self["marked_" .. name] or 0) + 1, #lines, 1, {})
end

--- The requests to api.php, index.php, rest.php since `mark`, in order of their answers.
---@param filter? table only those with these values, e.g. { method = "POST", action = "login" }
---@return table[] requests { method, path, query, body, params, files (names, never values),
---  action, meta, title, status, host, user_agent, content_type, cookies (names),
---  authorization (its first word) }
function Wiki:requests(filter)
  local list = {}
  for _, request in ipairs(since(self, "requests")) do
    local fits = true
    for key, value in pairs(filter or {}) do
      fits = fits and request[key] == value
    end
    if fits then
      list[#list + 1] = request
    end
  end
  return list
end

--- What each call of clientlogin, createaccount, linkaccount sent since `mark`, values and all
--- (extension MwloginTest).
---@return table[] received { action, step, fields, requests, preserve_state }
---  action: "login", "create" or "link"; step: "START", or the kinds of the requests that were
---  pending, e.g. "TwoFactorAuthenticationRequest"; fields: values by name, without the API's own
---  parameters; requests: those named by loginrequests and its like
function Wiki:received()
  return since(self, "received")
end

--- The mails sent since `mark`.
---@return table[] mails { to = { address }, subject, body }
function Wiki:mail()
  return since(self, "mail")
end

--- Changes the wiki's settings while it runs: PHP that replaces what an earlier call gave.
---@param php string e.g. '$wgReadOnly = "Moving house";', "" for the settings as started
function Wiki:set(php)
  write(self.folder .. "/live.new", php)
  assert(os.rename(self.folder .. "/live.new", self.folder .. "/live.php"))
end

--- Runs PHP inside the wiki, as a maintenance script.
---@param code string PHP statements; what they `return` is handed back
---@return any value
function Wiki:php(code)
  local file = os.tmpname()
  write(file, code)
  local good, output = pcall(
    template.run,
    "env",
    "MW_CONFIG_FILE=" .. template.here .. "/LocalSettings.php",
    "MWLOGIN_WIKI_FOLDER=" .. self.folder,
    "MWLOGIN_MEDIAWIKI=" .. template.mediawiki,
    "php",
    "-d",
    "opcache.enable_cli=1",
    "-d",
    "opcache.file_cache=" .. template.root .. "/opcache",
    "-d",
    "display_errors=stderr",
    template.here .. "/run.php",
    file
  )
  os.remove(file)
  if not good then
    error(output, 2)
  end
  local reply = json.decode(output)
  if not reply then
    error("no answer from the wiki's maintenance script:\n" .. output, 2)
  end
  return reply.value
end

--- Runs one SQL statement on the wiki's database, or on its cache (sessions, throttles).
---@param statement string
---@param database? "wiki"|"wikicache"
---@return table[] rows
---@return integer count rows changed
function Wiki:sql(statement, database)
  local file = os.tmpname()
  write(file, statement)
  local path = ("%s/data/%s.sqlite"):format(self.folder, database or "wiki")
  local good, output = pcall(template.run, "php", template.here .. "/sql.php", path, file)
  os.remove(file)
  if not good then
    error(output, 2)
  end
  local reply = assert(json.decode(output))
  return reply.rows, reply.count
end

--- Deletes all sessions on the server, as a restarted cache does.
---@return integer count
function Wiki:forget_sessions()
  local statement = "DELETE FROM objectcache WHERE keyname LIKE '%:MWSession:%'"
  local _, count = self:sql(statement, "wikicache")
  return count
end

--- Forgets failed attempts, so that nobody is throttled any more.
---@return integer count
function Wiki:forget_throttles()
  local statement = "DELETE FROM objectcache WHERE keyname LIKE '%throttle%'"
  local _, count = self:sql(statement, "wikicache")
  return count
end

--- Everything PHP complained about (for a failing spec's message).
---@return string
function Wiki:errors()
  return read(self.folder .. "/errors.log") or ""
end

--- Ends the wiki and removes its folder; returns when nothing is left. Twice is fine.
function Wiki:stop()
  local pipe = self.pipe
  if pipe then
    self.pipe = nil
    pcall(pipe.write, pipe, "stop\n")
    pipe:close()
  end
end

for name, method in pairs(require("spec.wiki.credentials")) do
  Wiki[name] = method
end

Wiki.__gc = Wiki.stop
Wiki.__close = Wiki.stop

return wiki
