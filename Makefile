# One door. `make help` lists what is behind it.

PREFIX ?= /usr/local
DESTDIR ?=
LUA ?= lua5.4
CC ?= gcc
PKG_CONFIG ?= pkg-config

WARNINGS = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
CFLAGS ?= -O2 -g
FLAGS = -std=gnu11 -fPIC -fvisibility=hidden $(WARNINGS) \
  $(shell $(PKG_CONFIG) --cflags lua5.4 libcurl libcrypto)
LIBS = $(shell $(PKG_CONFIG) --libs libcurl libcrypto)

SOURCES = $(wildcard csrc/*.c)
OBJECTS = $(SOURCES:csrc/%.c=build/obj/%.o)
COVERAGE_OBJECTS = $(SOURCES:csrc/%.c=build/coverage/obj/%.o)
ASAN_OBJECTS = $(SOURCES:csrc/%.c=build/asan/obj/%.o)
SANITIZE = -fsanitize=address,undefined -fno-omit-frame-pointer

.DEFAULT_GOAL = build
.PHONY: build demo test bench coverage fuzz faults starve endurance mutants lint format docs install uninstall rock wiki clean help
.PHONY: tools asan

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

build: build/mwlogin/core.so ## the C module, under build/

build/mwlogin/core.so: $(OBJECTS)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,-z,nodelete $^ -o $@.new $(LIBS)
	@mv $@.new $@

build/obj/%.o: csrc/%.c
	@mkdir -p $(@D)
	$(CC) $(FLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

demo: ## installs what it needs, brings a real wiki up, logs in to it, shows each step
	@.ci/install build library wiki browser node
	@.ci/npm spec/wiki/provider
	@$(MAKE) --no-print-directory -s build
	@$(LUA) scripts/demo.lua

test: ## installs what it needs, then every check there is; ends with the counts
	@.ci/install build library wiki test browser check node docs
	@.ci/test

tools:
	@.ci/npm spec/tools
	@.ci/npm spec/wiki/provider

asan: build/asan/lua5.4 build/asan/mwlogin/core.so

build/asan/lua5.4: spec/sanitize/lua.c spec/sanitize/starve.c spec/sanitize/starve_lua.c \
  spec/sanitize/starve.h
	@mkdir -p $(@D)
	$(CC) -g $(WARNINGS) $(SANITIZE) $(shell $(PKG_CONFIG) --cflags lua5.4) \
	  $(filter %.c,$^) -o $@ -Wl,-E $(shell $(PKG_CONFIG) --libs lua5.4 libcrypto)

build/asan/mwlogin/core.so: $(ASAN_OBJECTS)
	@mkdir -p $(@D)
	$(CC) $(SANITIZE) -shared -Wl,-z,nodelete $^ -o $@ $(LIBS)

build/asan/obj/arena.o: spec/sanitize/arena.c csrc/arena.h spec/sanitize/starve.h
	@mkdir -p $(@D)
	$(CC) $(FLAGS) -O1 -g $(SANITIZE) -include spec/sanitize/starve.h -c $< -o $@

build/asan/obj/%.o: csrc/%.c spec/sanitize/starve.h
	@mkdir -p $(@D)
	$(CC) $(FLAGS) -O1 -g $(SANITIZE) -include spec/sanitize/starve.h -MMD -MP -c $< -o $@

starve: ## memory runs out at STARVE_TIMES (8) allocations of each spec, and at every one of a login
	@.ci/install build library wiki test browser node
	@$(MAKE) --no-print-directory -s build tools asan
	@spec/sanitize/starve.sh

coverage: ## lines of csrc/ that the specs of the core run
	@.ci/install build library test
	@$(MAKE) --no-print-directory -s build/coverage/mwlogin/core.so
	@spec/sanitize/coverage.sh

build/coverage/mwlogin/core.so: $(COVERAGE_OBJECTS)
	@mkdir -p $(@D)
	$(CC) --coverage -shared -Wl,-z,nodelete $^ -o $@ $(LIBS)

build/coverage/obj/%.o: csrc/%.c
	@mkdir -p $(@D)
	$(CC) $(FLAGS) -O0 -g --coverage -MMD -MP -c $< -o $@

bench: ## mwlogin beside bare libcurl and other clients
	@.ci/install build library test bench node
	@.ci/npm spec/bench/clients
	@$(MAKE) --no-print-directory -s build
	@$(LUA) spec/bench/run.lua

fuzz: ## the Lua-free C files under libFuzzer, FUZZ_SECONDS (60) each
	@.ci/install build check
	@FUZZ_SECONDS=$${FUZZ_SECONDS:-60} spec/fuzz/run.sh

faults: ## a proxy spoils each exchange of each flow at every byte
	@.ci/install build library test
	@$(MAKE) --no-print-directory -s build
	@MWLOGIN_FAULTS=all $(LUA) /usr/bin/busted spec/faults

endurance: ## MWLOGIN_LOGINS (100000) logins in one process: memory and descriptors stay flat
	@.ci/install build library test bench
	@$(MAKE) --no-print-directory -s build
	@MWLOGIN_LOGINS=$${MWLOGIN_LOGINS:-100000} $(LUA) /usr/bin/busted spec/endurance

mutants: ## breaks the code a line at a time; a spec must notice
	@.ci/install build library wiki test browser node
	@$(MAKE) --no-print-directory -s build tools
	@$(LUA) spec/mutants/run.lua

lint: ## luacheck, StyLua, clang-format, luarocks lint, and the house's own rules
	@.ci/install build test check node
	@.ci/lint

format: tools ## puts Lua and C into the house's form
	@spec/tools/node_modules/.bin/stylua lua spec scripts
	@clang-format -i csrc/*.c csrc/*.h spec/fuzz/*.c spec/fuzz/*.h spec/sanitize/*.c
	@$(LUA) spec/tools/rockspec.lua write
	@$(LUA) spec/tools/meta.lua write

docs: ## pages of the public names, under doc/api; fails where one has no words
	@.ci/install build library docs
	@$(MAKE) --no-print-directory -s build
	@rm -rf build/doc doc/api && mkdir -p build/doc
	@$(LUA) spec/tools/reference.lua build/doc
	@ldoc -q -c .ci/config.ld . >/dev/null && echo "doc/api/index.html"

INST_LUADIR ?= $(PREFIX)/share/lua/5.4
INST_LIBDIR ?= $(PREFIX)/lib/lua/5.4
INST_BINDIR ?= $(PREFIX)/bin
INST_MANDIR ?= $(PREFIX)/share/man/man1
INST_BASHDIR ?= $(PREFIX)/share/bash-completion/completions
INST_ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
INST_FISHDIR ?= $(PREFIX)/share/fish/vendor_completions.d
MODULES = $(shell cd lua && find mwlogin -name '*.lua')

# The command runs its modules compiled, from beside the C module; scripts and editors read the sources.
install: build ## into DESTDIR, PREFIX: library, command, manual page, completions
	@mkdir -p build/share
	$(LUA) scripts/mwlogin manual >build/share/mwlogin.1
	for shell in bash zsh fish; do \
	  $(LUA) scripts/mwlogin completion $$shell >build/share/mwlogin.$$shell || exit 1; done
	for module in $(MODULES); do \
	  install -D -m 644 lua/$$module $(DESTDIR)$(INST_LUADIR)/$$module || exit 1; done
	install -D -m 755 build/mwlogin/core.so $(DESTDIR)$(INST_LIBDIR)/mwlogin/core.so
	$(LUA) .ci/compile.lua build/luac $(MODULES)
	for module in $(MODULES); do \
	  install -D -m 644 build/luac/$${module}c $(DESTDIR)$(INST_LIBDIR)/$${module}c || exit 1; done
	sed "1s|.*|#!$$(command -v $(LUA))|" scripts/mwlogin >build/share/mwlogin
	install -D -m 755 build/share/mwlogin $(DESTDIR)$(INST_BINDIR)/mwlogin
	install -D -m 644 build/share/mwlogin.1 $(DESTDIR)$(INST_MANDIR)/mwlogin.1
	install -D -m 644 build/share/mwlogin.bash $(DESTDIR)$(INST_BASHDIR)/mwlogin
	install -D -m 644 build/share/mwlogin.zsh $(DESTDIR)$(INST_ZSHDIR)/_mwlogin
	install -D -m 644 build/share/mwlogin.fish $(DESTDIR)$(INST_FISHDIR)/mwlogin.fish

uninstall: ## takes away what install put there
	rm -rf $(DESTDIR)$(INST_LUADIR)/mwlogin $(DESTDIR)$(INST_LIBDIR)/mwlogin
	rm -f $(DESTDIR)$(INST_BINDIR)/mwlogin $(DESTDIR)$(INST_MANDIR)/mwlogin.1 \
	  $(DESTDIR)$(INST_BASHDIR)/mwlogin $(DESTDIR)$(INST_ZSHDIR)/_mwlogin \
	  $(DESTDIR)$(INST_FISHDIR)/mwlogin.fish

rock: build ## a binary rock of the tracked files, under build/
	@spec/tools/rock.sh

wiki: ## keeps a real wiki up to play with, and prints how to log in
	@.ci/install build library wiki node
	@.ci/npm spec/wiki/provider
	@$(LUA) spec/wiki/up.lua

clean: ## what was built
	rm -rf build *.rock

-include $(OBJECTS:.o=.d) $(ASAN_OBJECTS:.o=.d) \
  $(COVERAGE_OBJECTS:.o=.d)
