---A trace of every OAuth 2 flow, and every error, holds no secret, code, verifier, state or token.
local core = require "mwlogin.core"
local memory = require "spec.store.memory"
local mwlogin = require "mwlogin"
local oauth2 = require "spec.wiki.oauth2"
local pkce = require "mwlogin.oauth.pkce"
local query = require "mwlogin.query"
local trace = require "mwlogin.trace"

describe("a trace of OAuth 2", function()
  local lines, secrets, verifier
  local wiki = oauth2.for_block()

  lazy_setup(function()
    verifier = pkce.verifier
    rawset(pkce, "verifier", function()
      local made = verifier()
      secrets[#secrets + 1] = made
      return made
    end)
  end)

  lazy_teardown(function()
    rawset(pkce, "verifier", verifier)
  end)

  before_each(function()
    lines, secrets = {}, { oauth2.SECRET }
  end)

  local function open(store)
    return assert(mwlogin.open(wiki.api, {
      user_agent = "spec",
      max_wait = 1,
      store = store,
      trace = function(event)
        lines[#lines + 1] = trace.line(event)
      end,
    }))
  end

  ---A login in which Alice allows it; what goes through the browser is noted.
  local function log_in(session, changed)
    return session:login {
      client_id = "confidential",
      client_secret = oauth2.SECRET,
      redirect = function(step)
        secrets[#secrets + 1] = query.of(step.redirect_url).state
        local back = wiki:person()(step)
        secrets[#secrets + 1] = query.of(back).code
        return changed and changed(back) or back
      end,
    }
  end

  local function note_tokens(session)
    local tokens = session.oauth_tokens
    secrets[#secrets + 1] = tokens.access_token:reveal()
    secrets[#secrets + 1] = tokens.refresh_token:reveal()
  end

  local function check(count)
    local text = table.concat(lines, "\n")
    assert.is_true(#secrets >= count, #secrets)
    for position, value in ipairs(secrets) do
      for _, form in ipairs { value, core.encode(value), core.crypto.base64(value) } do
        assert.is_nil(text:find(form, 1, true), ("number %d in:\n%s"):format(position, text))
      end
    end
    return text
  end

  it("tells what happened, and shows nothing of it", function()
    local store = memory.new()
    local session <close> = open(store)
    assert(log_in(session))
    note_tokens(session)
    wiki:kill_access_tokens()
    assert(session:post({ action = "edit", title = "A", text = "x" }, { token = "csrf" }))
    note_tokens(session)
    local kept <close> = open(store)
    assert(kept:login { client_id = "confidential" })
    assert(kept:token "bearer")
    kept:logout()
    local text = check(8)
    for _, word in ipairs { "consent", "authorization_code", "refresh", "kept" } do
      assert.truthy(text:find(word, 1, true), word)
    end
  end)

  it("shows nothing of what goes wrong, and neither do the errors", function()
    local function lost(back)
      return (back:gsub("state=[^&]*", "state=theirs"))
    end
    local function garbled(back)
      secrets[#secrets + 1] = "garbled" .. query.of(back).code
      return (back:gsub("code=", "code=garbled"))
    end
    for _, changed in ipairs { lost, garbled } do
      local session <close> = open()
      local me, err = log_in(session, changed)
      assert.is_nil(me)
      lines[#lines + 1] = tostring(err)
    end
    for _, mode in ipairs { "down", "lost", "page", "jwt", "elsewhere", "refusing" } do
      wiki:mode(mode)
      local session <close> = open()
      local me, err = log_in(session)
      assert.is_nil(me)
      lines[#lines + 1] = tostring(err)
      wiki:mode "normal"
    end
    local session <close> = open()
    local token = "a-bearer-that-is-not-one"
    secrets[#secrets + 1] = token
    local me, err = session:login { access_token = token }
    assert.is_nil(me)
    lines[#lines + 1] = tostring(err)
    check(20)
  end)
end)
