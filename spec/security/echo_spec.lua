-- A wiki that says the secrets it was sent, wherever it can say something: no error, no trace and
-- no line of output repeats them, in any form.
local core = require("mwlogin.core")
local counts = require("spec.security.counts")
local json = require("cjson")
local memory = require("spec.security.memory")
local mwlogin = require("mwlogin")
local testing = require("mwlogin.testing")
local trace = require("mwlogin.trace")

local ROW <const> = "replies that repeat the secret they were sent"
local PASSWORD <const> = 'Correct "horse" & battery/staple + ü 12'
local KEY <const> = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
local NEW <const> = 'A "new" one & better/longer + ü 34'
local BOT <const> = "0123456789abcdefghijklmnopqrstuv"

local function reply_of(body, status, headers)
  return { status = status or 200, headers = headers or {}, body = json.encode(body) }
end

-- What can be made of the text by a wiki that answers `module`.
local PLACES <const> = {
  ["the message of a refusal"] = function(text, module)
    if module == "login" then
      return reply_of({ login = { result = "Failed", reason = { code = "x", text = text } } })
    end
    return reply_of({ clientlogin = { status = "FAIL", message = text, messagecode = "x" } })
  end,
  ["the code of a refusal"] = function(text, module)
    if module == "login" then
      return reply_of({ login = { result = "Failed", reason = { code = text, text = "no" } } })
    end
    return reply_of({ clientlogin = { status = "FAIL", message = "no", messagecode = text } })
  end,
  ["the result or status"] = function(text, module)
    return reply_of({ [module] = { result = text, status = text, reason = text } })
  end,
  ["an API error's text"] = function(text)
    return reply_of({ errors = { { code = "internal", text = text, module = "main" } } })
  end,
  ["an API error's code"] = function(text)
    return reply_of({ errors = { { code = text, text = "no", module = text } } })
  end,
  ["an API error's data"] = function(text)
    return reply_of({
      errors = { { code = "internal", text = "no", data = { text, { [text] = text } } } },
    })
  end,
  ["warnings"] = function(text, module)
    return reply_of({
      warnings = { { code = "unrecognizedparams", text = text, module = text } },
      [module] = { status = "FAIL", result = "Failed", message = "no", messagecode = text },
    })
  end,
  ["a page instead of an answer"] = function(text)
    return { status = 500, headers = { ["Content-Type"] = "text/html" }, body = "<h1>" .. text }
  end,
  ["a page with a good status"] = function(text)
    return { status = 200, headers = { ["Content-Type"] = "text/html" }, body = text }
  end,
  ["JSON of another shape"] = function(text)
    return reply_of({ [text] = text })
  end,
  ["JSON cut short"] = function(text)
    return { status = 200, headers = {}, body = json.encode({ clientlogin = text }):sub(1, -3) }
  end,
  ["garbage after JSON"] = function(text)
    return { status = 200, headers = {}, body = "{}" .. text }
  end,
  ["a redirect"] = function(text)
    local place = "http://127.0.0.1:9/" .. core.encode(text) .. "?x=" .. core.encode(text)
    return { status = 302, headers = { Location = place }, body = text }
  end,
  ["the headers"] = function(text)
    local line = text:gsub("[\r\n]", " ")
    return {
      status = 503,
      headers = { ["MediaWiki-API-Error"] = line, Server = line, ["Retry-After"] = line },
      body = "",
    }
  end,
  ["the name of who is logged in"] = function(text, module)
    if module == "login" then
      return reply_of({ login = { result = "Success", lgusername = text, lguserid = 1 } })
    end
    return reply_of({ clientlogin = { status = "PASS", username = text } })
  end,
  ["a step that asks"] = function(text)
    local field = { type = "string", label = text, help = text, value = text }
    return reply_of({
      clientlogin = {
        status = "UI",
        message = text,
        messagecode = text,
        requests = {
          {
            id = "Ask:" .. text,
            required = "required",
            provider = text,
            account = text,
            metadata = { [text] = text },
            fields = { answer = field, [text] = field },
          },
        },
      },
    })
  end,
  ["a step that leads away"] = function(text)
    return reply_of({
      clientlogin = {
        status = "REDIRECT",
        redirecttarget = "http://127.0.0.1:9/?x=" .. core.encode(text),
        redirectdata = { text },
        message = text,
        messagecode = text,
        requests = { { id = text, required = "required", fields = {} } },
      },
    })
  end,
}

