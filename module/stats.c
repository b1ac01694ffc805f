// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_GET_STATS_FD: a file that describes a VM's or vCPU's statistics and has
 * their values, in four blocks without gaps: header, id, descriptors, values.
 */
#include <linux/anon_inodes.h>
#include <linux/build_bug.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kvm.h>
#include <linux/module.h>
#include <linux/uaccess.h>

#include "stats.h"
#include "vcpu.h"
#include "vm.h"

/* KVM's size of the id and of each name. */
#define NAME_SIZE	48

/* struct kvm_stats_desc with its name. */
struct descriptor {
	u32 flags;
	s16 exponent;
	u16 size;		/* values */
	u32 offset;		/* in the block of values, bytes */
	u32 bucket_size;
	char name[NAME_SIZE];
};

static_assert(offsetof(struct descriptor, name) ==
	      offsetof(struct kvm_stats_desc, name));

/* All of them count events since the VM's or vCPU's creation. */
#define COUNTER(type, stat) {						\
	.flags = KVM_STATS_TYPE_CUMULATIVE | KVM_STATS_UNIT_NONE |	\
		 KVM_STATS_BASE_POW10,					\
	.size = 1,							\
	.offset = offsetof(struct type, stat),				\
	.name = #stat,							\
}

static const struct descriptor vcpu_descriptors[] = {
	COUNTER(vcpu_stats, pf_taken),
	COUNTER(vcpu_stats, pf_fixed),
	COUNTER(vcpu_stats, pf_emulate),
	COUNTER(vcpu_stats, pf_guest),
	COUNTER(vcpu_stats, tlb_flush),
	COUNTER(vcpu_stats, exits),
	COUNTER(vcpu_stats, io_exits),
	COUNTER(vcpu_stats, mmio_exits),
	COUNTER(vcpu_stats, signal_exits),
	COUNTER(vcpu_stats, irq_window_exits),
	COUNTER(vcpu_stats, nmi_window_exits),
	COUNTER(vcpu_stats, halt_exits),
	COUNTER(vcpu_stats, request_irq_exits),
	COUNTER(vcpu_stats, irq_exits),
	COUNTER(vcpu_stats, insn_emulation),
	COUNTER(vcpu_stats, insn_emulation_fail),
	COUNTER(vcpu_stats, hypercalls),
	COUNTER(vcpu_stats, irq_injections),
	COUNTER(vcpu_stats, nmi_injections),
};

static const struct descriptor vm_descriptors[] = {
	COUNTER(vm_stats, remote_tlb_flush_requests),
};

static_assert(sizeof(struct vcpu_stats) ==
	      ARRAY_SIZE(vcpu_descriptors) * sizeof(u64));
static_assert(sizeof(struct vm_stats) ==
	      ARRAY_SIZE(vm_descriptors) * sizeof(u64));

#define HEADER(descriptors) {						\
	.name_size = NAME_SIZE,						\
	.num_desc = ARRAY_SIZE(descriptors),				\
	.id_offset = sizeof(struct kvm_stats_header),			\
	.desc_offset = sizeof(struct kvm_stats_header) + NAME_SIZE,	\
	.data_offset = sizeof(struct kvm_stats_header) + NAME_SIZE +	\
		       sizeof(descriptors),				\
}

static const struct kvm_stats_header vcpu_header = HEADER(vcpu_descriptors);
static const struct kvm_stats_header vm_header = HEADER(vm_descriptors);

struct block {
	const void *start;
	size_t size;
};

#define NR_BLOCKS	4

/* What read() and pread() get of the blocks as one file. */
static ssize_t read_blocks(const struct block *blocks, char __user *buf,
			   size_t count, loff_t *pos)
{
	size_t done = 0, n;
	loff_t skip = *pos;
	unsigned int i;

	for (i = 0; i < NR_BLOCKS && done < count; i++) {
		if (skip >= blocks[i].size) {
			skip -= blocks[i].size;
			continue;
		}
		n = min_t(size_t, blocks[i].size - skip, count - done);
		if (copy_to_user(buf + done, blocks[i].start + skip, n))
			return -EFAULT;
		done += n;
		skip = 0;
	}
	*pos += done;
	return done;
}

