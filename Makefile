# SPDX-License-Identifier: GPL-2.0-only
#
#	make			the module and the reader, for the running kernel
#	make demo		eleven recipes on a real kernel, in a VM
#	make check		all tests
#	make help		the rest

KDIR	?= /lib/modules/$(shell uname -r)/build
KERNEL	?= 6.1
PREFIX	?= /usr/local
DESTDIR	?=
VM	:= selftests/vm

all: module tools

module:
	@test -e $(KDIR)/Makefile || { \
		echo "no kernel headers in $(KDIR): apt install linux-headers-$(shell uname -r), or make KDIR=/path/to/headers" >&2; \
		exit 1; }
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

tools:
	$(MAKE) -C tools

install: tools
	$(MAKE) -C tools install DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)

modules_install:
	$(MAKE) -C $(KDIR) M=$(CURDIR) INSTALL_MOD_DIR=updates modules_install

dkms-install:
	module/dkms-install

# At a glance, or the whole story of one: make demo RECIPE=R6
demo:
	@selftests/demo/demo.sh $(KERNEL) $(RECIPE)

check:
	selftests/run/check $(if $(filter command line environment,$(origin KERNEL)),$(KERNEL))

# On all kernels, or on some: make matrix KERNEL='6.1 7.x'
matrix:
	selftests/vm/deps build vm
	selftests/run/matrix $(if $(filter command line environment,$(origin KERNEL)),$(KERNEL))

# The tests dropped into a kernel tree, built and run its own way.
tree:
	$(VM)/deps build vm
	selftests/run/tree_test

# Would the tests notice?  Every one of these has to be caught.
mutants:
	selftests/vm/deps build vm
	selftests/mutants/run

# What the kernels did in the last run of the matrix, as a table.
semantics:
	selftests/semantics/generate

# What it costs, in counted instructions, beside what others cost; on all three
# kernels it goes into the README, too.
BENCH_ON := $(if $(filter command line environment,$(origin KERNEL)),$(KERNEL))
bench:
	selftests/vm/deps build vm
	selftests/bench/run $(or $(BENCH_ON),-p)

# Does it cost more than it did?
bench-check:
	selftests/vm/deps build vm
	selftests/bench/check $(BENCH_ON)

lint:
	selftests/run/lint

# A shell in a VM with the module built and the tree mounted; or one command:
# make vm CMD='insmod $SHUTWATCH_KO && cat /sys/kernel/debug/shutwatch/stats'
vm:
	$(VM)/deps build vm
	$(MAKE) -C tools
	$(VM)/build $(KERNEL)
	$(if $(value CMD),$(VM)/run -k $(KERNEL) -- sh -c '$(subst ','\'',$(value CMD))',$(VM)/run -k $(KERNEL) -i)

clean:
	$(MAKE) -C tools clean
	$(MAKE) -C selftests clean
	-test ! -e $(KDIR)/Makefile || $(MAKE) -C $(KDIR) M=$(CURDIR) clean
	rm -rf .build

help:
	@echo 'make                       module and reader for the running kernel'
	@echo 'make KDIR=/path            ... for the kernel with these headers'
	@echo 'make demo [KERNEL=6.1]     the recipes on a Debian kernel in a VM'
	@echo 'make demo RECIPE=R6        ... the whole story of one, or some: RECIPE="R6 R8"'
	@echo 'make check [KERNEL=6.1]    all tests; on this kernel only; on all: KERNEL=all'
	@echo 'make check BUSY=1          ... beside busy loops; BUSY=6.12: on that kernel'
	@echo 'make matrix [KERNEL=]      all tests on all kernels; BUSY= as above'
	@echo 'make tree                  the tests in a kernel tree, its own way'
	@echo 'make mutants               are the tests able to fail?'
	@echo 'make semantics             what the kernels do, as a table'
	@echo 'make bench [KERNEL=6.1]    what it costs, beside ftrace, perf, bpftrace, bcc'
	@echo 'make bench-check           does it cost more than the committed figures say?'
	@echo 'make lint                  W=1, sparse, checkpatch, kernel-doc, shellcheck'
	@echo 'make vm [KERNEL=] [CMD=]   a shell, or a command, in a VM'
	@echo 'make install               reader, manual, completion (PREFIX, DESTDIR)'
	@echo 'make modules_install       module into the running kernel'"'"'s tree'
	@echo 'make dkms-install          module, rebuilt for every new kernel'
	@echo 'make clean'
	@echo
	@echo 'kernels: '`$(VM)/list`

.PHONY: all module tools install modules_install dkms-install demo check matrix mutants semantics bench bench-check lint vm tree clean help
