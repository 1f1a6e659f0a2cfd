local plaintext = require("mwlogin.plaintext")

describe("plain text of what a wiki wrote", function()
  it("takes mark-up off and reads entities", function()
    local html = "Please <b>enter</b> a&nbsp;code &amp; &lt;press&gt; &#x45;nter&#33;"
    assert.equal("Please enter a code & <press> Enter!", plaintext.from_html(html))
  end)

  it("keeps lines, paragraphs and lists apart", function()
    local html = "<p>One</p>\n<p>Two<br>Three</p><ul><li>a</li><li>b</li></ul>"
    assert.equal("One\n\nTwo\nThree\n\n- a\n- b", plaintext.from_html(html))
  end)

  it("drops scripts, styles and comments with what is in them", function()
    local html = "a<script>alert('<b>')</script>b<style>x{}</style><!-- c > d -->e"
    assert.equal("abe", plaintext.from_html(html))
  end)

  it("leaves a lone < as it is", function()
    assert.equal("1 < 2 and 3", plaintext.from_html("1 < 2 and 3"))
    assert.equal("a <b", plaintext.from_html("a <b"))
  end)

  it("takes control characters out, those written as entities too", function()
    assert.equal("a[31mb", plaintext.from_html("a\27[31mb&#7;"))
    assert.equal("ab", plaintext.from_html("a&#x1b;&#155;b"))
    assert.equal("[2J", plaintext.clean("\27[2J\u{9b}\127\0"))
  end)

  it("takes out what turns or hides text", function()
    local text = "a\u{202E}b\u{2066}c\u{200F}d\u{200B}e\u{FEFF}f\u{061C}"
    assert.equal("abcdef", plaintext.clean(text))
  end)

  it("keeps letters of every script", function()
    assert.equal("שלום Ω 漢字 ‑ é", plaintext.from_html("שלום Ω 漢字 ‑ é"))
  end)

  it("replaces bytes that are no UTF-8", function()
    assert.equal("a\u{FFFD}b", plaintext.clean("a\255b"))
  end)

  it("makes one line of many", function()
    assert.equal("a b c", plaintext.line(" a\n\tb \r\n c "))
  end)

  it("is nil where there was no text", function()
    assert.is_nil(plaintext.from_html(nil))
    assert.is_nil(plaintext.clean({}))
  end)

  it("reads a megabyte of broken mark-up and cuts it", function()
    local text = plaintext.from_html(("<"):rep(1024 * 1024))
    assert.is_true(#text <= 64 * 1024)
    assert.is_string(plaintext.from_html(("<script>"):rep(100000)))
    assert.is_string(plaintext.from_html(("<a "):rep(300000)))
  end)
end)
