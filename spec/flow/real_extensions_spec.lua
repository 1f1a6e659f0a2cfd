-- Dialogues with a real MediaWiki whose extensions nobody foresaw: every field type, RESTART,
-- linking. What the wiki got is read in its own journal.
package.path = "./?.lua;./?/init.lua;" .. package.path
local flow_module = require("mwlogin.flow")
local opened = require("spec.flow.opened")
local real_login = require("spec.flow.real_login")
local real_wiki = require("spec.wiki")
local shared = require("spec.shared")

local log_in = real_login.log_in

describe("extensions nobody foresaw, on a real wiki:", function()
  local wiki = shared(real_wiki.start, { extensions = { "MwloginTest" } })

  before_each(function()
    wiki:forget_throttles()
  end)

  local function switch(names)
    wiki:set(("$wgMwloginTest = [ %s ];"):format(names))
    wiki:mark()
  end

  it("a field of every type arrives whole", function()
    switch("'AllFields'")
    local step, err = log_in(wiki, {
      answers = { passphrase = "open it", colour = "blue", toppings = { "salt", "oil|vinegar" } },
    })
    assert(step, err)
    local received = wiki:received()
    assert.equal(2, #received)
    local fields = received[2].fields
    assert.equal("preset", fields.note)
    assert.equal("", fields.nickname)
    assert.equal("open it", fields.passphrase)
    assert.equal("blue", fields.colour)
    assert.same({ "salt", "oil|vinegar" }, fields.toppings)
    assert.equal("opaque-123+\\", fields.seal)
    assert.is_nil(fields.agree)
    assert.is_nil(fields.username)
    assert.is_nil(fields.password)
  end)

  it("two requests with one field name get each its own", function()
    switch("'SharedName'")
    local step, err = log_in(wiki, {
      answers = { ["FirstClerkRequest.word"] = "one", ["SecondClerkRequest.word"] = "two" },
    })
    assert(step, err)
    local received = wiki:received()
    assert.equal("one", received[2].fields.word)
    assert.same({ "MwloginTest\\Step\\FirstClerkRequest" }, received[2].requests)
    assert.equal("two", received[3].fields.word)
    assert.equal("", received[3].fields.remark)
  end)

  it("a mailed code is read after it was sent", function()
    switch("'Mail'")
    local step, err, session = log_in(wiki, {
      answers = {
        token = function()
          return wiki:mail()[1].body:match("%d%d%d%d%d%d")
        end,
      },
    })
    assert(step, err)
    local code = wiki:mail()[1].body:match("%d%d%d%d%d%d")
    assert.is_nil(table.concat(session.lines, "\n"):find(code, 1, true))
  end)

  it("the odd door, by a handler that fetches its page", function()
    switch("'Odd'")
    local door = {
      name = "OddDoor",
      kinds = { "OddAuthenticationRequest" },
      answer = function(_, request, context)
        local page, reason = context.session:fetch(request.metadata.page)
        if not page then
          return nil, reason
        end
        return { oddDoor = page.body:match('id="odd%-door">(%w+)') }
      end,
    }
    local step, err = log_in(wiki, { handlers = { door } })
    assert(step, err)
  end)

  it("one that throws ends the login", function()
    switch("'Throws'")
    local step, err = log_in(wiki, { answers = { proceed = true } })
    assert.is_nil(step)
    assert.equal("internal_api_error_RuntimeException", err.code)
    assert.equal(2, #wiki:received())
  end)

  it("one that asks for ever is left", function()
    switch("'Endless'")
    local step, err = log_in(wiki, {
      respond = function()
        return { proceed = true }
      end,
    })
    assert.is_nil(step)
    assert.equal("too-many-repeats", err.code)
    assert.matches("Once more, please", err.message)
    assert.is_true(#wiki:received() < 10)
  end)

  it("labels that attack a terminal are harmless", function()
    switch("'Nasty'")
    local _, err = log_in(wiki)
    local step = assert(err.step)
    local texts = { step.message or "", err.message }
    for _, request in ipairs(step.requests) do
      for _, field in ipairs(request.fields) do
        texts[#texts + 1] = (field.label or "") .. (field.help or "")
        for _, option in ipairs(field.options or {}) do
          texts[#texts + 1] = option.label
        end
      end
    end
    local text = table.concat(texts, "\n")
    assert.is_nil(text:find("[\0-\8\11-\31\127]"))
    assert.is_nil(text:find("\u{202E}", 1, true))
  end)

  local function partner(name)
    return { partnerName = name, partnerSecret = name .. "-at-partner" }
  end

  local function restart(decision)
    return {
      name = "Decide",
      restart = function()
        return decision
      end,
    }
  end

  it("a partner's account logs in, beside the password form", function()
    switch("'Partner'")
    local step, err = log_in(wiki, { anonymous = true, answers = partner("alice") })
    assert(step, err)
    assert.equal("Alice", step.identity.name)
    assert.is_nil(wiki:received()[1].fields.username)
  end)

  it("RESTART: nothing is decided by itself", function()
    switch("'Partner'")
    local step, err = log_in(wiki, { anonymous = true, answers = partner("newcomer") })
    assert.is_nil(step)
    assert.equal("interaction", err.kind)
    assert.matches("^authmanager%-authn%-no%-local%-user", err.code)
    assert.equal(1, #wiki:received())
  end)

  it("RESTART: a new account, then a login", function()
    switch("'Partner'")
    local step, err = log_in(wiki, {
      anonymous = true,
      answers = partner("stranger"),
      handlers = { restart({ createaccount = { username = "Stranger" } }) },
    })
    assert(step, err)
    assert.equal("Stranger", step.identity.name)
    local received = wiki:received()
    assert.equal(3, #received)
    assert.equal("create", received[2].action)
    assert.is_true(received[2].preserve_state)
    assert.is_nil(received[2].fields.partnerSecret)
  end)

  it("RESTART: a local account, linked or not as is said", function()
    switch("'Partner', 'ConfirmLink'")
    local options = { anonymous = true, answers = partner("newcomer") }
    local local_account = { username = "Bob", password = wiki.accounts.Bob }
    options.handlers = { restart({ continue = local_account }) }
    local step, err = log_in(wiki, options)
    assert(step, err)
    assert.equal("Bob", step.identity.name)
    local received = wiki:received()
    assert.equal(3, #received)
    assert.is_nil(received[3].fields.confirmedLinkIDs)

    options.answers = partner("newcomer")
    options.handlers = {
      restart({ continue = local_account }),
      { use = "mwlogin.handlers.confirm_link", config = { link = "all" } },
    }
    step, err = log_in(wiki, options)
    assert(step, err)
    step, err = log_in(wiki, { anonymous = true, answers = partner("newcomer") })
    assert(step, err)
    assert.equal("Bob", step.identity.name)
  end)

  it("linkaccount: ties a partner's account to who is logged in", function()
    switch("'Partner'")
    local _, _, session = log_in(wiki)
    local flow = flow_module.new(session, "linkaccount")
    local answers = partner("bob")
    answers.confirmPartner = true
    local step, err = flow:run({ answers = answers })
    assert(step, err)
    assert.equal("PASS", step.status)
    assert.is_nil(step.username)
  end)

  it("createaccount: mail and name arrive, and nobody is logged in", function()
    switch("")
    local session = opened.on(wiki)
    local step, err = flow_module.new(session, "createaccount"):run({
      username = "Dora",
      password = "Dora's own words 9",
      answers = { email = "dora@example.org" },
    })
    assert(step, err)
    assert.equal("Dora", step.username)
    assert.is_true(session:whoami().anonymous)
    local fields = wiki:received()[1].fields
    assert.equal("", fields.realname)
    assert.equal("dora@example.org", fields.email)
    assert.equal(fields.password, fields.retype)
  end)

  it("a session lost in the middle is begun anew; one-time answers are asked again", function()
    switch("'Code'")
    local asked = 0
    local step, err = log_in(wiki, {
      answers = {
        code = function()
          asked = asked + 1
          if asked == 1 then
            wiki:forget_sessions()
          end
          return "817420"
        end,
      },
    })
    assert(step, err)
    assert.equal(2, asked)
  end)

  it("a pending step is resumed from its cookies", function()
    switch("'Code'")
    local _, err, session = log_in(wiki)
    assert.equal("interaction", err.kind)
    local other = opened.on(wiki)
    other:import_cookies(session:export_cookies())
    local flow = flow_module.new(other, "login", { resume = true })
    local step = assert(flow:start())
    assert.equal("UI", step.status)
    step, err = flow:submit({ code = "817420" })
    assert(step, err)
    assert.equal("Alice", step.identity.name)
  end)

  it("a newer start ends the older dialogue", function()
    switch("'Code'")
    local _, err, session = log_in(wiki)
    local newer = flow_module.new(session)
    assert(newer:start())
    local step, reason = err.flow:submit({ code = "817420" })
    assert.is_nil(step)
    assert.equal("superseded", reason.code)
    assert.equal(1, #wiki:received())
  end)
end)
