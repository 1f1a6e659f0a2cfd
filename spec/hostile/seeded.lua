--- Mutations by a generator whose seed is printed when something is found: MWLOGIN_SEED repeats it.
local seeded = {}

seeded.seed = math.tointeger(tonumber(os.getenv("MWLOGIN_SEED") or os.time()))

-- Bytes and words that parsers stumble over.
local PIECES <const> = {
  "\0",
  "\r\n",
  "\n",
  "\r",
  ":",
  "/",
  "?",
  "&",
  "=",
  "%",
  "%00",
  "%zz",
  "%e2%80%ae",
  "\xff",
  "\u{202E}",
  " ",
  "\t",
  ("9"):rep(30),
  "-1",
  "1e9",
  ("A"):rep(300),
  (" "):rep(300),
  "Host: other",
  "Content-Length: 5",
  "Transfer-Encoding: chunked",
}

--- A generator of mutations.
---@param name string of what is mutated, so that each has numbers of its own
---@return fun(text: string): string mutate one to four changes: bytes flipped, cut, doubled, moved,
---   replaced by something awkward
function seeded.mutator(name)
  local state = seeded.seed
  for byte in name:gmatch(".") do
    state = (state * 33 + byte:byte()) & 0x7fffffff
  end
  -- of its own, so that busted and others do not move it
  local function random(most)
    state = (state * 1103515245 + 12345) & 0x7fffffff
    return (state >> 8) % most + 1
  end
  local changes = {
    function(text, at)
      return text:sub(1, at - 1) .. string.char(random(256) - 1) .. text:sub(at + 1)
    end,
    function(text, at)
      return text:sub(1, at - 1) .. text:sub(at + random(8))
    end,
    function(text, at)
      return text:sub(1, at) .. text:sub(at - random(20) + 1)
    end,
    function(text, at)
      return text:sub(1, at - 1) .. PIECES[random(#PIECES)] .. text:sub(at)
    end,
    function(text, at)
      return text:sub(1, at - 1) .. PIECES[random(#PIECES)] .. text:sub(at + random(8))
    end,
    function(text, at)
      return text:sub(1, at)
    end,
  }
  return function(text)
    for _ = 1, random(4) do
      text = changes[random(#changes)](text, random(#text + 1))
    end
    return text
  end,
    random
end

--- Words for a failure: how to have it again.
---@param label string
---@param text string
---@return string
function seeded.again(label, text)
  return ("%s (MWLOGIN_SEED=%d): %q"):format(label, seeded.seed, text)
end

return seeded
