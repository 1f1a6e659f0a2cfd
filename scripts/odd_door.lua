-- A handler for an extension that mwlogin has never heard of: it wants one of three doors, and
-- tells the right one on a page of the wiki, to the session that is logging in. The nonce it wants
-- back goes back by itself.
return {
  name = "OddDoor",
  kinds = { "OddAuthenticationRequest" },
  answer = function(_, request, context)
    local page, err = context.session:fetch(request.metadata.page)
    if not page then
      return nil, err
    end
    return { oddDoor = page.body:match 'id="odd%-door">(%w+)' }
  end,
}
