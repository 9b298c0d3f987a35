# libworkflow: the front door.
#
#   make demo                   on a fresh machine: sets up, builds, and shows it at work
#   make test                   on a fresh machine: sets up, builds, and runs every test
#
#   make help                   this list
#   make setup                  installs what build and tests miss here, saying so first
#   make lib                    build/lib/libworkflow.so, self-contained and stripped
#   make header                 regenerates include/workflow.h and all that must agree with it
#   make check-header           fails when a generated file is stale
#   make test-swift             the tests of the Swift targets
#   make nightly                100,000 runs of random workflows, and test-faults in full: half an hour
#   make test-abi               the tests of the C ABI, the packaging and the source tree
#   make test-kill              kills the demo 200 times at random moments and resumes it in the other language; and kills
#                               a program that pays refunds 200 times
#   make test-faults            fails every file system call of a run, crashes the machine after each, turns bits over
#   make test-python            the tests of the Python package
#   make test-peer              random workflows under agent_framework from PyPI (100 MB) and under ours: the same must happen;
#                               a minute or two, or PEER_EXAMPLES=20000; with PEER_CHECKOUT=a checkout of its repository also its
#                               own tests and samples
#   make test-wheel             the same against its wheel, where there is nothing else but pytest and hypothesis
#   make bench                  the same work here and in the published peers, which it installs into build/peers; writes
#                               benchmarks/results; 20 minutes, or with BENCH=--quick 3
#   make bench-engine           what a superstep costs a C host and a Python host, beside the bare callback; seconds
#   make bench-storage          what storages cost: growing lists, rates, finding, resuming, large states, durability; minutes
#   make bench-micro            what one superstep, message, read, write, event, checkpoint byte, graph and run costs: ns, instructions,
#                               allocations; half a minute. `make test` fails beyond the bounds in benchmarks/micro/thresholds.json
#   make bench-micro-update     writes these bounds anew
#   make bench-scale            100,000 runs, a million executors, a million messages, 10,000 requests, 100 MB, 100,000 checkpoints:
#                               time and memory at three sizes, and how they grow; some minutes
#   make bench-parallel         what a second thread is worth to the pool and to many runs, and what threads share; a minute
#   make acknowledged           kills a program 200 times at each level of durability and counts what is missing
#   make sanitize               the C tests under the address and thread sanitizers; takes a few minutes
#   make install                to PREFIX (/usr/local), below DESTDIR: library, headers, pkg-config, CMake
#   make clean                  removes .build and build

PREFIX ?= /usr/local

VERSION := $(shell sed -n 's/^library //p' bindings/abi/version.txt)
ABI := $(shell sed -n 's/^abi //p' bindings/abi/version.txt)
SONAME := libworkflow.so.$(ABI)
LIBRARY := build/lib/libworkflow.so.$(VERSION)
UNSTRIPPED := .build/release/libworkflow.so
PYTEST := build/venv/bin/python -m pytest

SWIFT_SOURCES := Package.swift $(shell find Sources -type f) include/workflow_types.h include/module.modulemap
HEADERS := include/workflow.h include/workflow_types.h include/workflow_jansson.h

# These flags stand here because a package whose manifest has them cannot be a dependency of another.
# static-stdlib: no Swift runtime needed at run time. disable-implicit: one regular expression by accident would cost
# 1.4 MB, and a Task never runs in a forked child. nodelete: a Swift library must not be unloaded.
# Three let --gc-sections drop what nobody calls: function-sections and internalize-at-link of our own code (0.2 MB; the
# second says that only exports.map is public), the configuration of the standard library's (1 MB; see static_libraries.py). They
# cost no instruction. Left alone: icf=safe drops 0.03 MB more and makes backtraces lie; packed relocations 0.4 MB, but
# need glibc 2.36; -disable-reflection-metadata 0.08 MB, for the names in descriptions; unchecked exclusivity 0.02 MB, for a
# check that has to hold (`Guarded` makes it for less where every superstep pays). defsym: libstdc++ names this function in code
# that is dropped, and the library would ask for glibc 2.36 for nothing.
COMPILE_FLAGS := -c release -Xswiftc -static-stdlib \
    -Xswiftc -Xfrontend -Xswiftc -disable-implicit-string-processing-module-import \
    -Xswiftc -Xfrontend -Xswiftc -disable-implicit-concurrency-module-import \
    -Xswiftc -Xfrontend -Xswiftc -function-sections -Xswiftc -Xfrontend -Xswiftc -internalize-at-link \
    -Xswiftc -Xclang-linker -Xswiftc --config=$(CURDIR)/build/swift/link.cfg
LINK_FLAGS := -Xlinker --gc-sections -Xlinker --defsym=arc4random=0 -Xlinker -soname=$(SONAME) -Xlinker -z -Xlinker nodelete \
    -Xlinker "--version-script=$(CURDIR)/bindings/abi/exports.map"

.DEFAULT_GOAL := help
.PHONY: help setup lib header check-header test test-swift nightly test-abi test-kill test-faults nightly-faults test-python test-peer test-wheel bench bench-engine bench-storage bench-micro bench-micro-update bench-scale bench-parallel acknowledged sanitize demo install clean

