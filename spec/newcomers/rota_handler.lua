local mwlogin = require "mwlogin"

return {
  name = "Rota",
  kinds = { "RotaQuestion" },
  answer = function(_, request, context)
    local page, err = context.session:fetch "index.php?title=Special:StrangersRota"
    if not page then
      return nil, err
    end
    local shift, name = page.body:match '<tr class="on"><td>(%w+)</td><td>(%w+)</td>'
    local digest = mwlogin.crypto.sha256(request.fields.rotaNonce.value .. ":" .. name)
    return { rotaShift = shift, rotaProof = mwlogin.crypto.hex(digest):sub(1, 12) }
  end,
}
