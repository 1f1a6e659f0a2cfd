-- The picture's bytes are its word: the program that reads it only has to copy them.
return {
  captcha = {
    type = "image",
    question = "/w/index.php?title=Special:Captcha/image&wpCaptchaId=1",
    answer = "harbour",
    always = true,
  },
  pages = {
    ["Special:Captcha/image"] = function(page)
      assert(page.session, "the picture is shown to the session that logs in")
      return { headers = { ["Content-Type"] = "image/png" }, body = "\137PNG\r\n\26\nharbour" }
    end,
  },
}
