-- A secret is hidden in a text in every form it may stand there.
local core = require("mwlogin.core")

local function redacted(text, secret)
  return core.redact("<" .. text .. ">", { core.secret(secret) })
end

describe("redact", function()
  for _, secret in ipairs({
    "open sesame",
    "100%25 sure",
    "50%2/3",
    "a\\b\\\\c",
    'say "hi"/\t',
    "schlüssel €",
    "trailing%",
    "trailing\\",
  }) do
    it("finds " .. secret .. " as it is, percent-encoded, form-encoded and in JSON", function()
      local percent = core.encode(secret)
      local lower = percent:gsub("%%%x%x", string.lower)
      local json = secret:gsub('[\\"]', "\\%0"):gsub("\t", "\\t")
      local escaped = json:gsub("/", "\\/"):gsub("ü", "\\u00fc"):gsub("€", "\\u20ac")
      local form = percent:gsub("%%20", "+")
      for _, text in ipairs({ secret, percent, lower, form, json, escaped }) do
        assert.equal("<***>", redacted(text, secret))
      end
    end)
  end

  it("leaves other texts alone", function()
    assert.equal("<open sesam>", redacted("open sesam", "open sesame"))
    assert.equal("<%25>", redacted("%25", "%%%%"))
    assert.equal("<>", redacted("", "open sesame"))
  end)
end)
