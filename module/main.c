// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/minivmx: loading, unloading and the system ioctls.
 */
#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/kvm.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/uaccess.h>

#include "cpuid.h"
#include "dirty_log.h"
#include "explain.h"
#include "guest_debug.h"
#include "mce.h"
#include "msr.h"
#include "system.h"
#include "tsc.h"
#include "vcpu.h"
#include "vm.h"
#include "vmx/vmxon.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/**
 * system_check_extension() - KVM_CHECK_EXTENSION, on the device and on a VM
 * @extension: KVM_CAP_* number
 *
 * Only what is implemented and tested is reported; every other number, known to
 * KVM or not, is 0.
 *
 * Return: 0 if not supported, 1 or the value that KVM's API gives it otherwise.
 */
int system_check_extension(unsigned long extension)
{
	switch (extension) {
	case KVM_CAP_USER_MEMORY:
	case KVM_CAP_DESTROY_MEMORY_REGION_WORKS:
	case KVM_CAP_JOIN_MEMORY_REGIONS_WORKS:
	case KVM_CAP_SYNC_MMU:
	case KVM_CAP_READONLY_MEM:
	case KVM_CAP_SET_TSS_ADDR:
	case KVM_CAP_SET_IDENTITY_MAP_ADDR:
	case KVM_CAP_SET_BOOT_CPU_ID:
	case KVM_CAP_EXT_CPUID:
	case KVM_CAP_EXT_EMUL_CPUID:
	case KVM_CAP_GET_MSR_FEATURES:
	case KVM_CAP_MP_STATE:
	case KVM_CAP_USER_NMI:
	case KVM_CAP_IMMEDIATE_EXIT:
	case KVM_CAP_INTERNAL_ERROR_DATA:
	case KVM_CAP_CHECK_EXTENSION_VM:
	case KVM_CAP_ENABLE_CAP:
	case KVM_CAP_ENABLE_CAP_VM:
	case KVM_CAP_VCPU_EVENTS:
	case KVM_CAP_SET_GUEST_DEBUG:
	case KVM_CAP_MSR_PLATFORM_INFO:
	case KVM_CAP_X86_USER_SPACE_MSR:
	case KVM_CAP_X86_MSR_FILTER:
	case KVM_CAP_X86_ROBUST_SINGLESTEP:
	case KVM_CAP_DEBUGREGS:
	case KVM_CAP_XSAVE:
	case KVM_CAP_SREGS2:
	case KVM_CAP_GET_TSC_KHZ:
	case KVM_CAP_VCPU_ATTRIBUTES:
	case KVM_CAP_EXCEPTION_PAYLOAD:
	case KVM_CAP_X86_TRIPLE_FAULT_EVENT:
	case KVM_CAP_EXIT_ON_EMULATION_FAILURE:
	case KVM_CAP_DISABLE_QUIRKS:
	case KVM_CAP_ENFORCE_PV_FEATURE_CPUID:
	case KVM_CAP_IOEVENTFD:
	case KVM_CAP_IOEVENTFD_NO_LENGTH:
	case KVM_CAP_IOEVENTFD_ANY_LENGTH:
	case KVM_CAP_COALESCED_PIO:
	case KVM_CAP_BINARY_STATS_FD:
	case KVM_CAP_MMU_SHADOW_CACHE_CONTROL:
	case KVM_CAP_ADJUST_CLOCK: /* KVM_GET_CLOCK sets none of its flags */
	case KVM_CAP_SIGNAL_MSI: /* as for IRQ_ROUTING below */
		return 1;
	case KVM_CAP_TSC_CONTROL:
	case KVM_CAP_VM_TSC_CONTROL:
		return tsc_can_scale();
	case KVM_CAP_COALESCED_MMIO:
		return VCPU_PAGE_RING;
	case KVM_CAP_DISABLE_QUIRKS2:
		return VM_QUIRKS;
	case KVM_CAP_EXIT_HYPERCALL:
		return VM_HYPERCALL_EXITS;
	case KVM_CAP_X86_DISABLE_EXITS:
		return vm_exits_to_disable();
	case KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2:
		return DIRTY_LOG_MANUAL_CAPS;
	case KVM_CAP_SET_GUEST_DEBUG2:
		return GUEST_DEBUG_CONTROLS;
	case KVM_CAP_SYNC_REGS:
		return KVM_SYNC_X86_VALID_FIELDS;
	case KVM_CAP_XCRS:
		return boot_cpu_has(X86_FEATURE_XSAVE);
	case KVM_CAP_MCE:
		return MSR_NR_MCE_BANKS;
	case KVM_CAP_XSAVE2:
		return sizeof(struct kvm_xsave);
	case KVM_CAP_IRQ_ROUTING:
		/* The ioctl fails as on KVM, but QEMU starts with nothing less. */
		return VM_MAX_IRQ_ROUTES;
	case KVM_CAP_NR_VCPUS:
		return min_t(unsigned int, num_online_cpus(), VM_MAX_VCPUS);
	case KVM_CAP_MAX_VCPUS:
		return VM_MAX_VCPUS;
	case KVM_CAP_MAX_VCPU_ID:
		return VM_MAX_VCPU_ID;
	case KVM_CAP_NR_MEMSLOTS:
		return MEMSLOT_MAX;
	default:
		return 0;
	}
}

static long get_mce_caps(void __user *argp)
{
	u64 caps = mce_supported_caps();

	return copy_to_user(argp, &caps, sizeof(caps)) ? -EFAULT : 0;
}

static long system_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *argp = (void __user *)arg;

	switch (cmd) {
	case KVM_GET_API_VERSION:
		return arg ? -EINVAL : KVM_API_VERSION;
	case KVM_CREATE_VM:
		return vm_create(arg);
	case KVM_CHECK_EXTENSION:
		return system_check_extension(arg);
	case KVM_GET_VCPU_MMAP_SIZE:
		return arg ? -EINVAL : VCPU_NR_PAGES * PAGE_SIZE;
	case KVM_GET_SUPPORTED_CPUID:
		return cpuid_get_supported(argp);
	case KVM_GET_EMULATED_CPUID:
		return cpuid_get_emulated(argp);
	case KVM_GET_MSR_INDEX_LIST:
		return msr_get_index_list(argp);
	case KVM_GET_MSR_FEATURE_INDEX_LIST:
		return msr_get_feature_index_list(argp);
	case KVM_GET_MSRS:
		return msr_ioctl_get_feature_msrs(argp);
	case KVM_X86_GET_MCE_CAP_SUPPORTED:
		return get_mce_caps(argp);
	default:
		return -EINVAL;
	}
}

static const struct file_operations system_fops = {
	.owner		= THIS_MODULE,
	.unlocked_ioctl	= system_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.llseek		= noop_llseek,
};

static struct miscdevice system_device = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "minivmx",
	.fops	= &system_fops,
	.mode	= 0660,
};

static int __init minivmx_init(void)
{
	int r;

	r = vmx_init();
	if (r)
		return r;

	explain_init();
	msr_init();
	r = cpuid_init();
	if (r)
		goto out_vmx;

	/* Last: from here on there are users. */
	r = misc_register(&system_device);
	if (r)
		goto out_vmx;

	return 0;

out_vmx:
	vmx_exit();
	return r;
}

static void __exit minivmx_exit(void)
{
	misc_deregister(&system_device);
	vmx_exit();
}

module_init(minivmx_init);
module_exit(minivmx_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A small VMX backend that speaks KVM's ioctl ABI");
MODULE_AUTHOR("The MiniVMX developers");
