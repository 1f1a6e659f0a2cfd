return {
  captcha = { question = "What colour is the sky?", answer = "blue", always = true },
}
