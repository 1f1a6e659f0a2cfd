-- Every code block of README.md and doc/*.md runs, or says why it cannot.
package.path = "./?.lua;./?/init.lua;" .. package.path
local blocks = require("spec.doc.blocks")
local shared = require("spec.shared")
local stages = require("spec.doc.stage")

local function plain(text)
  return (text:gsub("%p", "%%%0"))
end

--- Whether a text is what a page shows of it: `…` stands for anything, blanks for any blanks.
local function shows(wanted, output)
  local pattern = plain((wanted:gsub("%s+$", ""))):gsub("%s+", "%%s+"):gsub("…", ".-")
  return output:gsub("%s+$", ""):find("^%s*" .. pattern .. "$") ~= nil
end

local function name_of(block)
  return ("%s:%d (%s)"):format(block.page, block.line, block.language)
end

local function exists(path)
  local file = io.open(path)
  if file then
    file:close()
  end
  return file ~= nil
end

local function read(path)
  local file <close> = assert(io.open(path))
  return file:read("a")
end

--- The names under which a page's headings can be linked to.
local function anchors(path)
  local names = {}
  local text = ("\n" .. read(path)):gsub("\n```.-\n```", "")
  for heading in text:gmatch("\n#+ ([^\n]+)") do
    local name = heading:lower():gsub("[^%w%s_-]", ""):gsub("%s", "-")
    names[name] = true
  end
  return names
end

for _, page in ipairs(blocks.pages()) do
  describe(page, function()
    local last_text, last_output
    local stage = shared(stages.new)
    local readable, found = pcall(blocks.of, page)

    it("marks its blocks in the one way there is", function()
      assert(readable, found)
    end)

    local function run(block)
      local text = block.text
      if block.marks.continues then
        text = assert(last_text, "nothing to continue") .. text
      end
      last_text = text
      local exit, output, leak = stage:run(block, text)
      last_output = output
      local wanted = math.tointeger(tonumber(block.marks.exits or 0))
      assert(exit == wanted, ("exit %d, not %d:\n%s"):format(exit, wanted, output))
      assert(not leak, ("it prints %s:\n%s"):format(tostring(leak), output))
    end

    for _, block in ipairs(readable and found or {}) do
      local name = name_of(block)
      if block.marks["not run"] then
        it(name .. " is not run: " .. block.marks["not run"], function()
          local reason = block.marks["not run"]
          assert.truthy(#reason > 10, "a reason")
          for path in reason:gmatch("spec/[%w_/.]+%.lua") do
            assert(exists(path), path)
          end
        end)
      elseif block.marks.prints then
        it(name .. " is what the block before it prints", function()
          assert(last_output, "there is no block before it")
          assert(shows(block.text, last_output), "it printed:\n" .. last_output)
        end)
      elseif block.file then
        it(name .. " is a file: " .. block.file, function()
          assert(block.language ~= "lua" or load(block.text, "=" .. block.file, "t"))
          stage:keep(block)
        end)
      else
        it(name .. " runs", function()
          assert(stages.runs(block.language), "it has no mark, and nothing runs this language")
          run(block)
        end)
      end
    end

    it("links to what there is", function()
      local folder = page:match("^(.*/)") or ""
      for target in read(page):gmatch("%]%(([^)%s]+)%)") do
        local path, anchor = target:match("^([^#]*)#?(.*)$")
        if not path:find("^%a+:") then
          path = path == "" and page or folder .. path
          assert(exists(path), target)
          assert(anchor == "" or anchors(path)[anchor], target .. ": no such heading")
        end
      end
    end)
  end)
end

describe("the reader of the pages' blocks", function()
  local function page(text)
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write(text)
    file:close()
    local ok, found = pcall(blocks.of, path)
    os.remove(path)
    return ok, found
  end

  it("finds blocks with their marks, in lists too", function()
    local ok, found = page(table.concat({
      "Text",
      "",
      "<!-- wiki: private; exits: 3 -->",
      "```sh",
      "false",
      "```",
      "- item",
      "",
      "  <!-- not run: needs root; and more -->",
      "  ```lua",
      "  -- file: x.lua",
      "  print(1)",
      "  ```",
    }, "\n"))
    assert(ok, found)
    assert.equal(2, #found)
    assert.same({ wiki = "private", exits = "3" }, found[1].marks)
    assert.equal("false\n", found[1].text)
    assert.equal(5, found[1].line)
    assert.equal("needs root; and more", found[2].marks["not run"])
    assert.equal("-- file: x.lua\nprint(1)\n", found[2].text)
    assert.equal("x.lua", found[2].file)
  end)

  for name, text in pairs({
    ["a code block without a language"] = "```\nls\n```",
    ["an indented block"] = "Text\n\n    ls\n",
    ["unknown mark 'not-run'"] = "<!-- not-run: x -->\n```sh\nls\n```",
    ["a mark without a block"] = "<!-- wiki: private -->\nText",
    ["a block without an end"] = "```sh\nls\n",
  }) do
    it("complains about " .. name, function()
      local ok, complaint = page(text)
      assert.is_false(ok)
      assert.truthy(complaint:find(name, 1, true), complaint)
    end)
  end
end)
