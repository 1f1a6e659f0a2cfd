---Ways to ask a person what a wiki asks. Each gives a function for `respond = …`.
local respond = {}

---Asks on the terminal.
---@param options table|nil as of `mwlogin.respond.terminal`
---@return fun(step: mwlogin.Step, context: table): table|nil, table|nil
function respond.terminal(options)
  return require("mwlogin.respond.terminal").new(options)
end

---Asks on a page in the browser.
---@param options table|nil as of `mwlogin.respond.browser`
---@return fun(step: mwlogin.Step, context: table): table|nil, table|nil
function respond.browser(options)
  return require("mwlogin.respond.browser").new(options)
end

return respond