help:
	@sed -n 's/^#   //p' Makefile

setup: build/setup-test.stamp

build/setup-%.stamp: .ci/setup
	@.ci/setup $*
	@mkdir -p build && touch $@

lib: $(LIBRARY)

# SwiftPM does not know what the library is linked with, so it is made to link again.
$(LIBRARY): $(SWIFT_SOURCES) bindings/abi/exports.map bindings/abi/static_libraries.py Makefile | build/setup-build.stamp
	@for part in exports.map static_libraries.py; do \
	    if [ bindings/abi/$$part -nt $(UNSTRIPPED) ]; then rm -f $(UNSTRIPPED); fi; \
	done
	python3 bindings/abi/static_libraries.py build/swift
	swift build $(COMPILE_FLAGS) --product workflow $(LINK_FLAGS)
	@mkdir -p $(@D)
	strip --strip-unneeded -o $@ $(UNSTRIPPED)
	ln -sf libworkflow.so.$(VERSION) build/lib/$(SONAME)
	ln -sf $(SONAME) build/lib/libworkflow.so

header: build/setup-build.stamp
	swift build $(COMPILE_FLAGS) --target WorkflowABI
	python3 bindings/abi/generate.py

check-header: lib
	python3 bindings/abi/generate.py --check

test: test-swift check-header test-abi test-kill test-faults test-python

# What failed stands at the end once more: of a log of three thousand lines that is what everybody reads.
test-swift: setup
	@mkdir -p build && rm -f build/swift-tests.passed
	{ swift test 2>&1 && touch build/swift-tests.passed; } | tee build/swift-tests.log
	@if [ ! -e build/swift-tests.passed ]; then \
	    printf '\nswift test has failed; all of it is in build/swift-tests.log. What failed:\n'; \
	    grep -a -A 4 -E 'recorded an issue|error:|Fatal error|signal code' build/swift-tests.log; \
	    exit 1; \
	fi

# Other graphs every day of the year. What it finds is printed with its seed, which belongs into `regressions`.
WORKFLOW_GRAPHS ?= 2200
WORKFLOW_RUNS ?= 100000
WORKFLOW_SEED ?= $(shell date +%y%j0000)

nightly: setup nightly-faults
	WORKFLOW_GRAPHS=$(WORKFLOW_GRAPHS) WORKFLOW_SEED=$(WORKFLOW_SEED) WORKFLOW_RUNS=$(WORKFLOW_RUNS) swift test --filter PropertyTests

test-abi: lib setup
	$(PYTEST) -q -n 2 --dist worksteal Tests

test-kill: lib setup
	build/venv/bin/python Tests/demo/kill_loop.py --kills 200
	build/venv/bin/python Tests/demo/refund_loop.py --kills 200

# What the storages survive: docs/faults.md. So much of it in `make test`, all of it in `make nightly`.
FAULT_STORAGES ?= directory sqlite
FAULT_PARTS := $(addprefix Tests/faults/,fs.c disk.c bench.c samples.c)
FAULT_PROGRAMS := $(addprefix build/faults/,inject crash flips contender)

# Of the calls that only look, one in so many; states for each point, of which one in so many crashes again, and one in so many
# of all without the durability full; one bit in so many; kills in all.
test-faults-%: LOOKS = 8
test-faults-%: CRASHES_directory = 100 8
test-faults-%: CRASHES_sqlite = 1 64 full 2
test-faults-%: PROCESS_directory = 2 16 process 16
test-faults-%: PROCESS_sqlite = 1 64 process 128
test-faults-%: EXIT_directory = 100 8 exit 1
test-faults-%: EXIT_sqlite = 1 64 exit 16
test-faults-%: BITS_directory = 4
test-faults-%: BITS_sqlite = 64
test-faults-%: KILLS = 150
nightly-faults-%: LOOKS = 1
nightly-faults-%: CRASHES_directory = 1000 2
nightly-faults-%: CRASHES_sqlite = 30 16
nightly-faults-%: PROCESS_directory = 20 16 process 2
nightly-faults-%: PROCESS_sqlite = 2 64 process 4
nightly-faults-%: EXIT_directory = 1000 2 exit 1
nightly-faults-%: EXIT_sqlite = 2 64 exit 1
nightly-faults-%: BITS_directory = 1
nightly-faults-%: BITS_sqlite = 1
nightly-faults-%: KILLS = 10000

# The storages beside each other: most of these programs keep one processor busy.
test-faults nightly-faults: $(FAULT_PROGRAMS)
	$(MAKE) -j $(words $(FAULT_STORAGES)) $(FAULT_STORAGES:%=$@-%)

test-faults-% nightly-faults-%: $(FAULT_PROGRAMS)
	build/faults/inject $* 1 $(LOOKS)
	build/faults/crash $* $(CRASHES_$*)
	build/faults/crash $* $(PROCESS_$*)
	build/faults/crash $* $(EXIT_$*)
	build/faults/flips $* $(BITS_$*) $(shell nproc)
	build/faults/flips $* $(BITS_$*) $(shell nproc) loop 6
	python3 Tests/faults/two_writers.py $* --kills $(KILLS)

