-- Every captured reply is cut at every byte, and goes on after its end: what is not one whole JSON
-- value is never believed.
local captured = require("spec.hostile.captured")
local conversation = require("spec.hostile.conversation")
local core = require("mwlogin.core")
local counts = require("spec.security.counts")
local judge = require("spec.hostile.judge")
local readers = require("spec.hostile.readers")

local CUTS <const> = "captured replies cut at every byte of their body"
-- Under the sanitizers, where each cut takes its time, every so many-th does.
local EVERY <const> = math.tointeger(tonumber(os.getenv("MWLOGIN_SAMPLE") or 1))
local MORE <const> = "captured replies with something before or after"

-- A session of the core whose wiki says `said.body`.
local function core_session(said)
  local pool = core.pool()
  return assert(pool:session("https://wiki.example.org/w/api.php", {
    transport = function()
      return { status = said.status, headers = said.headers, body = said.body }
    end,
  }))
end

local JUDGED <const> = { protocol = true, http = true }

-- What is wrong with how a body was read that is not whole; nil: nothing.
local function trouble_with(session, method)
  local value, err
  if method == "login" then
    value, err = session:login({ lgname = "Alice" })
  else
    value, err = session:call("POST", {})
  end
  if value ~= nil then
    return "it is believed"
  elseif not JUDGED[err.kind] then
    return "it is an error of kind " .. tostring(err.kind)
  end
  return judge.error(err)
end

local function all_cuts(capture)
  local said = { status = capture.status, headers = capture.headers }
  local session <close> = core_session(said)
  local troubles = {}
  for length = 0, #capture.body - 1, EVERY do
    said.body = capture.body:sub(1, length)
    local trouble = trouble_with(session, capture.params.action == "login" and "login")
    if trouble then
      troubles[#troubles + 1] = ("after %d bytes: %s"):format(length, trouble)
    end
  end
  counts.record(CUTS, #capture.body // EVERY, #troubles)
  assert(#troubles == 0, troubles[1])
end

local AFTER <const> = {
  "x",
  "\0",
  ",",
  "}",
  "]",
  "{}",
  "null",
  '"',
  "<!-- 0.2 s -->",
  "<br />\n<b>Fatal error</b>: out of memory",
  "\xef\xbb\xbf",
  "\xff",
}

local BEFORE <const> = { "x", "\0", "\xef\xbb\xbf", "<br />", "/**/ac(", ")]}'\n", ",", "[", "{}" }

describe("a capture cut at every byte:", function()
  for _, capture in ipairs(captured.all()) do
    it(capture.name, function()
      all_cuts(capture)
    end)
  end
end)

describe("a capture", function()
  it("that goes on, or begins with something else, is not believed", function()
    local cases, troubles = 0, {}
    for _, capture in ipairs(captured.all()) do
      local said = { status = capture.status, headers = capture.headers }
      local session <close> = core_session(said)
      local function try(body, what)
        cases, said.body = cases + 1, body
        local trouble = trouble_with(session)
        if trouble then
          troubles[#troubles + 1] = ("%s %s: %s"):format(capture.name, what, trouble)
        end
      end
      for _, text in ipairs(capture.is_json and AFTER or {}) do
        try(capture.body .. text, "and " .. text)
        try(capture.body .. "\n" .. text, "and a line with " .. text)
      end
      for _, text in ipairs(capture.is_json and BEFORE or {}) do
        try(text .. capture.body, "after " .. text)
      end
    end
    counts.record(MORE, cases, #troubles)
    assert(#troubles == 0, troubles[1])
  end)
end)

local KINDS <const> = {}
for kind in pairs(readers.of) do
  KINDS[#KINDS + 1] = kind
end
table.sort(KINDS)

describe("a reply of a sound wiki, cut at every byte where it is read:", function()
  for _, kind in ipairs(KINDS) do
    it(kind, function()
      local body, cases, troubles = conversation.SOUND[kind], 0, {}
      for name, reader in pairs(readers.of[kind]) do
        for length = 0, #body - 1, EVERY do
          cases = cases + 1
          local trouble = readers.try(reader, body:sub(1, length))
          if trouble then
            troubles[#troubles + 1] = ("%s after %d bytes: %s"):format(name, length, trouble)
          end
        end
      end
      counts.record(CUTS, cases, #troubles)
      assert(#troubles == 0, table.concat(troubles, "\n", 1, math.min(5, #troubles)))
    end)
  end
end)
