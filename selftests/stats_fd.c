// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_GET_STATS_FD: the file that describes itself, and what is counted.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

#include "test.h"

#define PORT		0x80
#define NAME_MAX_SIZE	256
#define MAX_VALUES	512

struct stats {
	int fd;
	struct kvm_stats_header header;
	uint8_t *descriptors;
	uint64_t values[MAX_VALUES];
};

static const struct kvm_stats_desc *descriptor(const struct stats *stats,
					       uint32_t i)
{
	return (void *)(stats->descriptors +
			i * (sizeof(struct kvm_stats_desc) +
			     stats->header.name_size));
}

static void stats_open(struct stats *stats, int of)
{
	size_t size;

	stats->fd = dev_ioctl_value(of, KVM_GET_STATS_FD, 0);
	if (stats->fd < 0)
		die("KVM_GET_STATS_FD");
	if (pread(stats->fd, &stats->header, sizeof(stats->header), 0) !=
	    sizeof(stats->header))
		die("header");
	size = stats->header.num_desc *
	       (sizeof(struct kvm_stats_desc) + stats->header.name_size);
	stats->descriptors = malloc(size);
	if (!stats->descriptors ||
	    pread(stats->fd, stats->descriptors, size,
		  stats->header.desc_offset) != (ssize_t)size)
		die("descriptors");
}

/* All values of now. */
static void stats_read(struct stats *stats)
{
	if (pread(stats->fd, stats->values, sizeof(stats->values),
		  stats->header.data_offset) <= 0)
		die("values");
}

static uint64_t value_of(const struct stats *stats, const char *name)
{
	for (uint32_t i = 0; i < stats->header.num_desc; i++) {
		const struct kvm_stats_desc *desc = descriptor(stats, i);

		if (!strcmp(desc->name, name))
			return stats->values[desc->offset / 8];
	}
	die("no statistic %s", name);
}

/* By how much one has grown since the values were read. */
static uint64_t growth(struct stats *stats, const char *name)
{
	uint64_t before = value_of(stats, name), after;
	struct stats now = *stats;

	stats_read(&now);
	after = value_of(&now, name);
	return after - before;
}

static void guest_ends(void)
{
	guest_done();
}

static void check_layout(struct __test_metadata *_metadata, int of,
			 const char *id)
{
	char read_id[NAME_MAX_SIZE] = "";
	uint64_t used[MAX_VALUES] = {}, size = 0;
	struct stats stats;

	stats_open(&stats, of);
	EXPECT_EQ(0, stats.header.flags);
	ASSERT_LT(0, stats.header.num_desc);
	ASSERT_GE(NAME_MAX_SIZE, stats.header.name_size);
	EXPECT_EQ(0, (stats.header.id_offset | stats.header.desc_offset |
		      stats.header.data_offset | stats.header.name_size) % 8);
	EXPECT_EQ(stats.header.name_size,
		  pread(stats.fd, read_id, stats.header.name_size,
			stats.header.id_offset));
	EXPECT_STREQ(id, read_id);

	for (uint32_t i = 0; i < stats.header.num_desc; i++) {
		const struct kvm_stats_desc *desc = descriptor(&stats, i);

		ASSERT_EQ(0, desc->offset % sizeof(uint64_t));
		ASSERT_LT(0, desc->size);
		ASSERT_GT(MAX_VALUES,
			  desc->offset / sizeof(uint64_t) + desc->size);
		for (uint32_t j = 0; j < desc->size; j++)
			EXPECT_EQ(0, used[desc->offset / sizeof(uint64_t) + j]++);
		EXPECT_LT(0, strlen(desc->name));
		EXPECT_GT(stats.header.name_size, strlen(desc->name));
		size += desc->size * sizeof(uint64_t);
	}
	/* Each value is described once, and nothing is behind them. */
	EXPECT_EQ((ssize_t)size,
		  pread(stats.fd, stats.values, sizeof(stats.values),
			stats.header.data_offset));
}

TEST(a_vm_describes_itself)
{
	struct machine machine;
	char id[NAME_MAX_SIZE];

	machine_create(&machine);
	EXPECT_EQ(1, dev_ioctl_value(machine.vm.kvm, KVM_CHECK_EXTENSION,
				     KVM_CAP_BINARY_STATS_FD));
	snprintf(id, sizeof(id), "kvm-%d", getpid());
	check_layout(_metadata, machine.vm.fd, id);
}

TEST(a_vcpu_describes_itself)
{
	struct vcpu vcpu;
	struct vm vm;
	char id[NAME_MAX_SIZE];

	vm_create(&vm);
	vcpu_create(&vm, &vcpu, 5);
	snprintf(id, sizeof(id), "kvm-%d/vcpu-5", getpid());
	check_layout(_metadata, vcpu.fd, id);
}

