---What a handler's script does with a page: `drive(page)` gets one of these.
local core = require("mwlogin.core")
local errors = require("mwlogin.error")
local target = require("mwlogin.redirect.target")

local page = {}

local PATIENCE <const> = 10
local SLICE <const> = 0.05

-- Scripts look at whole documents only: a form half arrived has no button yet.
local READY <const> = "if (document.readyState === 'loading') return null;"
local FIND <const> = READY .. "const e = document.querySelector(selector); if (!e) return null;"
local EXISTS <const> = "function (selector) {" .. FIND .. "return true; }"
local TEXT <const> = "function (selector) {" .. FIND .. "return e.innerText || e.textContent; }"
local CLICK <const> = "function (selector) {"
  .. FIND
  .. "if (e.disabled) return null; e.scrollIntoView({ block: 'center' }); e.click(); return true; }"
local EMPTY <const> = "function (selector) {"
  .. FIND
  .. [[
  if (e.disabled) return null;
  e.scrollIntoView({ block: 'center' });
  e.focus();
  if (e.tagName === 'SELECT') return 'select';
  e.value = '';
  e.dispatchEvent(new Event('input', { bubbles: true }));
  return 'text';
}]]
local CHOOSE <const> = "function (selector, value) {"
  .. FIND
  .. [[
  const option = [...e.options].find((o) => o.value === value || o.text.trim() === value);
  if (!option) return false;
  e.value = option.value;
  e.dispatchEvent(new Event('input', { bubbles: true }));
  e.dispatchEvent(new Event('change', { bubbles: true }));
  return true;
}]]

---The page as a script sees it. Each function waits up to ten seconds for its element.
---@class mwlogin.redirect.Page
local Page = {}
Page.__index = Page
Page.__name = "mwlogin.page"

local function trouble(code, message, advice)
  return errors.new({ kind = "handler", code = code, message = message, advice = advice })
end

---@param engine mwlogin.redirect.Engine
---@param session table Session
---@param came_back fun(): boolean whether the return address has been reached
---@return mwlogin.redirect.Page
function page.new(engine, session, came_back)
  return setmetatable({ engine = engine, session = session, came_back = came_back }, Page)
end

local function patiently(self, selector, seconds, try)
  if type(selector) ~= "string" then
    error("a CSS selector is a string, not a " .. type(selector), 3)
  end
  local ends = core.now() + seconds
  while true do
    if self.came_back() then
      return nil, trouble("returned", "The browser has come back already.")
    end
    local value, err = try()
    if value ~= nil or err then
      return value, err
    end
    if core.now() >= ends then
      local address = self.engine:address() or "?"
      local words = "There is no '%s' on the page %s."
      return nil,
        trouble(
          "no_element",
          words:format(selector, address:match("^[^?#]*")),
          "The page may have changed: look at it in a browser and mend the handler's selectors."
        )
    end
    local alive, gone = self.engine:pump(SLICE)
    if not alive then
      return nil, gone
    end
    self.engine.idle()
  end
end

---Opens an address; the same ones are refused as in a step.
---@param address string
---@return boolean|nil done
---@return table|nil err
function Page:open(address)
  local checked, err = target.check(address, self.session)
  if not checked then
    return nil, err
  end
  return self.engine:go(checked)
end

---Fills a text field, or chooses in a select by value or label.
---@param selector string CSS
---@param value string|userdata text or a secret
---@return boolean|nil done
---@return table|nil err
function Page:fill(selector, value)
  local text = core.is_secret(value) and value:reveal() or value
  if type(text) ~= "string" then
    error("a field is filled with a string or a secret, not a " .. type(value), 2)
  end
  local kind, err = patiently(self, selector, PATIENCE, function()
    return self.engine:evaluate(EMPTY, selector)
  end)
  if not kind then
    return nil, err
  end
  if kind == "text" then
    return text == "" or self.engine:type(text)
  end
  local chosen, failed = self.engine:evaluate(CHOOSE, selector, text)
  if chosen then
    return true
  end
  return nil, failed or trouble("no_option", ("The list '%s' has no such choice."):format(selector))
end

---Clicks.
---@param selector string CSS
---@return boolean|nil done
---@return table|nil err
function Page:click(selector)
  return patiently(self, selector, PATIENCE, function()
    return self.engine:evaluate(CLICK, selector)
  end)
end

---The text of an element.
---@param selector string CSS
---@return string|nil text
---@return table|nil err
function Page:text(selector)
  return patiently(self, selector, PATIENCE, function()
    return self.engine:evaluate(TEXT, selector)
  end)
end

---Waits for an element.
---@param selector string CSS
---@param seconds? number at most (10)
---@return boolean|nil there
---@return table|nil err
function Page:wait(selector, seconds)
  return patiently(self, selector, seconds or PATIENCE, function()
    return self.engine:evaluate(EXISTS, selector)
  end)
end

---Where the browser is.
---@return string|nil address of the page shown
---@return table|nil err
function Page:address()
  return self.engine:address()
end

return page
