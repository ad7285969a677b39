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
	@echo
	@echo "built: module/shutwatch.ko for $$(module/install/release $(KDIR)), and tools/shutwatch"
	@echo "try:   sudo insmod module/shutwatch.ko && sudo tools/shutwatch"
	@echo "keep:  sudo make install modules_install"

module:
	@test -e $(KDIR)/Makefile || { \
		echo "no kernel headers in $(KDIR): apt install linux-headers-$(shell uname -r), or make KDIR=/path/to/headers" >&2; \
		exit 1; }
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

tools:
	$(MAKE) -C tools

# What is relative is so to here, and not to tools/ or to the kernel's headers. Some
# shells leave a ~ as it is; and no name in a Makefile has a space in it.
path = $(if $(word 2,$($1)),$(error $1 is '$($1)': name a directory without spaces),$(abspath $(patsubst ~/%,$(HOME)/%,$($1))))
paths = DESTDIR=$(call path,DESTDIR) PREFIX=$(call path,PREFIX)

install: tools
	$(MAKE) -C tools install $(paths)

modules_install:
	@+module/install/modules $(KDIR) $(call path,DESTDIR)

# Both of these.
uninstall:
	$(MAKE) -C tools uninstall $(paths)
	@+module/install/modules-remove $(KDIR) $(call path,DESTDIR)

dkms-install:
	module/install/dkms

dkms-remove:
	module/install/dkms-remove

# Packages for Debian, in .build/deb.
deb:
	$(VM)/deps deb
	tools/debian/build

# They are installed, used and purged, each on the kernel of its Debian:
# make deb-check SUITE=trixie
deb-check:
	selftests/run/package_test $(SUITE)

# Packages for distributions of RPM's, in .build/rpm.
rpm: dist
	tools/rpm/build

# What is committed, as a tarball that needs no git.
VERSION = $(shell module/install/version)
dist:
	@mkdir -p .build
	git archive --prefix=shutwatch-$(VERSION)/ -o .build/shutwatch-$(VERSION).tar.gz HEAD
	@echo .build/shutwatch-$(VERSION).tar.gz

# At a glance, or the whole story of one: make demo RECIPE=R6
demo:
	@selftests/demo/demo.sh $(KERNEL) $(RECIPE)

# The README's pictures, anew.
pictures:
	selftests/pictures/run $(KERNEL)

# What people see who have read it.
transcripts:
	selftests/transcripts/run $(if $(filter command line environment,$(origin KERNEL)),$(KERNEL))

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

# Random programs against all that can be known of them: make torture SEED=7 N=1000
# Ends at a disagreement; SEED= and N=1 bring one program back.
SEED	?= 1
N	?= 1000
CPUS	?= 2
torture:
	selftests/torture/run -k $(KERNEL) -c $(CPUS) -- -s $(SEED) -n $(N)

# Programs that nobody here wrote, held against the wire: make suites SUITE='nginx go'
SUITE	?=
suites:
	selftests/suites/run -k $(KERNEL) $(SUITE)

# On a kernel that checks itself, or on one that looks for races; built from source
# the first time, which takes a quarter of an hour on an idle machine of two cores.
check-debug check-races: debugged = $(if $(filter command line environment,$(origin KERNEL)),$(KERNEL))
check-debug:
	selftests/vm/deps build vm kernel
	selftests/run/check_debug -s $(SEED) $(debugged)

check-races:
	selftests/vm/deps build vm kernel
	selftests/run/check_debug -r -s $(SEED) $(debugged)

# Loaded and unloaded under readers that are killed, then flooded with endings.
ROUNDS	?= 1000
ENDINGS	?= 100000
abuse:
	selftests/run/abuse -k $(KERNEL) -r $(ROUNDS) -e $(ENDINGS)

# What the kernels did in the last run of the matrix, as a table that is kept; or
# what some do, whichever they are, on stdout: make -s semantics KERNEL='6.1 ~/linux'
semantics:
	selftests/semantics/$(if $(filter command line environment,$(origin KERNEL)),table $(KERNEL),generate)

