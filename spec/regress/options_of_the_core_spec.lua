-- Options of the core: a table that makes its values was asked for the user agent twice, and what
-- the first answer pointed to was freed; a NUL cut an address and a password short, silently; an
-- option of the wrong type was "argument #-1".
local core = require("mwlogin.core")

describe("an option of the core", function()
  local pool
  local API <const> = "https://wiki.example.org/w/api.php"

  before_each(function()
    pool = core.pool()
  end)

  after_each(function()
    pool:close()
  end)

  local function answer()
    return { status = 200, headers = {}, body = "{}" }
  end

  it("is asked for once", function()
    local asked, seen = {}, nil
    local options = setmetatable({
      transport = function(request)
        seen = request.headers["User-Agent"]
        return answer()
      end,
    }, {
      __index = function(_, name)
        asked[name] = (asked[name] or 0) + 1
        return name == "user_agent" and ("agent of time %d"):format(asked[name]):rep(9) or nil
      end,
    })
    local session <close> = assert(pool:session(API, options))
    collectgarbage()
    assert(session:call("GET", {}))
    assert.equal(("agent of time 1"):rep(9), seen)
    assert.equal(1, asked.user_agent)
  end)

  it("is named where it has the wrong type", function()
    local session <close> = assert(pool:session(API, { transport = answer }))
    for _, case in ipairs({
      { "option 'authorization'", session.call, session, "GET", {}, { authorization = 5 } },
      { "option 'authorization'", session.fetch, session, "/", { authorization = true } },
      { "option 'content'", session.fetch, session, "/", { method = "PUT", content = 5 } },
      { "option 'password'", pool.session, pool, API, { http_auth = { username = "u" } } },
    }) do
      local ok, message = pcall(table.unpack(case, 2))
      assert.is_false(ok)
      assert.matches(case[1], message, 1, true)
    end
  end)

  it("is not cut short by a NUL", function()
    local session <close> = assert(pool:session(API, { transport = answer }))
    for _, case in ipairs({
      { pool.session, pool, API .. "\0x" },
      { session.fetch, session, "/page\0x" },
      { core.resolve, API, "/page\0x" },
    }) do
      local value, err = table.unpack(case)(table.unpack(case, 2))
      assert.is_nil(value)
      assert.same({ "answer", "address" }, { err.kind, err.code })
    end
    local ok, message = pcall(pool.session, pool, API, {
      http_auth = { username = "u", password = core.secret("all\0of it") },
    })
    assert.is_false(ok)
    assert.matches("NUL", message)
  end)

  it("is a header only with a name that one can have", function()
    local session <close> = assert(pool:session(API, { transport = answer }))
    for _, name in ipairs({ "", "a b", "a:b", "a\nb", "a;", "ä", "a\0" }) do
      local response, err = session:fetch("/", { headers = { [name] = "x" } })
      assert.is_nil(response)
      assert.same({ "answer", "header" }, { err.kind, err.code })
      assert.matches("is no name of a header", err.message, 1, true)
    end
    assert(session:fetch("/", { headers = { ["X-Of-Mine_2"] = "x" } }))
  end)
end)
