return {
  name = "Patience",
  kinds = { "PatienceQuestion" },
  answer = function(_, request, context)
    local waited, err = context.wait(2.1)
    if not waited then
      return nil, err
    end
    return { patienceBack = request.fields.patienceTicket.value:reverse() }
  end,
}