# What do two kernels do otherwise?  make semantics-diff A=6.1 B=~/linux
semantics-diff:
	@test '$(A)' -a '$(B)' || { echo 'which two kernels? make semantics-diff A=6.1 B=~/linux' >&2; exit 2; }
	@selftests/semantics/diff $(if $(CASE),-c $(CASE)) $(A) $(B)

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
	$(VM)/examine $(KERNEL)
	$(MAKE) -C tools
	$(VM)/build $(KERNEL)
	$(if $(value CMD),$(VM)/run -k $(KERNEL) -- sh -c '$(subst ','\'',$(value CMD))',$(VM)/run -k $(KERNEL) -i)

# What kbuild leaves, whichever kernel it was for.
KBUILD_LEFT := *.o *.ko *.mod *.mod.c .*.cmd .*.o.d modules.order Module.symvers .module-common.o .Module.symvers*
clean:
	$(MAKE) -C tools clean
	$(MAKE) -C selftests clean
	rm -f $(KBUILD_LEFT) $(addprefix module/,$(KBUILD_LEFT))
	rm -rf .build .tmp_versions

help:
	@echo 'make                       module and reader for the running kernel'
	@echo 'make KDIR=/path            ... for the kernel with these headers'
	@echo 'make demo [KERNEL=6.1]     the recipes on a Debian kernel in a VM'
	@echo 'make demo RECIPE=R6        ... the whole story of one, or some: RECIPE="R6 R8"'
	@echo 'make check [KERNEL=6.1]    all tests; on this kernel only; on all: KERNEL=all'
	@echo 'make check BUSY=1          ... beside busy loops; BUSY=6.12: on that kernel'
	@echo 'make check WITHOUT=1       ... without the module; WITHOUT=6.1: on that one, too'
	@echo 'make matrix [KERNEL=]      all tests on all kernels; BUSY= as above'
	@echo 'make tree                  the tests in a kernel tree, its own way'
	@echo 'make mutants               are the tests able to fail?'
	@echo 'make torture [SEED=] [N=]  random programs, judged; also CPUS= and KERNEL='
	@echo 'make suites [SUITE=]       nginx, redis, Go and others, judged; also KERNEL='
	@echo 'make check-debug [KERNEL=] on one with KASAN, lockdep, kmemleak, built from source'
	@echo 'make check-races [KERNEL=] on one with KCSAN, likewise'
	@echo 'make abuse [ROUNDS=]       loaded and unloaded under load, flooded; also ENDINGS='
	@echo 'make semantics [KERNEL=]   what the kernels do, as a table; on stdout with KERNEL='
	@echo 'make semantics-diff A= B=  what two kernels do otherwise; of one test: CASE='
	@echo "make pictures [KERNEL=6.1] the README's pictures, anew"
	@echo 'make transcripts [KERNEL=] what people type and see who have read it, anew'
	@echo 'make bench [KERNEL=6.1]    what it costs, beside ftrace, perf, bpftrace, bcc'
	@echo 'make bench-check           does it cost more than the committed figures say?'
	@echo 'make lint                  W=1, sparse, checkpatch, kernel-doc, shellcheck'
	@echo 'make vm [KERNEL=] [CMD=]   a shell, or a command, in a VM'
	@echo 'make install               reader, manual, completion, headers (PREFIX, DESTDIR)'
	@echo 'make modules_install       module for the kernel of KDIR (DESTDIR)'
	@echo 'make uninstall             removes what these two installed'
	@echo 'make dkms-install          module, rebuilt for every new kernel'
	@echo 'make dkms-remove           removes it'
	@echo 'make deb                   packages shutwatch and shutwatch-dkms, in .build/deb'
	@echo 'make deb-check [SUITE=]    installs, uses and purges them on Debian 12 and 13'
	@echo 'make rpm                   packages shutwatch and dkms-shutwatch, in .build/rpm'
	@echo 'make dist                  tarball of what is committed, in .build'
	@echo 'make clean'
	@echo
	@echo 'kernels: '`$(VM)/list -a`
	@echo '         or the path of any other: a build tree, a folder of .deb packages, a vmlinuz'

.PHONY: all module tools install modules_install uninstall dkms-install dkms-remove deb deb-check rpm dist demo pictures transcripts check matrix mutants torture suites abuse check-debug check-races semantics semantics-diff bench bench-check lint vm tree clean help
