-- After a login nothing of what was given is left in the memory of the process: looked for in each
-- form it had on its way, in everything the process can write to.
local certificates = require("spec.security.certificates")
local core = require("mwlogin.core")
local counts = require("spec.security.counts")
local folders = require("spec.folders")
local holding = require("spec.security.holding")
local nginx = require("spec.security.nginx")
local shared = require("spec.shared")
local shell = require("spec.shell")
local wikis = require("spec.wiki")

local ROW <const> = "memory scans after a login: password, bot password, key of the second factor"

describe("memory", function()
  local front, folder, authority, totp, key
  local wiki = shared(wikis.start, { extensions = { "OATHAuth" } })

  lazy_setup(function()
    totp = wiki:two_factor("Alice")
    key = core.crypto.unbase32(totp):reveal()
    folder = folders.new()
    shell.run(("cc -O1 -o %s/pty spec/core/pty.c -lutil"):format(folder))
    authority = certificates.authority(folder)
    local pass = ("location / { proxy_pass %s; proxy_set_header Host 127.0.0.1:%d; }"):format(
      wiki.base,
      wiki.port
    )
    shell.run(
      ("printf 'front:%%s\\n' \"$(openssl passwd -apr1 %s)\" >%s/htpasswd"):format(
        "a-password-in-front-42",
        folder
      )
    )
    front = nginx.start({
      tls = { tls = authority:issue("front"), body = pass },
      http2 = { tls = authority:issue("front2"), http2 = true, body = pass },
      basic = ("auth_basic wiki; auth_basic_user_file %s/htpasswd; %s"):format(folder, pass),
    })
  end)

  lazy_teardown(function()
    front:stop()
    folders.remove(folder)
  end)

  before_each(function()
    wiki:forget_used_codes()
    wiki:forget_throttles()
  end)

  local function as_alice(source, more)
    local task = {
      address = wiki.api,
      name = "Alice",
      credentials = { username = "Alice" },
      sources = { password = source },
      answers = { OATHToken = "totp:file:FOLDER/totp" },
    }
    for name, value in pairs(more or {}) do
      task[name] = value
    end
    return task
  end

  local function given()
    return { password = wiki.accounts.Alice, totp = totp, ["the key in totp"] = key }
  end

  local function files(more)
    local made = { password = wiki.accounts.Alice .. "\n", totp = totp .. "\n" }
    for name, text in pairs(more or {}) do
      made[name] = text
    end
    return made
  end

  local function nothing_in(stages)
    local scanned = 0
    for stage, result in pairs(stages) do
      assert.same({}, result.found, stage)
      assert.is_true(result.bytes > 500000, "too little to be all of it")
      scanned = scanned + 1
    end
    return scanned
  end

  -- Scans while the session is open and after it was closed, for each secret.
  local function clean(task, secrets, options)
    local number = 0
    for _ in pairs(secrets) do
      number = number + 1
    end
    local scanned = nothing_in(holding.scan(task, secrets, options))
    counts.record(ROW, scanned * number, 0)
  end

  it("that holds a secret is found out: in each form that a secret takes", function()
    local text = 'planted: "for" + the/scan & äö'
    local planted = 0
    for name, form in pairs(require("spec.security.memory").forms(text)) do
      local hex = form:gsub(".", function(byte)
        return ("%02x"):format(byte:byte())
      end)
      local stages = holding.scan({
        address = wiki.api,
        name = "Bob",
        planted = hex,
        credentials = { username = "Bob" },
        sources = { password = "file:FOLDER/password" },
      }, { planted = text, password = wiki.accounts.Bob }, {
        files = { password = wiki.accounts.Bob },
        stages = { "login" },
      })
      assert.is_true(#stages.login.found > 0, name)
      for _, found in ipairs(stages.login.found) do
        assert.matches("^planted ", found)
      end
      planted = planted + 1
    end
    counts.record("memory scans: planted secrets found", planted, 0)
  end)

  for name, source in pairs({
    ["a file"] = "file:FOLDER/password",
    ["a command"] = "cmd:cat FOLDER/password",
  }) do
    it("holds nothing of what came from " .. name, function()
      clean(as_alice(source), given(), { files = files() })
    end)

    for server, protocol in pairs({ tls = "HTTP/1.1", http2 = "HTTP/2.0" }) do
      local title = "holds nothing of what came from %s and went over https (%s)"
      it(title:format(name, protocol), function()
        front:reset()
        clean(
          as_alice(source, {
            address = ("https://localhost:%d/api.php"):format(front.ports[server]),
            options = { ca_file = authority.certificate },
          }),
          given(),
          { files = files() }
        )
        assert.matches(protocol, front:log(server)[1], 1, true)
      end)
    end

    it("holds nothing of a bot password that came from " .. name, function()
      local bot = wiki.botpassword
      for _, address in ipairs({
        wiki.api,
        ("https://localhost:%d/api.php"):format(front.ports.tls),
      }) do
        clean({
          address = address,
          options = { ca_file = authority.certificate },
          name = "Alice",
          credentials = { username = bot.name },
          sources = { password = source },
        }, { ["bot password"] = bot.password }, { files = { password = bot.password } })
      end
    end)
  end

  it("holds nothing of what a person typed", function()
    clean(as_alice("prompt"), given(), {
      files = files({ steps = "wait Secret: \nsend " .. wiki.accounts.Alice .. "\\r\n" }),
      before = ("%s/pty FOLDER/steps"):format(folder),
    })
  end)

  it("holds nothing of what git's credential helpers know", function()
    clean(as_alice("git"), given(), {
      files = files({
        [".gitconfig"] = '[credential]\n\thelper = "!f() { cat >/dev/null; echo username=Alice; '
          .. 'sed s/^/password=/ $HOME/password; }; f"\n',
      }),
      env = { HOME = "FOLDER", GIT_CONFIG_NOSYSTEM = "1" },
    })
  end)

  it("holds nothing of the key in an otpauth address", function()
    local address = "otpauth://totp/Wiki:Alice?secret=" .. totp .. "&issuer=Wiki"
    for _, source in ipairs({ "file", "cmd" }) do
      clean(
        as_alice("file:FOLDER/password", {
          answers = {
            OATHToken = source == "file" and "totp:file:FOLDER/totp" or "totp:cmd:cat FOLDER/totp",
          },
        }),
        given(),
        { files = files({ totp = address }) }
      )
    end
  end)

  it("of the command holds nothing while a program of its runs", function()
    local stages = holding.scan({}, given(), {
      files = files({
        ["hold.sh"] = "echo $PPID >$1/new; mv $1/new $1/at-login; "
          .. "until [ -e $1/on-login ]; do sleep 0.05; done\n",
      }),
      env = { XDG_STATE_HOME = folder .. "/state" },
      program = "scripts/mwlogin exec --no-input --user Alice --password-from file:FOLDER/password "
        .. "--field-from OATHToken=totp:file:FOLDER/totp "
        .. wiki.api
        .. " -- sh FOLDER/hold.sh FOLDER",
      stages = { "login" },
    })
    counts.record(ROW, 3 * nothing_in(stages), 0)
  end)

  describe("that is not ours alone keeps", function()
    local function left(task, secrets, options)
      local stages = holding.scan(task, secrets, options)
      return stages.login.found, stages.closed.found, stages
    end

    it("the environment as the system made it, and no copy", function()
      local open, closed = left(as_alice("env:P"), given(), {
        files = files(),
        env = { P = wiki.accounts.Alice },
      })
      assert.same({ "password raw [stack]" }, open)
      assert.same({ "password raw [stack]" }, closed)
      counts.record(ROW, 4, 0)
    end)

    it("one locked copy of a line of standard input, for whoever asks again", function()
      local open, closed = left(as_alice("stdin"), given(), { files = files(), stdin = "password" })
      assert.same({ "password raw (anonymous)" }, open)
      assert.same({ "password raw (anonymous)" }, closed)
      counts.record(ROW, 4, 0)
    end)

    it("a Lua string, and a locked copy until close", function()
      local open, closed = left(
        as_alice(nil, { plain = "password" }),
        { password = wiki.accounts.Alice },
        { files = files() }
      )
      assert.same({ "password raw (anonymous)", "password raw [heap]" }, open)
      assert.same({ "password raw [heap]" }, closed)
    end)

    it("the password of Basic in front of the wiki until close", function()
      local open, closed = left({
        address = ("http://127.0.0.1:%d/api.php"):format(front.ports.basic),
        http_auth = { username = "front", password = "file:FOLDER/front" },
        name = "Bob",
        credentials = { username = "Bob" },
        sources = { password = "file:FOLDER/password" },
      }, { front = "a-password-in-front-42", password = wiki.accounts.Bob }, {
        files = { front = "a-password-in-front-42", password = wiki.accounts.Bob },
      })
      -- one of ours, one of the connection that libcurl keeps
      assert.same({ "front raw (anonymous)", "front raw [heap]" }, open)
      assert.same({}, closed)
    end)
  end)
end)
