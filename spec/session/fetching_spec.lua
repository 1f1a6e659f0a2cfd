-- Pages of the wiki's own origin.
package.path = "./?.lua;" .. package.path
local scripted = require("spec.session.scripted")

local wiki_of, open = scripted.wiki_of, scripted.open

describe("fetch", function()
  local function with_pages()
    local wiki = wiki_of({
      pages = {
        ["Special:Plain"] = function()
          return "plain"
        end,
        ["Special:Away"] = function()
          return { status = 302, headers = { Location = "https://idp.example.org/a?code=1" } }
        end,
        ["Special:Near"] = function()
          return { status = 302, headers = { Location = "/w/index.php?title=Special:Plain" } }
        end,
        ["Special:Loop"] = function()
          return { status = 302, headers = { Location = "/w/index.php?title=Special:Loop" } }
        end,
      },
    })
    return open(wiki), wiki
  end

  it("gets a page beside api.php", function()
    local session = with_pages()
    local response = assert(session:fetch("index.php?title=Special:Plain"))
    assert.equal(200, response.status)
    assert.equal("plain", response.body)
  end)

  it("follows redirects inside the origin", function()
    local session, wiki = with_pages()
    local response = assert(session:fetch("index.php?title=Special:Near"))
    assert.equal("plain", response.body)
    assert.equal(2, #wiki.requests)
  end)

  it("hands a foreign redirect back", function()
    local session, wiki = with_pages()
    local response = assert(session:fetch("index.php?title=Special:Away"))
    assert.equal(302, response.status)
    assert.equal("https://idp.example.org/a?code=1", response.location)
    assert.equal(1, #wiki.requests)
  end)

  it("follows none after a POST, and ends in a circle", function()
    local session, wiki = with_pages()
    local opts = { method = "POST", params = { a = "b" } }
    local response = assert(session:fetch("index.php?title=Special:Near", opts))
    assert.equal(302, response.status)
    assert.equal(1, #wiki.requests)
    local _, err = session:fetch("index.php?title=Special:Loop")
    assert.equal("redirect-loop", err.code)
  end)

  it("goes to no other origin", function()
    local session, wiki = with_pages()
    local response, err = session:fetch("https://evil.example/")
    assert.is_nil(response)
    assert.equal("origin", err.code)
    assert.equal(0, #wiki.requests)
  end)

  it("raises for unknown options", function()
    local session = with_pages()
    local fine, message = pcall(function()
      session:fetch("index.php", { cookie = false })
    end)
    assert.is_false(fine)
    assert.matches("fetching_spec.*did you mean 'cookies'", message)
  end)
end)