/* As one file, in pieces of any size, to its end. */
TEST(read_in_pieces)
{
	static uint8_t whole[16384], pieces[16384];
	struct machine machine;
	ssize_t size, n, done = 0;
	int fd;

	machine_create(&machine);
	fd = dev_ioctl_value(machine.vcpu.fd, KVM_GET_STATS_FD, 0);
	size = pread(fd, whole, sizeof(whole), 0);
	ASSERT_LT(0, size);
	ASSERT_GT((ssize_t)sizeof(whole), size);
	while ((n = read(fd, pieces + done, 7)) > 0)
		done += n;
	EXPECT_EQ(0, n);
	EXPECT_EQ(size, done);
	EXPECT_EQ(0, memcmp(whole, pieces, size));
	EXPECT_EQ(3, pread(fd, pieces, 100, size - 3));
	EXPECT_EQ(0, pread(fd, pieces, 100, size));
	EXPECT_EQ(0, pread(fd, pieces, 100, 1ll << 62));
	EXPECT_EQ(0, pread(fd, pieces, 0, 0));
}

TEST(the_file)
{
	struct rlimit limit = { .rlim_cur = 3, .rlim_max = 3 };
	uint8_t *nowhere = anonymous_memory(PAGE_SIZE);
	struct machine machine;
	uint64_t word = 0;
	int fd;

	ASSERT_EQ(0, mprotect(nowhere, PAGE_SIZE, PROT_NONE));
	machine_create(&machine);
	fd = dev_ioctl_value(machine.vm.fd, KVM_GET_STATS_FD, 0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(FD_CLOEXEC, fcntl(fd, F_GETFD));
	EXPECT_EQ(O_RDONLY, fcntl(fd, F_GETFL) & O_ACCMODE);
	EXPECT_EQ(-1, write(fd, &word, sizeof(word)));
	EXPECT_EQ(EBADF, errno);
	EXPECT_EQ(-1, pread(fd, nowhere, sizeof(word), 0));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, ioctl(fd, KVM_GET_STATS_FD, 0));
	EXPECT_EQ(ENOTTY, errno);

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	EXPECT_EQ(-EMFILE, dev_ioctl_value(machine.vm.fd, KVM_GET_STATS_FD, 0));
	EXPECT_EQ(-EMFILE, dev_ioctl_value(machine.vcpu.fd, KVM_GET_STATS_FD, 0));
}

/* The statistics keep what is counted. */
TEST(outlives_the_vm)
{
	struct stats of_vm, of_vcpu;
	struct machine machine;

	machine_start(&machine, guest_ends);
	stats_open(&of_vm, machine.vm.fd);
	stats_open(&of_vcpu, machine.vcpu.fd);
	stats_read(&of_vcpu);
	ASSERT_DONE(&machine.vcpu);
	machine_destroy(&machine);
	EXPECT_EQ(1, growth(&of_vcpu, "io_exits"));
	stats_read(&of_vm);
}

static void guest_exits(void)
{
	uint32_t out[4];

	for (int i = 0; i < 3; i++)
		outl(PORT, i);
	(void)inb(PORT);
	for (int i = 0; i < 5; i++)
		*(volatile uint32_t *)GPA_MMIO = i;
	(void)*(volatile uint32_t *)GPA_MMIO;
	for (int i = 0; i < 7; i++)
		asm volatile("hlt");
	for (int i = 0; i < 11; i++) {
		uint64_t rax = 1;

		asm volatile("vmcall" : "+a"(rax) : : "memory");
	}
	for (int i = 0; i < 100; i++)
		guest_cpuid(0, 0, out);
	guest_done();
}

static void run_to_the_end(struct vcpu *vcpu)
{
	int reason;

	do {
		reason = vcpu_run(vcpu);
		if (reason < 0)
			die("KVM_RUN");
	} while (reason != KVM_EXIT_IO || vcpu->run->io.port != PORT_DONE);
}

TEST(exits)
{
	struct machine machine;
	struct vcpu second;
	struct stats stats, idle;

	machine_start(&machine, guest_exits);
	vcpu_create(&machine.vm, &second, 1);
	stats_open(&stats, machine.vcpu.fd);
	stats_open(&idle, second.fd);
	stats_read(&stats);
	stats_read(&idle);
	run_to_the_end(&machine.vcpu);
	EXPECT_EQ(5, growth(&stats, "io_exits"));
	EXPECT_EQ(6, growth(&stats, "mmio_exits"));
	EXPECT_EQ(7, growth(&stats, "halt_exits"));
	EXPECT_EQ(11, growth(&stats, "hypercalls"));
	EXPECT_EQ(6, growth(&stats, "insn_emulation"));
	EXPECT_EQ(0, growth(&stats, "insn_emulation_fail"));
	/* And those for memory and of the host. */
	EXPECT_LE(5 + 6 + 7 + 11 + 100, growth(&stats, "exits"));
	EXPECT_LE(growth(&stats, "pf_fixed") + growth(&stats, "irq_exits"),
		  growth(&stats, "exits"));

	/* Another vCPU has counts of its own. */
	EXPECT_EQ(0, growth(&idle, "exits"));
	EXPECT_EQ(0, growth(&idle, "io_exits"));
}

#define GPA_FRESH	0x20000000ull
#define FRESH_PAGES	9

