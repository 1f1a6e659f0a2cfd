---A browser of Chromium's family over its debugging pipe: no port that others could reach.
local browser_flags = require("mwlogin.redirect.browser_flags")
local core = require("mwlogin.core")
local devtools = require("mwlogin.redirect.devtools")
local errors = require("mwlogin.error")
local json = require("mwlogin.json")
local query = require("mwlogin.query")
local target = require("mwlogin.redirect.target")
local trouble = require("mwlogin.redirect.trouble")

local chromium = {}

local PATIENCE <const> = 30
local SLICE <const> = 0.02

local call, send, receive = devtools.call, devtools.send, devtools.receive

---@class mwlogin.redirect.Engine
---@field returned string|nil the return address, if it was seen on its way
local Engine = {}
Engine.__index = Engine

local EVENTS <const> = {
  ["Target.targetCreated"] = function(self, event)
    if event.targetInfo.type == "page" then
      self.windows[event.targetInfo.targetId] = true
    end
  end,
  ["Target.targetDestroyed"] = function(self, event)
    self.windows[event.targetId] = nil
    if self.ready and not next(self.windows) then
      self.closed = true
    end
  end,
  ["Inspector.targetCrashed"] = function(self)
    self.crashed = true
  end,
  ["Network.loadingFailed"] = function(self, event)
    local text = event.type == "Document" and tostring(event.errorText) or ""
    self.distrust = text:match "^net::(ERR_CERT_[%u_]+)" or self.distrust
  end,
  ["Page.javascriptDialogOpening"] = function(self)
    send(self, "Page.handleJavaScriptDialog", { accept = true }, true)
  end,
  ["Fetch.requestPaused"] = function(self, event)
    local asked = event.request
    if self.return_url and target.is_return(asked.url, self.return_url) then
      self.returned = asked.url
      if asked.method == "POST" then
        self.returned = query.add(asked.url, asked.postData or "")
      end
      send(self, "Fetch.fulfillRequest", { requestId = event.requestId, responseCode = 204 }, true)
      return
    end
    send(self, "Fetch.continueRequest", { requestId = event.requestId }, true)
  end,
  ["Fetch.authRequired"] = function(self, event)
    local own = event.authChallenge.origin == self.auth_origin
    local answer = { response = "CancelAuth" }
    if own and self.auth and not self.auth_used[event.requestId] then
      self.auth_used[event.requestId] = true
      answer = {
        response = "ProvideCredentials",
        username = self.auth.username,
        password = self.auth.reveal(),
      }
    end
    local params = { requestId = event.requestId, authChallengeResponse = answer }
    send(self, "Fetch.continueWithAuth", params, true)
  end,
}

local function first_page(self, ends)
  while core.now() < ends do
    local reply, err = call(self, "Target.getTargets", {})
    if not reply then
      return nil, err
    end
    for _, info in ipairs(reply.targetInfos or {}) do
      if info.type == "page" then
        return info.targetId
      end
    end
    receive(self, SLICE)
  end
  return nil, trouble.new("browser_start", "The browser opened no window.")
end

local function prepare(self)
  local id, err = first_page(self, core.now() + self.patience)
  if not id then
    return nil, err
  end
  self.target = id
  local attached
  attached, err = call(self, "Target.attachToTarget", { targetId = id, flatten = true })
  if not attached then
    return nil, err
  end
  self.page = attached.sessionId
  local done
  done, err = call(self, "Target.setDiscoverTargets", { discover = true })
  if done and self.headless then
    done, err = call(self, "Page.enable", {}, true)
    if done then
      done, err = call(self, "Network.enable", {}, true)
    end
  end
  if done and (self.return_url or self.auth) then
    local patterns = { { urlPattern = self.auth and "*" or self.return_url .. "*" } }
    done, err = call(
      self,
      "Fetch.enable",
      { patterns = patterns, handleAuthRequests = self.auth ~= nil },
      true
    )
  end
  if not done then
    return nil, err
  end
  self.ready = true
  return true
end

