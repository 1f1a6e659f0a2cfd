-- A bot password's login by HTTP/2, its three requests in one connection, where the protocol breaks
-- off: a stream is reset, the connection ends or is to end (GOAWAY), the server has no time. Never
-- is a password taken twice, nobody is logged in who is not, and the next login goes well.
local certificates = require("spec.security.certificates")
local counts = require("spec.security.counts")
local folders = require("spec.folders")
local http2_wiki = require("spec.faults.http2_wiki")
local judge = require("spec.hostile.judge")
local mwlogin = require("mwlogin")

local ROW <const> = "logins by HTTP/2 whose stream, connection or server breaks off"
local PASSWORD <const> = ("0123456789abcdef"):rep(2)
local STAGES <const> = { "token", "login", "proof" }

local NETWORK <const> = { network = true }
local BUSY <const> = { http = true, throttled = true }

-- Each with what may come of it: kinds of errors, besides a success; none: nothing but a success.
local FAULTS <const> = {}

local function add(fault, kinds)
  FAULTS[#FAULTS + 1] = { fault = fault, kinds = kinds }
end

for _, code in ipairs({
  "NO_ERROR",
  "PROTOCOL_ERROR",
  "INTERNAL_ERROR",
  "CANCEL",
  "ENHANCE_YOUR_CALM",
  "HTTP_1_1_REQUIRED",
}) do
  for _, after in ipairs({ "request", "headers", "half" }) do
    add({ kind = "reset", code = "NGHTTP2_" .. code, after = after }, NETWORK)
  end
end
add({ kind = "reset", code = "NGHTTP2_REFUSED_STREAM", unread = true })
for _, kind in ipairs({ "cut", "abort" }) do
  for _, after in ipairs({ "request", "headers", "half", "answer" }) do
    add({ kind = kind, after = after }, NETWORK)
  end
end
add({ kind = "goaway", after = "request" })
add({ kind = "goaway", after = "request", closes = true }, NETWORK)
add({ kind = "goaway", code = "NGHTTP2_INTERNAL_ERROR", after = "request", closes = true }, NETWORK)
add({ kind = "goaway", after = "headers", closes = true }, NETWORK)
add({ kind = "goaway", after = "half", closes = true }, NETWORK)
-- libcurl 7.88 does not see that nothing of it, or of the next one, was read
add({ kind = "goaway", after = "answer" }, NETWORK)
add({ kind = "goaway", unread = true, closes = true }, NETWORK)
for _, status in ipairs({ 429, 500, 502, 503, 504 }) do
  add({ kind = "status", status = status }, BUSY)
  add({ kind = "status", status = status, retry_after = 3600 }, BUSY)
end

local function words_of(fault)
  local words = { fault.kind, "at the " .. fault.stage }
  for _, name in ipairs({ "code", "after", "status", "retry_after" }) do
    words[#words + 1] = fault[name] and ("%s %s"):format(name, fault[name])
  end
  words[#words + 1] = fault.unread and "unread"
  words[#words + 1] = fault.closes and "and closes"
  return table.concat(words, " ")
end

describe("a login by HTTP/2 that breaks off", function()
  local wiki, authority, folder

  lazy_setup(function()
    folder = folders.new()
    authority = certificates.authority(folder)
    wiki = http2_wiki.start(authority:issue("http2"))
  end)

  lazy_teardown(function()
    wiki:stop()
    folders.remove(folder)
  end)

  local function log_in(name, pool)
    local session <close> = assert(mwlogin.open(wiki.api, {
      user_agent = "faults",
      ca_file = authority.certificate,
      pool = pool,
      timeout = 30,
      max_wait = 0.2,
    }))
    return session:login({ username = name .. "@app", password = PASSWORD })
  end

  -- What is wrong with what the wiki was sent by somebody who is in, or is not.
  local function sent_trouble(seen, name, me)
    local passwords, proved = 0, false
    for _, request in ipairs(seen) do
      if request.user == name then
        passwords = passwords + (request.executed and 1 or 0)
        proved = proved or request.stage == "proof" and request.answered
      end
    end
    if passwords > 1 then
      return ("%d passwords were taken"):format(passwords)
    elseif me and (me.name ~= name or not proved) then
      return ("a success as %s, whom the wiki does not know"):format(me.name)
    end
  end

  local function trouble_of(pool, case)
    wiki:spoil(case.fault)
    local me, err = log_in("Alice", pool)
    local trouble = sent_trouble(wiki:seen(), "Alice", me)
    if trouble then
      return trouble
    elseif me then
      return nil
    elseif not case.kinds then
      return "fails: " .. tostring(err)
    elseif not case.kinds[err.kind] then
      return ("is of kind %s: %s"):format(err.kind, err)
    end
    trouble = judge.error(err)
    if not trouble and tostring(err):find(PASSWORD, 1, true) then
      trouble = "tells the password"
    end
    return trouble
  end

  for _, stage in ipairs(STAGES) do
    it("at the " .. stage .. ": an error of the right kind, or a success that is one", function()
      local troubles = {}
      for _, case in ipairs(FAULTS) do
        case.fault.stage = stage
        local pool <close> = mwlogin.pool({})
        local trouble = trouble_of(pool, case)
        if not trouble then
          wiki:spoil()
          local me, err = log_in("Bob", pool)
          trouble = not me and "and then the next fails: " .. tostring(err) or nil
        end
        if trouble then
          troubles[#troubles + 1] = words_of(case.fault) .. ": " .. trouble
        end
      end
      counts.record(ROW, #FAULTS, #troubles)
      assert(#troubles == 0, table.concat(troubles, "\n"))
    end)
  end

  local MANY <const> = 40
  local REPEATS <const> = 5 -- libcurl sends one request again no more often

  -- Many at once by one connection, which is there already.
  local function many(fault)
    local pool <close> = mwlogin.pool({ per_host = MANY })
    wiki:spoil()
    assert(log_in("First", pool))
    wiki:spoil(fault)
    local list = {}
    for position = 1, MANY do
      list[position] = ("User%d"):format(position)
    end
    local results = mwlogin.gather(list, log_in, { pool = pool, concurrency = MANY })
    local seen, connections = wiki:seen(), {}
    local troubles, failed = {}, 0
    for _, request in ipairs(seen) do
      connections[request.number] = (connections[request.number] or 0) + 1
    end
    for position, result in ipairs(results) do
      local me, err = result.ok and result.value or nil, result.err
      local trouble = sent_trouble(seen, list[position], me)
      if not me then
        failed = failed + 1
        trouble = trouble or err.kind ~= "network" and tostring(err) or judge.error(err)
      end
      troubles[#troubles + 1] = trouble and list[position] .. ": " .. trouble
    end
    local words = fault and ("%s after %d, "):format(words_of(fault), fault.skip or 0)
    assert(#troubles == 0, (words or "") .. table.concat(troubles, "\n"))
    return failed, connections
  end

  it("is one of many that share it: they go by one connection", function()
    local failed, connections = many()
    assert.equal(0, failed)
    assert.equal(3 * MANY, select(2, next(connections)))
  end)

  for _, stage in ipairs(STAGES) do
    it("takes nobody along where only its stream is reset at the " .. stage, function()
      local failed =
        many({ stage = stage, kind = "reset", code = "NGHTTP2_CANCEL", after = "half" })
      assert.is_true(failed <= 1, failed)
    end)

    it("is begun again where it was refused unread, as often as it is: at the " .. stage, function()
      local code = "NGHTTP2_REFUSED_STREAM"
      local failed =
        many({ stage = stage, kind = "reset", code = code, unread = true, times = REPEATS })
      assert.equal(0, failed)
    end)

    it("that many share, for each an error or a success of its own: at the " .. stage, function()
      for _, skip in ipairs({ 0, MANY // 2, MANY - 1 }) do
        for _, kind in ipairs({ "cut", "abort", "goaway" }) do
          many({ stage = stage, kind = kind, closes = true, after = "request", skip = skip })
        end
      end
    end)
  end
end)