static void guest_touches(void)
{
	for (int i = 0; i < FRESH_PAGES; i++)
		*(volatile uint64_t *)(GPA_FRESH + i * PAGE_SIZE) = i;
	guest_done();
}

TEST(memory)
{
	struct machine machine;
	struct stats stats, of_vm;
	uint8_t *host = anonymous_memory(FRESH_PAGES * PAGE_SIZE);

	/* So that no access gets more than its own page. */
	ASSERT_EQ(0, madvise(host, FRESH_PAGES * PAGE_SIZE, MADV_NOHUGEPAGE));
	machine_start(&machine, guest_touches);
	ASSERT_EQ(0, vm_set_slot(&machine.vm, SLOT_FREE, 0, GPA_FRESH,
				 FRESH_PAGES * PAGE_SIZE, host));
	stats_open(&stats, machine.vcpu.fd);
	stats_open(&of_vm, machine.vm.fd);
	stats_read(&stats);
	stats_read(&of_vm);
	run_to_the_end(&machine.vcpu);
	EXPECT_LE(FRESH_PAGES, growth(&stats, "pf_fixed"));
	EXPECT_LE(growth(&stats, "pf_fixed"), growth(&stats, "pf_taken"));
	EXPECT_EQ(0, growth(&of_vm, "remote_tlb_flush_requests"));

	stats_read(&stats);
	vcpu_start(&machine.vcpu, guest_touches);
	run_to_the_end(&machine.vcpu);
	EXPECT_EQ(0, growth(&stats, "pf_fixed"));
	ASSERT_EQ(0, madvise(host, FRESH_PAGES * PAGE_SIZE, MADV_DONTNEED));
	EXPECT_LE(1, growth(&of_vm, "remote_tlb_flush_requests"));
	vcpu_start(&machine.vcpu, guest_touches);
	run_to_the_end(&machine.vcpu);
	EXPECT_EQ(FRESH_PAGES, growth(&stats, "pf_fixed"));
}

static volatile uint64_t taken;

static void guest_counts(struct guest_frame *frame)
{
	(void)frame;
	taken++;
}

static void guest_takes_events(void)
{
	guest_sync(1);
	asm volatile("sti\n\tnop\n\tcli");
	guest_sync(2);
	asm volatile("nop");
	guest_done();
}

/* An interrupt and an NMI, as the guest opens the window. */
static void deliver_events(struct __test_metadata *_metadata, struct vcpu *vcpu)
{
	struct kvm_interrupt irq = { .irq = 0x40 };

	ASSERT_SYNC(vcpu, 1);
	vcpu->run->request_interrupt_window = 1;
	ASSERT_EXIT(vcpu, KVM_EXIT_IRQ_WINDOW_OPEN);
	vcpu->run->request_interrupt_window = 0;
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_INTERRUPT, &irq));
	ASSERT_SYNC(vcpu, 2);
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_NMI, NULL));
	ASSERT_DONE(vcpu);
}

TEST(events)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	struct stats stats;

	machine_start(&machine, guest_takes_events);
	guest_handlers[0x40] = guest_counts;
	guest_handlers[NMI_VECTOR] = guest_counts;
	/* Later nothing of the delivery is new to the MMU, which would repeat it. */
	deliver_events(_metadata, vcpu);
	ASSERT_EQ(2, taken);
	stats_open(&stats, vcpu->fd);
	stats_read(&stats);
	vcpu_start(vcpu, guest_takes_events);
	deliver_events(_metadata, vcpu);
	EXPECT_EQ(4, taken);
	EXPECT_EQ(1, growth(&stats, "irq_injections"));
	EXPECT_EQ(1, growth(&stats, "nmi_injections"));
	EXPECT_EQ(1, growth(&stats, "irq_window_exits"));
	EXPECT_EQ(1, growth(&stats, "request_irq_exits"));
}

static void do_nothing(int signal)
{
	(void)signal;
}

TEST(signals)
{
	struct sigaction action = { .sa_handler = do_nothing };
	struct kvm_signal_mask *mask = calloc(1, sizeof(*mask) + 8);
	struct machine machine;
	struct stats stats;
	sigset_t set;

	machine_start(&machine, guest_ends);
	stats_open(&stats, machine.vcpu.fd);
	stats_read(&stats);
	/* Blocked but in KVM_RUN, and sent: it is there before the guest. */
	ASSERT_EQ(0, sigaction(SIGUSR1, &action, NULL));
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	ASSERT_EQ(0, sigprocmask(SIG_BLOCK, &set, NULL));
	mask->len = 8;
	ASSERT_EQ(0, dev_ioctl(machine.vcpu.fd, KVM_SET_SIGNAL_MASK, mask));
	ASSERT_EQ(0, raise(SIGUSR1));
	ASSERT_EQ(-EINTR, vcpu_run(&machine.vcpu));
	EXPECT_EQ(1, growth(&stats, "signal_exits"));
	EXPECT_EQ(0, growth(&stats, "io_exits"));
}

TEST_HARNESS_MAIN
