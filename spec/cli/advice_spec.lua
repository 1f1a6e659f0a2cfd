local advice = require "mwlogin.cli.advice"

describe("advice on the command line", function()
  it("names flags where the library names options", function()
    for text, said in pairs {
      ['or use method = "clientlogin".'] = "or use --method clientlogin.",
      ["only then give insecure_http = true."] = "only then give --insecure-http.",
      ["give a user_agent with a contact"] = "give a --user-agent with a contact",
      ["or raise max_response."] = "or raise --max-response.",
      ["{ createaccount = … } makes one"] = "{ createaccount = … } makes one",
      ['Use redirect = "external", redirect = "driven", redirect = "paste"'] = "Use --browser, "
        .. "--no-browser on a terminal",
      ["hand its cookies over with import_cookies"] = "hand its cookies over with "
        .. "mwlogin cookies WIKI --import FILE",
      ["Name one: account = …"] = "Name one: --account NAME",
      ["goes into ca_file."] = "goes into --ca-file.",
      ["Answer it: answers = { OATHToken = … }, a handler, or respond."] = "Answer it: "
        .. "--field-from OATHToken=SOURCE, "
        .. "--handler FILE.lua, or run it on a terminal without --no-input.",
      ["Answer it: answers = { captchaWord = … }."] = "Answer it: --field captchaWord=VALUE, "
        .. "--field-from captchaWord=SOURCE.",
    } do
      assert.equal(said, advice.as_flags(text))
    end
  end)

  it("leaves other words alone", function()
    local text = "Check host and port; rest_of_it, max_nothing and api.php."
    assert.equal(text, advice.as_flags(text))
    assert.is_nil(advice.as_flags(nil))
  end)
end)
