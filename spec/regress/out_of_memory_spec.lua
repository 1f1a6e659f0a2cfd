---libcurl is silent about memory it was refused: a cookie of the reply was missing from what was
---called a success, an imported one was counted and not there, an address with a password had none;
---and a reply there was no room for was "too large". A login in one go crashed where there was none
---for the address of its second or third request, and a redacted text was lost where there was none
---to hold it.
describe("memory that runs out at one allocation", function()
  lazy_setup(function()
    assert(os.execute "make -s asan")
  end)

  it("ends in an error that says so, or does no harm", function()
    local command = "ASAN_OPTIONS=detect_leaks=1 build/asan/lua5.4 spec/regress/out_of_memory.lua"
    local pipe = assert(io.popen(command .. " 2>&1"))
    local wrong = pipe:read "a"
    assert.equal("", wrong)
    assert.is_true(pipe:close())
  end)

  it("is what the command says, and not where it came to it", function()
    for at = 5, 400, 11 do
      local command = "STARVE_AT=%d STARVE_LOG=/dev/null build/asan/lua5.4 scripts/mwlogin "
        .. "whoami http://127.0.0.1:9/api.php 2>&1"
      local pipe <close> = assert(io.popen(command:format(at)))
      assert.is_nil(pipe:read("a"):find("stack traceback", 1, true), at)
    end
  end)

  it("is what the command says", function()
    for at = 20, 120, 20 do
      local command =
        "STARVE_AT=%d STARVE_LOG=/dev/null build/asan/lua5.4 scripts/mwlogin --hepl 2>&1"
      local pipe <close> = assert(io.popen(command:format(at)))
      assert.equal("mwlogin: not enough memory\n", pipe:read "a")
    end
  end)
end)
