return {
  name = "Notice",
  kinds = { "NoticeQuestion" },
  answer = function(_, request)
    local words = {}
    for word in request.fields.rulesNotice.value:gmatch "%a+" do
      words[#words + 1] = word
    end
    return { rulesAgree = true, rulesWord = words[tonumber(request.fields.rulesPlace.value)] }
  end,
}
