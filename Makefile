# SPDX-License-Identifier: GPL-2.0
#
# One command each: `make demo`, `make test`. `make help` lists the rest.

KERNEL	?= stock
DEVICE	?= /dev/minivmx
BUILD	:= $(CURDIR)/build
MODULE	:= $(BUILD)/module/$(KERNEL)
KDIR	?= $(BUILD)/lab/$(KERNEL)/kdir
JOBS	?= $(shell nproc)

.DEFAULT_GOAL := help
.PHONY: help all setup module minivmm selftests demo test test-kvm test-diff test-qemu \
	bench bench-check check clean

help:
	@echo 'make demo [DEVICE=/dev/kvm]    boot Linux in minivmm in the emulated PC'
	@echo 'make test [KERNEL=6.12|debug]  run all tests in the emulated PC'
	@echo 'make test-kvm [TESTS=NAMES]    run KVM'"'"'s own selftests on KVM and on MiniVMX'
	@echo 'make test-diff [SEED=N] [COUNT=N]'
	@echo '                               run generated guests on KVM and on MiniVMX, compare'
	@echo 'make test-qemu                 boot Linux in Debian'"'"'s QEMU on KVM and on MiniVMX'
	@echo 'make bench                     the cost of exits beside kvm_intel'"'"'s'
	@echo 'make bench-check               the same, compared with the committed figures'
	@echo 'make check                     W=1, sparse and checkpatch'
	@echo 'make all                       build the module, minivmm and the tests'
	@echo 'make module KDIR=DIR           build the module for the kernel built in DIR,'
	@echo '                               e.g. KDIR=/lib/modules/$$(uname -r)/build'
	@echo 'make clean                     remove build products, keep the lab'
	@echo
	@echo 'lab/run -- COMMAND             run COMMAND in the emulated PC; see lab/README.md'

all: module minivmm selftests

setup:
	@lab/setup --kernel stock --kernel $(KERNEL)

# One build directory per kernel: a farm of links to the sources, for kbuild
# leaves its objects beside them. Without BTF, which needs pahole. Runs of the lab may want it at the same time.
module:
	@test -e $(KDIR)/Makefile || lab/setup --kernel $(KERNEL)
	@mkdir -p $(MODULE)
	@cp -rsf $(CURDIR)/Kbuild $(CURDIR)/module $(CURDIR)/uapi $(MODULE)/
	@flock $(MODULE)/.lock $(MAKE) --no-print-directory -j$(JOBS) -C $(KDIR) M=$(MODULE) \
		CONFIG_DEBUG_INFO_BTF_MODULES= $(KBUILD_ARGS) modules

minivmm:
	@test -e $(KDIR)/Makefile || lab/setup --kernel $(KERNEL)
	@echo 'building minivmm'
	@$(MAKE) -s -j$(JOBS) -C userspace BUILD=$(BUILD)/userspace KDIR=$(KDIR)
	@userspace/mkinitrd $(BUILD)/userspace/initrd

selftests: minivmm
	@selftests/setup
	@echo 'building the tests'
	@$(MAKE) -s -j$(JOBS) -C selftests BUILD=$(BUILD)/selftests
	@$(MAKE) -s -j$(JOBS) -C userspace/tests BUILD=$(BUILD)/userspace
	@$(MAKE) -s -j$(JOBS) -C selftests/unit BUILD=$(BUILD)/unit

demo: setup module minivmm
	@userspace/run-demo $(DEVICE)

test: setup module minivmm selftests
	@selftests/run-all --kernel $(KERNEL)

# Two CPUs, for the tests that move threads between them.
test-kvm: setup module
	@selftests/setup
	@$(MAKE) -s -j$(JOBS) -C selftests/kvm BUILD=$(BUILD)/kvm
	@lab/run --kernel $(KERNEL) --kvm --cpus 2 --mem 2048 --cmdline mitigations=off \
		--timeout 3600 --add $(BUILD)/kvm -- kvm/run $(TESTS)

# Another seed each time: what it prints runs again with SEED=.
test-diff: SEED ?= $(shell date +%s)000000
test-diff: COUNT ?= 3000
test-diff: setup module selftests
	@lab/run --kernel $(KERNEL) --kvm --cmdline mitigations=off --timeout 3600 \
		--add $(BUILD)/selftests/diff -- diff/diff --seed $(SEED) --count $(COUNT)

test-qemu: setup module
	@selftests/qemu/test --kernel $(KERNEL)

bench bench-check: setup module
	@bench/setup
	@$(MAKE) -s -C bench BUILD=$(BUILD)/bench $(if $(filter bench,$@),bench,check)

check: setup
	@lab/check

clean:
	rm -rf $(BUILD)/module $(BUILD)/userspace $(BUILD)/selftests $(BUILD)/kvm $(BUILD)/kvm.obj
