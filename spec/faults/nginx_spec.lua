-- A bot password's login by HTTP/2 through a real nginx, in front of a wiki that breaks off, and
-- that ends its connections as nginx does: after so many requests (GOAWAY), when it is told to read
-- its configuration again, when it is ended and started.
local certificates = require("spec.security.certificates")
local counts = require("spec.security.counts")
local folders = require("spec.folders")
local http2_wiki = require("spec.faults.http2_wiki")
local judge = require("spec.hostile.judge")
local mwlogin = require("mwlogin")
local nginx = require("spec.security.nginx")
local shared = require("spec.shared")
local staged_wiki = require("spec.core.staged_wiki")

local ROW <const> = "logins by HTTP/2 through nginx whose wiki breaks off"
local PASSWORD <const> = ("0123456789abcdef"):rep(2)
local GOOD <const> = {
  token = staged_wiki.reply(staged_wiki.TOKEN),
  login = staged_wiki.reply(staged_wiki.LOGIN),
  proof = staged_wiki.reply(staged_wiki.PROOF),
}
local KEPT <const> = { 1, 2, 3, 10, 100, 1000 } -- requests a connection

describe("a login through nginx", function()
  local wiki = shared(staged_wiki.start)
  local folder, authority, front, site

  lazy_setup(function()
    folder = folders.new()
    authority = certificates.authority(folder)
    local leaf = authority:issue("front")
    site = http2_wiki.start(leaf)
    local pass = "keepalive_requests %d; location / { proxy_pass %s; }"
    local servers = { breaks = { tls = leaf, http2 = true, body = pass:format(1000, wiki.origin) } }
    for _, kept in ipairs(KEPT) do
      local body = pass:format(kept, (site.api:gsub("/api.php", "")))
      servers["kept" .. kept] = { tls = leaf, http2 = true, body = body }
    end
    front = nginx.start(servers)
  end)

  lazy_teardown(function()
    front:stop()
    site:stop()
    folders.remove(folder)
  end)

  before_each(function()
    front:begin() -- a spec may have ended half-way
  end)

  local function log_in(name, pool, server)
    local api = "https://localhost:%d/w/api.php"
    local session <close> = assert(mwlogin.open(api:format(front.ports[server]), {
      user_agent = "faults",
      ca_file = authority.certificate,
      pool = pool,
      timeout = 30,
      max_wait = 0.2,
    }))
    return session:login({ username = name .. "@app", password = PASSWORD })
  end

  local RIGHT <const> = { network = true, protocol = true, http = true, throttled = true }

  -- Where it is not known what came of a password, the wiki is asked who one is.
  local SOUND <const> = { token = "never", login = "^token login proof", proof = "never" }

  local function trouble_of(stage, answer)
    wiki:answer({ [stage] = answer })
    local pool <close> = mwlogin.pool({})
    local me, err = log_in("Alice", pool, "breaks")
    local stages = wiki:stages()
    if stages:find("login.*login") then
      return "the password was taken twice"
    elseif me then
      return not stages:find(SOUND[stage]) and "a success that is none" or nil
    elseif not RIGHT[err.kind] then
      return tostring(err)
    end
    wiki:answer(GOOD)
    local other, why = log_in("Bob", pool, "breaks")
    return judge.error(err) or not other and "the next fails: " .. tostring(why) or nil
  end

  for _, stage in ipairs({ "token", "login", "proof" }) do
    it("whose wiki breaks off at the " .. stage .. " ends in an error of the right kind", function()
      local bytes, cases, troubles = GOOD[stage].bytes, 0, {}
      local function try(answer, words)
        cases = cases + 1
        local trouble = trouble_of(stage, answer)
        troubles[#troubles + 1] = trouble and words .. ": " .. trouble
      end
      for at = 0, #bytes - 1, 5 do
        try({ bytes = bytes:sub(1, at), ends = true }, ("cut after %d bytes"):format(at))
      end
      for _, status in ipairs({ 429, 500, 502, 503, 504 }) do
        for _, lines in ipairs({ {}, { "Retry-After: 3600" } }) do
          local answer = staged_wiki.reply("<h1>No</h1>", { status = status, lines = lines })
          try(answer, ("status %d"):format(status))
        end
      end
      counts.record(ROW, cases, #troubles)
      assert(#troubles == 0, table.concat(troubles, "\n"))
    end)
  end

  -- How often each one's password was taken.
  local function passwords()
    local taken = {}
    for _, request in ipairs(site:seen()) do
      if request.executed then
        taken[request.user] = (taken[request.user] or 0) + 1
      end
    end
    return taken
  end

  for _, kept in ipairs(KEPT) do
    it(("goes well where a connection serves %d requests"):format(kept), function()
      site:spoil()
      local pool <close> = mwlogin.pool({})
      for round = 1, 12 do
        local name = "User" .. round
        local me, err = log_in(name, pool, "kept" .. kept)
        assert(me, ("round %d: %s"):format(round, err))
        assert.equal(name, me.name)
      end
      for round = 1, 12 do
        assert.equal(1, passwords()["User" .. round])
      end
    end)
  end

  -- Many at once; `meanwhile` is called when a third of them is done.
  local function gather(count, concurrency, kept, meanwhile)
    site:spoil()
    local pool <close> = mwlogin.pool({ per_host = 32 })
    local list = {}
    for position = 1, count do
      list[position] = "User" .. position
    end
    local results = mwlogin.gather(list, function(name)
      return log_in(name, pool, "kept" .. kept)
    end, {
      pool = pool,
      concurrency = concurrency,
      progress = meanwhile and function(told)
        if told.done + told.failed > count // 3 then
          meanwhile()
        end
      end,
    })
    local taken = passwords()
    for position, result in ipairs(results) do
      local name = list[position]
      local times = taken[name] or 0
      assert(times <= 1, ("%s: %d passwords"):format(name, times))
      assert(not result.ok or times == 1 and result.value.name == name, "a success that is none")
    end
    return results
  end

  local function once(act)
    local done = false
    return function()
      if not done then
        done = true
        act()
      end
    end
  end

  it("of many goes well where a connection serves a few requests", function()
    for kept, concurrency in pairs({ [10] = 4, [100] = 32, [1000] = 32 }) do
      for _, result in ipairs(gather(300, concurrency, kept)) do
        assert(result.ok, tostring(result.err))
      end
    end
  end)

  it("of many, where nginx reads its configuration again, is taken once", function()
    local failed = 0
    local reread = once(function()
      front:signal("HUP")
    end)
    for _, result in ipairs(gather(300, 32, 1000, reread)) do
      failed = failed + (result.ok and 0 or 1)
      assert(result.ok or result.err.kind == "network", tostring(result.err))
    end
    assert(failed < 150, failed)
  end)

  it("of many, where nginx is started again, is taken once, and later ones go well", function()
    local restart = once(function()
      front:halt()
      front:begin()
    end)
    local results = gather(300, 32, 1000, restart)
    for _, result in ipairs(results) do
      assert(result.ok or result.err.kind == "network", tostring(result.err))
    end
    for position = 250, 300 do
      assert(results[position].ok, tostring(results[position].err))
    end
  end)
end)