static ssize_t vcpu_stats_read(struct file *file, char __user *buf,
			       size_t count, loff_t *pos)
{
	struct vcpu *vcpu = file->private_data;
	struct vcpu_stats stats = vcpu->stats;
	char id[NAME_SIZE] = "";
	const struct block blocks[NR_BLOCKS] = {
		{ &vcpu_header, sizeof(vcpu_header) },
		{ id, sizeof(id) },
		{ vcpu_descriptors, sizeof(vcpu_descriptors) },
		{ &stats, sizeof(stats) },
	};

	snprintf(id, sizeof(id), "kvm-%d/vcpu-%u", vcpu->vm->creator, vcpu->id);
	stats.tlb_flush = READ_ONCE(vcpu->vmx.nr_ept_flushes);
	stats.irq_injections = READ_ONCE(vcpu->vmx.events.nr_interrupts);
	stats.nmi_injections = READ_ONCE(vcpu->vmx.events.nr_nmis);
	return read_blocks(blocks, buf, count, pos);
}

static ssize_t vm_stats_read(struct file *file, char __user *buf, size_t count,
			     loff_t *pos)
{
	struct vm *vm = file->private_data;
	struct vm_stats stats;
	char id[NAME_SIZE] = "";
	const struct block blocks[NR_BLOCKS] = {
		{ &vm_header, sizeof(vm_header) },
		{ id, sizeof(id) },
		{ vm_descriptors, sizeof(vm_descriptors) },
		{ &stats, sizeof(stats) },
	};

	snprintf(id, sizeof(id), "kvm-%d", vm->creator);
	stats.remote_tlb_flush_requests =
		(u32)atomic_read(&vm->vmx.ept.flush_gen);
	return read_blocks(blocks, buf, count, pos);
}

static int vcpu_stats_release(struct inode *inode, struct file *file)
{
	struct vcpu *vcpu = file->private_data;

	vm_put(vcpu->vm);
	return 0;
}

static int vm_stats_release(struct inode *inode, struct file *file)
{
	vm_put(file->private_data);
	return 0;
}

/* As on KVM, lseek() moves nothing: pread() is what the values are read by. */
static const struct file_operations vcpu_stats_fops = {
	.owner		= THIS_MODULE,
	.release	= vcpu_stats_release,
	.read		= vcpu_stats_read,
	.llseek		= noop_llseek,
};

static const struct file_operations vm_stats_fops = {
	.owner		= THIS_MODULE,
	.release	= vm_stats_release,
	.read		= vm_stats_read,
	.llseek		= noop_llseek,
};

static int stats_fd(struct vm *vm, const char *name,
		    const struct file_operations *fops, void *counted)
{
	struct file *file;
	int fd;

	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		return fd;
	file = anon_inode_getfile(name, fops, counted, O_RDONLY);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return PTR_ERR(file);
	}

	vm_get(vm);
	file->f_mode |= FMODE_PREAD;
	/* Last: the file is reachable from here on. */
	fd_install(fd, file);
	return fd;
}

/**
 * stats_vcpu_fd() - KVM_GET_STATS_FD of a vCPU
 * @vcpu: the vCPU
 *
 * Context: may sleep.
 * Return: a descriptor to read from, which keeps the VM alive; or what getting
 * one gives.
 */
int stats_vcpu_fd(struct vcpu *vcpu)
{
	char name[sizeof("kvm-vcpu-stats:4294967295")];

	snprintf(name, sizeof(name), "kvm-vcpu-stats:%u", vcpu->id);
	return stats_fd(vcpu->vm, name, &vcpu_stats_fops, vcpu);
}

/**
 * stats_vm_fd() - KVM_GET_STATS_FD of a VM
 * @vm: the VM
 *
 * Context: may sleep.
 * Return: as stats_vcpu_fd().
 */
int stats_vm_fd(struct vm *vm)
{
	return stats_fd(vm, "kvm-vm-stats", &vm_stats_fops, vm);
}
