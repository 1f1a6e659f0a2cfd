--- A person with a browser of their own, for specs of pages: Chromium, headless, by keyboard.
--
-- The page is served in this same process, by the call that waits for its answer. So the person's
-- script is a coroutine that goes on while that call sleeps.

local chromium = require("mwlogin.redirect.chromium")
local programs = require("mwlogin.redirect.programs")
local page = require("mwlogin.redirect.page")
local scratch = require("mwlogin.redirect.scratch")
local socket = require("socket")

local person = {}

local Person = {}
Person.__index = Person

local KEYS = {
  Tab = { key = "Tab", code = "Tab", windowsVirtualKeyCode = 9 },
  Enter = { key = "Enter", code = "Enter", windowsVirtualKeyCode = 13, text = "\r" },
  Space = { key = " ", code = "Space", windowsVirtualKeyCode = 32, text = " " },
  Down = { key = "ArrowDown", code = "ArrowDown", windowsVirtualKeyCode = 40 },
}

--- Presses a key.
function Person:press(name, modifiers)
  for _, kind in ipairs({ "keyDown", "keyUp" }) do
    local event = { type = kind, modifiers = modifiers or 0 }
    for key, value in pairs(KEYS[name]) do
      event[key] = (key ~= "text" or kind == "keyDown") and value or nil
    end
    assert(self.engine:call("Input.dispatchKeyEvent", event))
  end
end

--- Types into what has the focus.
function Person:type(text)
  assert(self.engine:type(text))
end

--- Calls JavaScript in the page (the specs' eyes, not the person's).
function Person:look(source, ...)
  return self.engine:evaluate(source, ...)
end

--- What a screen reader says of the element with the focus: role, name, description, invalid.
function Person:hear(selector)
  local found = assert(self.engine:call("Runtime.evaluate", {
    expression = ("document.querySelector(%q)"):format(selector or ":focus"),
  }))
  local tree = assert(self.engine:call("Accessibility.getPartialAXTree", {
    objectId = found.result.objectId,
    fetchRelatives = false,
  }))
  local node = tree.nodes[1]
  local heard = { role = node.role.value, name = node.name and node.name.value }
  heard.description = node.description and node.description.value
  for _, property in ipairs(node.properties or {}) do
    heard[property.name] = property.value.value
  end
  return heard
end

--- Starts the browser; `idle` is called while it works.
function person.start(idle)
  local folder = assert(scratch.make())
  local engine, err = chromium.start({
    program = assert(programs.browser(), "apt-get install chromium"),
    folder = folder.path,
    headless = true,
    idle = idle,
  })
  if not engine then
    folder:remove()
    error(err)
  end
  local self = setmetatable({ engine = engine, folder = folder }, Person)
  assert(engine:call("Emulation.setFocusEmulationEnabled", { enabled = true }))
  self.page = page.new(engine, { options = {} }, function()
    return false
  end)
  return self
end

--- Sends a form as another program would; returns the status.
function person.post(address, form, headers)
  local authority, path = address:match("^http://([^/]+)(.*)$")
  local client = assert(socket.connect(authority:match("^(.*):(%d+)$")))
  local lines = {
    ("POST %s HTTP/1.1"):format(path),
    "Host: " .. authority,
    "Content-Type: application/x-www-form-urlencoded",
    "Content-Length: " .. #form,
  }
  for name, value in pairs(headers) do
    lines[#lines + 1] = name .. ": " .. value
  end
  client:send(table.concat(lines, "\r\n") .. "\r\n\r\n" .. form)
  client:settimeout(0)
  local line, why, part = client:receive("*l")
  while why == "timeout" do
    coroutine.yield()
    line, why, part = client:receive("*l", part)
  end
  client:close()
  return tonumber((line or ""):match("^HTTP/1%.1 (%d+)"))
end

--- Ends the browser.
function Person:close()
  self.engine:close()
  self.folder:remove()
end

--- Calls `respond(step, context)` while `script(person, address)` plays the person at its page.
---@return table|nil values
---@return table|nil err
function person.at(respond_with, step, session, script)
  local me = person.start(function()
    if coroutine.isyieldable() then
      coroutine.yield()
    end
  end)
  local address
  local play = coroutine.create(function()
    assert(me.engine:go(address))
    script(me, address)
  end)
  local failed
  session.pool = {
    sleep = function()
      socket.sleep(0.005)
      if not failed and coroutine.status(play) ~= "dead" then
        local good, why = coroutine.resume(play)
        failed = not good and why or nil
      end
      if failed then
        error(failed, 0)
      end
    end,
  }
  local respond = respond_with({
    open = function(shown)
      address = shown
      return true
    end,
    timeout = 60,
  })
  local good, values, err = pcall(respond, step, { session = session })
  me:close()
  if not good then
    error(values, 0)
  end
  return values, err
end

return person
