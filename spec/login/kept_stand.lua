---What specs of kept sessions stand on: a real wiki, and a file store in a folder of each spec.
local busted = require("busted")
local folders = require("spec.folders")
local mwlogin = require("mwlogin")
local shared = require("spec.shared")
local wikis = require("spec.wiki")

local kept_stand = {}

---@class spec.KeptStand
---@field wiki spec.Wiki
---@field folder string
---@field path string where in it the store is
---@field store table
local Stand = {}
Stand.__index = Stand

---@param options? table of the wiki
---@return spec.KeptStand stand for the specs of the block
function kept_stand.for_block(options)
  local self = setmetatable({ wiki = shared(wikis.start, options) }, Stand)
  folders.for_each(function(folder)
    self.folder = folder
    self.path = folder .. "/kept"
    self.store = mwlogin.store.file({ folder = self.path })
  end)
  busted.before_each(function()
    self.wiki:forget_throttles()
    self.wiki:mark()
  end)
  return self
end

---A Session with the store.
---@param options? table of `mwlogin.open`
---@param wiki? spec.Wiki another one than the stand's own
function Stand:open(options, wiki)
  local made = { user_agent = "spec", store = self.store }
  for name, value in pairs(options or {}) do
    made[name] = value
  end
  return assert(mwlogin.open((wiki or self.wiki).api, made))
end

---Bob's credentials.
---@param more? table others beside them
---@return table
function Stand:bob(more)
  local credentials = { username = "Bob", password = self.wiki.accounts.Bob }
  for name, value in pairs(more or {}) do
    credentials[name] = value
  end
  return credentials
end

---Bob logs in with a Session of his own, which is closed then.
---@param more? table
---@return table identity
function Stand:log_in(more)
  local session <close> = self:open()
  return assert(session:login(self:bob(more)))
end

---A source of a secret that nothing should need.
function kept_stand.forbidden()
  error("a secret was read although a session is kept", 0)
end

return kept_stand
