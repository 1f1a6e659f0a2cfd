---What people call, page by page: the reference is made of it, and nothing of it may lack words.
---
---`of` gives the living table, every function of which stands on its page or in `inside` (the
---house's own). `classes` are the LuaCATS classes that are shown there too.
local session_module = require("mwlogin.session")

local function scripted_session()
  local mwlogin = require("mwlogin")
  local wiki = mwlogin.testing.wiki({ accounts = { Alice = { password = "open sesame" } } })
  return assert(mwlogin.open(wiki.api, { transport = wiki.transport, user_agent = "reference" }))
end

local function class_of(object)
  return getmetatable(object).__index
end

local function set(text)
  local names = {}
  for name in text:gmatch("%S+") do
    names[name] = true
  end
  return names
end

return {
  {
    page = "mwlogin",
    files = { "init", "meta/options" },
    prefix = "mwlogin.",
    classes = { "mwlogin", "mwlogin.OpenOptions" },
    handed_on = "lua/mwlogin/init.lua",
    of = function()
      return require("mwlogin")
    end,
  },
  {
    page = "mwlogin.Session",
    files = { "session", "init", "meta/options" },
    prefix = "Session:",
    classes = { "mwlogin.Credentials", "mwlogin.Identity" },
    of = function()
      return session_module.class
    end,
    inside = set(
      "protect keep trace_event request exchange call step login_call drop_tokens prove"
    ),
  },
  {
    page = "mwlogin.Flow",
    files = { "flow", "flow/step", "authrequest" },
    prefix = "Flow:",
    classes = { "mwlogin.Step", "mwlogin.Request", "mwlogin.Field", "mwlogin.Option" },
    of = function()
      return class_of(scripted_session():flow("login"))
    end,
    inside = set("another return_url known_handlers look is_alone choose fill send"),
  },
  {
    page = "mwlogin.error",
    files = { "error" },
    prefix = "errors.",
    shown_as = "error.",
    classes = { "mwlogin.Error" },
    of = function()
      return require("mwlogin.error")
    end,
  },
  {
    page = "mwlogin.secret",
    files = { "secret" },
    prefix = "secret.",
    classes = { "mwlogin.Source" },
    of = function()
      return require("mwlogin.secret")
    end,
    inside = set("read"),
  },
  {
    page = "mwlogin.secret.Source",
    files = { "secret" },
    prefix = "Source:",
    of = function()
      return class_of(require("mwlogin.secret").env("X"))
    end,
  },
  {
    page = "mwlogin.respond",
    files = { "respond/init" },
    prefix = "respond.",
    of = function()
      return require("mwlogin.respond")
    end,
  },
  {
    page = "mwlogin.Page",
    files = { "redirect/page" },
    prefix = "Page:",
    classes = { "mwlogin.redirect.Page" },
    of = function()
      return class_of(require("mwlogin.redirect.page").new({}, {}, function() end))
    end,
  },
  {
    page = "mwlogin.store",
    files = { "store/init" },
    prefix = "store.",
    of = function()
      return require("mwlogin.store")
    end,
  },
  {
    page = "mwlogin.gather",
    files = { "gather" },
    prefix = "",
    only = "gather",
    classes = { "mwlogin.gather.Result" },
    of = function()
      return { gather = require("mwlogin.gather") }
    end,
  },
  {
    page = "mwlogin.profile",
    files = { "profile" },
    prefix = "profile.",
    of = function()
      return require("mwlogin.profile")
    end,
  },
  {
    page = "mwlogin.doctor",
    files = { "doctor" },
    prefix = "doctor.",
    classes = { "mwlogin.doctor.Report", "mwlogin.doctor.Asked" },
    of = function()
      return {} -- reached by `wiki:doctor()`; what is shown here is its report
    end,
  },
  {
    page = "mwlogin.testing",
    files = { "testing" },
    prefix = "testing.",
    of = function()
      return require("mwlogin.testing")
    end,
  },
  {
    page = "mwlogin.testing.Wiki",
    files = { "testing/wiki" },
    prefix = "Wiki:",
    of = function()
      return class_of(require("mwlogin.testing").wiki())
    end,
    inside = set("canonical_name account_by_id groups_of rights_of has_right can_link"),
  },
  {
    page = "mwlogin.Handler",
    files = { "meta/handler" },
    prefix = "Handler:",
    classes = { "mwlogin.Handler", "mwlogin.HandlerOption", "mwlogin.Decision" },
    of = function()
      return {} -- people write them; spec/meta/handler_spec.lua compares it with the loader
    end,
  },
  {
    page = "mwlogin.Context",
    files = { "meta/handler" },
    prefix = "Context.",
    classes = { "mwlogin.Context" },
    of = function()
      return require("mwlogin.flow.context").new({ flow = { session = {} }, waited = 0 }, {}, {})
    end,
  },
}
