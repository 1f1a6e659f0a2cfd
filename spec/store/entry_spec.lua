-- The ids of what is kept: different for each wiki and account, and telling whose an entry may be.
local entries = require("mwlogin.store.entry")

describe("the id of an entry", function()
  it("says which wiki it may be of, whatever wiki and account are called", function()
    math.randomseed(20261124)
    local alphabet = { "a", "B", "7", ".", "-", "_", "/", ":", "@", " ", "é", "%" }
    local function word(most)
      local letters = {}
      for position = 1, math.random(0, most) do
        letters[position] = alphabet[math.random(#alphabet)]
      end
      return table.concat(letters)
    end
    for _ = 1, 5000 do
      local api, account = "https://" .. word(90), word(20)
      local id = entries.id(api, account)
      assert.is_true(entries.may_be_of(id, api), api .. " " .. account)
      assert.matches("^[%w._-]+$", id)
    end
  end)

  it("is none of another wiki's", function()
    local id = entries.id("https://one.example.org/w/api.php", "Alice")
    for _, api in ipairs({
      "https://two.example.org/w/api.php",
      "https://one.example.org/w/api.php5",
      "https://one.example.org/w/api.ph",
      "https://one.example.org:8443/w/api.php",
    }) do
      assert.is_false(entries.may_be_of(id, api), api)
    end
  end)
end)
