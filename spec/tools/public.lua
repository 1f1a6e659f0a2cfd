---What people call, page by page: the reference is made of it, and nothing of it may lack words.
---
---`of` gives the living table. Every function of it stands on its page, but for those in `inside`
---(the house's own); where the house's own are many, `public` names the others. `classes` are the
---LuaCATS classes that are shown there too.
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
    public = set(
      "get post fetch token login flow whoami logout doctor export_cookies import_cookies close"
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
    public = set("start submit returned run"),
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
    public = set("now advance lose_session fault answer_next account add_account"),
  },
  {
    page = "mwlogin.Handler",
    files = { "meta/handler" },
    prefix = "Handler:",
    classes = { "mwlogin.Handler", "mwlogin.HandlerOption", "mwlogin.Decision" },
    of = function()
      return {} -- people write them; spec/meta/options_spec.lua compares it with the loader
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
