# The commands of this project; `make help` lists them. CMake does the building, with the presets of CMakePresets.json.
MAKEFLAGS += --no-print-directory
JOBS ?= $(shell nproc)
PREFIX ?= /usr/local
FUZZ_SECONDS ?= 60
SOAK_SECONDS ?= 600

build = cmake --preset $(1) && cmake --build --preset $(1) --parallel $(JOBS)
tested = $(call build,$(1)) && ctest --preset $(1) --label-regex '^(unit|corpus)$$' --parallel $(JOBS)

.DEFAULT_GOAL := all
.PHONY: help all install uninstall demo deb check check-deb check-dropin packages dev asan tsan ubsan tidy format fuzz bench soak docs clean

help: ## List these commands.
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/make \1	\2/p' Makefile | expand -t 20

all: ## Build the library, optimised, in build/lib; needs cmake and a C compiler only.
	cmake -S . -B build/lib -DCMAKE_INSTALL_PREFIX=$(PREFIX)
	cmake --build build/lib --parallel $(JOBS)

install: all ## Install it under PREFIX (/usr/local).
	cmake --install build/lib --prefix $(PREFIX)

uninstall: ## Take away what `make install` laid down last.
	cmake --build build/lib --target uninstall

deb: packages ## Build packages that take the place of Debian's Proton, in build/deb.
	tools/deb.sh build/deb $(JOBS)

demo: ## A broker, senders and receivers on many threads, and a million messages. Installs and builds what it needs.
	@tools/packages.sh gcc cmake make libc6-dev libssl-dev libjansson-dev
	@mkdir -p build && echo 'building in build/lib ...' && $(MAKE) all >build/demo.log 2>&1 || { tail -n 20 build/demo.log; exit 1; }
	@tools/demo.sh build/lib/src/cli/baryon

check: packages ## Build and run every suite, with and without sanitizers.
	@JOBS=$(JOBS) tools/check.sh

check-deb: packages ## Install the packages in a Debian of their own (needs root, and a mirror).
	tools/check-deb.sh build/deb

check-dropin: packages ## Build as dev does, and show that what was built for Proton runs unchanged.
	$(call build,dev)
	ctest --preset dev --label-regex '^dropin$$' --no-tests=error --parallel $(JOBS)

packages: ## Install the Debian packages that building and testing need.
	@tools/packages.sh

dev: packages ## Build for everyday work, in build/dev, and run the unit tests.
	$(call tested,dev)

asan: packages ## The same under AddressSanitizer and UndefinedBehaviorSanitizer.
	$(call tested,asan)

tsan: packages ## The same under ThreadSanitizer.
	$(call tested,tsan)

ubsan: packages ## The same under UndefinedBehaviorSanitizer alone, optimised.
	$(call tested,ubsan)

tidy: packages ## Build everything beside clang-tidy; a finding fails.
	$(call build,tidy)

format: packages ## Format all C files in place.
	find src include tests fuzz bench -name '*.[ch]' -exec clang-format -i {} +

fuzz: packages ## Fuzz each target for FUZZ_SECONDS (60).
	$(call build,fuzz)
	tools/fuzz.sh $(FUZZ_SECONDS)

bench: packages ## Measure instructions, allocations, times, memory and system calls, beside Debian's Proton.
	bench/run
	bench/io/run

soak: packages ## What takes longer: each fuzz target for SOAK_SECONDS (600).
	$(MAKE) fuzz FUZZ_SECONDS=$(SOAK_SECONDS)

docs: packages ## Make pages of the API and the guides, in build/docs/html.
	@mkdir -p build/docs
	doxygen tools/Doxyfile

clean: ## Remove what was built.
	rm -rf build