build/faults/%: Tests/faults/%.c $(FAULT_PARTS) $(wildcard Tests/faults/*.h) $(LIBRARY) $(HEADERS)
	@mkdir -p $(@D)
	$(CC) -O1 -g -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Werror -Iinclude $< $(FAULT_PARTS) -o $@ -rdynamic \
	    -Lbuild/lib -Wl,-rpath,$(CURDIR)/build/lib -lworkflow -ljansson

test-python: lib setup
	$(PYTEST) -q -n 2 --dist loadfile bindings/python/tests

# Not a part of `make test`, which needs no network. The newest version that was compared is in peer/environment.py.
PEER_EXAMPLES ?= 300

test-peer: lib setup
	build/venv/bin/python bindings/python/peer/environment.py
	build/venv/bin/python bindings/python/peer/beside.py $(PEER_EXAMPLES)
ifdef PEER_CHECKOUT
	build/venv/bin/python bindings/python/peer/run.py $(PEER_CHECKOUT)
	build/venv/bin/python bindings/python/peer/run_samples.py $(PEER_CHECKOUT)
endif

test-wheel: lib setup
	build/venv/bin/python bindings/python/try_wheel.py build/wheel

sanitize: setup
	Tests/abi/sanitize.sh address
	Tests/abi/sanitize.sh thread

# What is in build/peers stays; `rm -r build/peers` for newer ones.
bench: lib build/bench-host build/bench-calls.so build/peers/installed
	python3 benchmarks/compare.py $(BENCH)

build/peers/installed: benchmarks/harness/install.py benchmarks/harness/workloads.py
	python3 benchmarks/harness/install.py
	touch $@

build/bench-calls.so: benchmarks/harness/calls.c
	$(CC) -O2 -std=c11 -Wall -Wextra -shared -fPIC $< -o $@

build/bench-host: benchmarks/peers/c_host.c benchmarks/measure.c benchmarks/measure.h $(LIBRARY) $(HEADERS)
	$(CC) -O2 -std=c11 -Wall -Wextra -Wpedantic -Iinclude $< benchmarks/measure.c -o $@ -Lbuild/lib -lworkflow -lsqlite3 -ljansson \
	    -Wl,-rpath,$(CURDIR)/build/lib

bench-engine: lib build/superstep
	build/superstep
	LIBWORKFLOW_LIBRARY=build/lib/libworkflow.so PYTHONPATH=bindings/python python3 benchmarks/superstep.py
	LIBWORKFLOW_LIBRARY=build/lib/libworkflow.so PYTHONPATH=bindings/python benchmarks/import.py

build/superstep: benchmarks/superstep.c $(LIBRARY) $(HEADERS)
	$(CC) -O2 -std=c11 -Wall -Wextra -Iinclude $< -o $@ -Lbuild/lib -lworkflow -Wl,-rpath,$(CURDIR)/build/lib

# In build/bench, or the folder WORKFLOW_BENCH: on a disk, if the numbers are to say anything about disks.
bench-storage: $(addprefix build/bench-,rate growing large resume latest durability)
	for program in $^; do $$program && echo || exit 1; done

bench-micro: lib setup
	python3 benchmarks/micro/micro.py

bench-micro-update: lib setup
	python3 benchmarks/micro/micro.py --update

bench-scale: lib setup build/bench-scale
	python3 benchmarks/scale.py

bench-parallel: lib setup build/bench-parallel
	python3 benchmarks/parallel.py

acknowledged: build/bench-acknowledged
	benchmarks/acknowledged.py

build/bench-%: benchmarks/%.c benchmarks/measure.c benchmarks/measure.h $(LIBRARY) $(HEADERS)
	$(CC) -O2 -std=c11 -Wall -Wextra -Wpedantic -Iinclude $< benchmarks/measure.c -o $@ -Lbuild/lib -lworkflow -lsqlite3 -ljansson \
	    -Wl,-rpath,$(CURDIR)/build/lib

demo: lib
	examples/wordcount/demo.sh

DESTINATION = $(DESTDIR)$(PREFIX)
FILL_IN := sed -e 's/@VERSION@/$(VERSION)/g' -e 's/@ABI@/$(ABI)/g'

install: lib
	install -d $(DESTINATION)/include $(DESTINATION)/lib/pkgconfig $(DESTINATION)/lib/cmake/workflow
	install -m 644 $(HEADERS) $(DESTINATION)/include
	install -m 755 $(LIBRARY) $(DESTINATION)/lib
	ln -sf libworkflow.so.$(VERSION) $(DESTINATION)/lib/$(SONAME)
	ln -sf $(SONAME) $(DESTINATION)/lib/libworkflow.so
	$(FILL_IN) bindings/c/workflow.pc.in > $(DESTINATION)/lib/pkgconfig/workflow.pc
	for file in workflow-config workflow-config-version; do \
	    $(FILL_IN) bindings/c/$$file.cmake.in > $(DESTINATION)/lib/cmake/workflow/$$file.cmake || exit 1; \
	done

clean:
	rm -rf .build build