---Starts the browser with a fresh profile.
---@param options table
---  program: its path; folder: a private one, for the profile; env: of its process; headless; idle:
---  called while waiting; patience: seconds it may take for an answer (30); return_url: an address
---  to be caught on its way, where nobody listens; proxy; auth: { username, reveal() } for Basic or
---  Digest in front of the wiki; auth_origin
---@return mwlogin.redirect.Engine|nil engine
---@return table|nil err interaction
function chromium.start(options)
  local argv = { options.program, "--remote-debugging-pipe" }
  local flags = browser_flags.list(options)
  table.move(flags, 1, #flags, #argv + 1, argv)
  argv[#argv + 1] = "about:blank"
  local patience = options.patience or PATIENCE
  local process, err = core.process(argv, {
    pipes = { [3] = "write", [4] = "read" },
    env = options.env or { TMPDIR = options.folder },
    timeout = patience,
  })
  if not process then
    return nil, errors.from(err, { advice = "Name another browser with MWLOGIN_BROWSER." })
  end
  local self = setmetatable({
    process = process,
    program = options.program,
    headless = options.headless,
    idle = options.idle,
    patience = patience,
    return_url = options.return_url,
    auth = options.auth,
    auth_origin = options.auth_origin,
    auth_used = {},
    number = 0,
    react = EVENTS,
    windows = {},
  }, Engine)
  local _ <close> = setmetatable({}, {
    __close = function()
      if not self.ready then
        self:close()
      end
    end,
  })
  local good, failed = prepare(self)
  if not good then
    return nil, failed
  end
  return self
end

---Puts the login's cookies in, before any page.
---@param list mwlogin.redirect.Cookie[]
---@param address string a page of the wiki, whose host they are for
---@return boolean|nil done
---@return table|nil err
function Engine:set_cookies(list, address)
  local wanted = {}
  for position, cookie in ipairs(list) do
    wanted[position] = {
      name = cookie.name,
      value = cookie.value,
      url = address,
      domain = cookie.domain,
      path = cookie.path,
      secure = cookie.secure,
      httpOnly = cookie.http_only,
      sameSite = cookie.same_site,
      expires = cookie.expires,
    }
  end
  if #wanted == 0 then
    return true
  end
  local done, err = call(self, "Storage.setCookies", { cookies = wanted })
  return done and true, err
end

---One call of the DevTools protocol, to the page.
---@param method string
---@param params table
---@return table|nil result
---@return table|nil err
function Engine:call(method, params)
  return call(self, method, params, true)
end

---Goes to an address; what becomes of it is seen later.
---@param address string
---@return boolean|nil done
---@return table|nil err
function Engine:go(address)
  local id, err = send(self, "Page.navigate", { url = address }, true)
  return id and true, err
end

---Lets it work for a moment.
---@param seconds number at most
---@return boolean|nil alive
---@return table|nil err cancelled when the window was closed
function Engine:pump(seconds)
  repeat
    local message, err = receive(self, seconds)
    if message == nil then
      return nil, err
    end
    seconds = 0
  until not message
  local wrong = devtools.broken(self)
  if wrong then
    return nil, wrong
  end
  return true
end

---@return string|nil address of the page shown
---@return table|nil err
function Engine:address()
  local reply, err = call(self, "Target.getTargetInfo", { targetId = self.target })
  return reply and reply.targetInfo.url, err
end

---Calls a JavaScript function in the page.
---@param source string
---@param ... any its arguments, plain data
---@return any value nil also while the page is being changed for another
---@return table|nil err
function Engine:evaluate(source, ...)
  local arguments = {}
  for position = 1, select("#", ...) do
    arguments[position] = json.encode((select(position, ...)))
  end
  local expression = ("(%s)(%s)"):format(source, table.concat(arguments, ","))
  local params = { expression = expression, returnByValue = true, userGesture = true }
  local reply, err = call(self, "Runtime.evaluate", params, true)
  if not reply then
    if err.code == "browser_protocol" then
      return nil
    end
    return nil, err
  end
  return reply.result and reply.result.value
end

---Types into what has the focus.
---@param text string
---@return boolean|nil done
---@return table|nil err
function Engine:type(text)
  local done, err = call(self, "Input.insertText", { text = text }, true)
  return done and true, err
end

---Ends the browser; twice is fine.
function Engine:close()
  local process = self.process
  if not process then
    return
  end
  devtools.say_goodbye(self)
  self.process = nil
  -- Not waited for: its helpers live in its process group and end with it here.
  process:close()
end

return chromium