-- The forms in which a wiki may say what it was sent.
local SAYINGS <const> = {
  ["as it is"] = function(text)
    return text
  end,
  ["percent-encoded"] = function(text)
    return core.encode(text)
  end,
  ["as JSON"] = function(text)
    return json.encode(text):sub(2, -2)
  end,
}

-- What a program shows of a step: the rest goes back to the wiki as it came.
local function shown_of(step)
  local parts = { tostring(step.message), tostring(step.code) }
  for _, request in ipairs(step.requests or {}) do
    for _, field in ipairs(request.fields) do
      parts[#parts + 1] = tostring(field.label)
      parts[#parts + 1] = tostring(field.help)
    end
  end
  return table.concat(parts, "\n")
end

-- Everything an error says, as deep as it goes; the flow in it is the program's own.
local function said_by(value, seen)
  if type(value) ~= "table" or seen[value] then
    return type(value) == "table" and "" or tostring(value)
  end
  seen[value] = true
  local parts = { tostring(value) }
  for name, item in pairs(value) do
    if name == "step" then
      parts[#parts + 1] = shown_of(item)
    elseif name ~= "flow" then
      parts[#parts + 1] = tostring(name)
      parts[#parts + 1] = said_by(item, seen)
    end
  end
  return table.concat(parts, "\n")
end

local function complaints(text, secrets)
  local found = {}
  for name, secret in pairs(secrets) do
    for form, bytes in pairs(memory.forms(secret)) do
      if text:find(bytes, 1, true) then
        found[#found + 1] = name .. " " .. form
      end
    end
  end
  return found
end

-- Each secret that is sent, by what is in a request with it.
local WAYS <const> = {
  {
    name = "clientlogin",
    credentials = { username = "Alice", password = PASSWORD },
    module = "clientlogin",
    secret = PASSWORD,
  },
  {
    name = "a second factor",
    credentials = {
      username = "Bob",
      password = PASSWORD,
      answers = { OATHToken = mwlogin.secret.totp(KEY) },
    },
    module = "clientlogin",
    secret = PASSWORD,
  },
  {
    name = "a bot password",
    credentials = { username = "Alice@app", password = BOT },
    module = "login",
    secret = BOT,
  },
  {
    name = "a new password",
    credentials = { username = "Carol", password = PASSWORD, answers = { retype = NEW } },
    module = "clientlogin",
    secret = NEW,
  },
  {
    name = "a source",
    credentials = {
      username = "Alice",
      password = function()
        return core.secret(PASSWORD)
      end,
    },
    module = "clientlogin",
    secret = PASSWORD,
  },
}

describe("what a wiki repeats", function()
  for _, way in ipairs(WAYS) do
    for place, answer in pairs(PLACES) do
      it(("after %s in %s is in no error and no trace"):format(way.name, place), function()
        for form, say in pairs(SAYINGS) do
          local wiki = testing.wiki({
            accounts = {
              Alice = { password = PASSWORD, botpasswords = { app = BOT } },
              Carol = { password = PASSWORD, new_password = "hard" },
              Bob = { password = PASSWORD, totp = KEY },
            },
          })
          local lines, repeated = {}, false
          local session <close> = assert(mwlogin.open(wiki.api, {
            user_agent = "spec",
            max_wait = 0,
            trace = function(event)
              lines[#lines + 1] = trace.line(event)
            end,
            transport = function(request)
              local body = type(request.body) == "string" and request.body or ""
              local encoded = core.encode(way.secret)
              local plus = encoded:gsub("%%20", "+")
              if body:find(encoded, 1, true) or body:find(plus, 1, true) then
                repeated = true
                return answer(say(way.secret), way.module)
              end
              return wiki.transport(request)
            end,
          }))
          local me, err = session:login(way.credentials)
          assert.is_true(repeated, "the secret was never sent")
          assert.is_nil(me)
          local said = said_by(err, {}) .. "\n" .. table.concat(lines, "\n")
          assert.same(
            {},
            complaints(said, { secret = way.secret, other = PASSWORD, key = KEY }),
            form .. "\n" .. said
          )
          counts.record(ROW, 1, 0)
        end
      end)
    end
  end
end)
