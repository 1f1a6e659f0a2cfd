local cookies = require("mwlogin.redirect.cookies")

local function session(api, lines)
  return {
    api = api,
    export_cookies = function()
      return lines
    end,
  }
end

describe("cookies for a browser of our own", function()
  it("are the wiki's only", function()
    local list = cookies.of(session("https://wiki.example.org/w/api.php", {
      "# Netscape HTTP Cookie File",
      "",
      "#HttpOnly_wiki.example.org\tFALSE\t/w\tTRUE\t0\twiki_session\tours",
      ".example.org\tTRUE\t/\tTRUE\t4102444800\tcentralauth_User\tAlice",
      "login.example.org\tFALSE\t/\tTRUE\t0\tother\tx",
      "example.org\tFALSE\t/\tTRUE\t0\tparent_only\tx",
      ".ki.example.org\tTRUE\t/\tTRUE\t0\tsuffix\tx",
      "not a cookie line",
    }))
    assert.same({
      {
        name = "wiki_session",
        value = "ours",
        path = "/w",
        secure = true,
        http_only = true,
        same_site = "None",
      },
      {
        name = "centralauth_User",
        value = "Alice",
        domain = ".example.org",
        path = "/",
        secure = true,
        http_only = false,
        expires = 4102444800,
        same_site = "None",
      },
    }, list)
  end)

  it("are for this host alone on localhost, and as the wiki set them", function()
    local list = cookies.of(session("http://localhost:8080/api.php", {
      "localhost\tFALSE\t/\tFALSE\t0\twiki_session\tours",
      "127.0.0.1\tFALSE\t/\tFALSE\t0\tother\tx",
    }))
    assert.same({
      { name = "wiki_session", value = "ours", path = "/", secure = false, http_only = false },
    }, list)
  end)

  it("that want https do not go to an http wiki", function()
    local list = cookies.of(session("http://wiki.example.org/api.php", {
      "wiki.example.org\tFALSE\t/\tTRUE\t0\tsecret\tx",
    }))
    assert.same({}, list)
  end)
end)
