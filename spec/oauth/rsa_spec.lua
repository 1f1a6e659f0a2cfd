---Consumers that sign by RSA-SHA1, made out by oauthlib with the public key.
local folders = require "spec.folders"
local memory = require "spec.store.memory"
local mwlogin = require "mwlogin"
local random_request = require "spec.oauth.random_request"
local wiki = require "spec.oauth.wiki"

local CASES <const> = 200

describe("a consumer with an RSA key", function()
  local folder, key
  local site = wiki.for_block()

  local function run(words, ...)
    assert(os.execute(words:format(...) .. (" >%s/log 2>&1"):format(folder)))
  end

  lazy_setup(function()
    folder = folders.new()
    key = folder .. "/key.pem"
    run("openssl genrsa -out %s 2048", key)
    run("openssl rsa -in %s -pubout -out %s.pub", key, key)
    run("chmod 600 %s", key)
  end)

  lazy_teardown(function()
    folders.remove(folder)
  end)

  before_each(function()
    site:set { rsa = key .. ".pub" }
  end)

  local function owner_only(more)
    return wiki.with({
      consumer_key = wiki.OWNER_ONLY.consumer_key,
      access_key = wiki.OWNER_ONLY.access_key,
      rsa_key = key,
    }, more)
  end

  it(("needs no secret where it is its owner's: %d requests at random"):format(CASES), function()
    local session <close> = site:session()
    assert.equal("Alice", assert(session:login(owner_only())).name)
    math.randomseed(5849)
    for position = 1, CASES do
      local params = random_request.params()
      params.action = "query"
      assert(session[position % 2 == 0 and "get" or "post"](session, params))
    end
    assert(session:post({ action = "edit", text = "x" }, { token = "csrf" }))
  end)

  it("is allowed by a person, and goes on with what was kept", function()
    local store = memory.new()
    for number = 1, 2 do
      local session <close> = site:session { store = store }
      local me = assert(session:login(wiki.with(wiki.CONSUMER, { rsa_key = key })))
      assert.same({ "Alice", number == 1 }, { me.name, me.fresh })
      assert(session:post({ action = "edit", text = "x" }, { token = "csrf" }))
    end
    assert.is_nil(store.kept[store:ids()[1]]:find("PRIVATE", 1, true))
  end)

  it("is refused without it, and with another one", function()
    local session <close> = site:session()
    local me, err = session:login(wiki.OWNER_ONLY)
    assert.is_nil(me)
    assert.equal("mwoauth-invalid-authorization", err.code)
    local other = folder .. "/other.pem"
    run("openssl genrsa -out %s 2048", other)
    run("chmod 600 %s", other)
    me, err = session:login(owner_only { rsa_key = other })
    assert.is_nil(me)
    assert.equal("mwoauth-invalid-authorization", err.code)
  end)

  it("has a key that nobody else can read, of RSA, without a passphrase", function()
    local open, elliptic, locked = folder .. "/open", folder .. "/elliptic", folder .. "/locked"
    run("cp %s %s", key, open)
    run("chmod 640 %s", open)
    run("openssl ecparam -name prime256v1 -genkey -noout -out %s", elliptic)
    run("openssl rsa -aes128 -passout pass:x -in %s -out %s", key, locked)
    run("chmod 600 %s %s", elliptic, locked)
    local session <close> = site:session()
    for path, words in pairs {
      [folder .. "/none"] = "No such file",
      [open] = "nobody else can read",
      [elliptic] = "none of RSA",
      [locked] = "without a passphrase",
      ["/dev/zero"] = "no plain file",
    } do
      local me, err = session:login(owner_only { rsa_key = path })
      assert.is_nil(me)
      assert.same({ "answer", "rsa_key" }, { err.kind, err.code })
      assert.truthy(err.message:find(path, 1, true))
      assert.truthy(path == "/dev/zero" or err.message:find(words, 1, true), err.message)
    end
  end)

  it("needs its secret for a person's identity, and says so", function()
    local session <close> = assert(mwlogin.open(site.origin .. "/w/api.php", { user_agent = "x" }))
    local me, err = session:login { consumer_key = wiki.CONSUMER.consumer_key, rsa_key = key }
    assert.is_nil(me)
    assert.equal("credentials", err.code)
    assert.truthy(err.message:find("consumer_secret", 1, true))
  end)
end)
