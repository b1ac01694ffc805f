/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The only place that knows kernel versions. One block per difference: what it
 * is, then what the rest of the module calls.
 */
#ifndef MINIVMX_COMPAT_H
#define MINIVMX_COMPAT_H

#include <linux/mm.h>
#include <linux/version.h>
#include <asm/reboot.h>

/*
 * Emergency callback: before 6.1.149 and 6.6 the kernel executes VMXOFF itself
 * on every CPU whose CR4.VMXE is set, and offers no callback.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0) || \
	(LINUX_VERSION_CODE >= KERNEL_VERSION(6, 1, 149) && \
	 LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0))
static inline void compat_register_emergency_callback(void (*vmxoff)(void))
{
	cpu_emergency_register_virt_callback(vmxoff);
}

static inline void compat_unregister_emergency_callback(void (*vmxoff)(void))
{
	cpu_emergency_unregister_virt_callback(vmxoff);
}
#else
static inline void compat_register_emergency_callback(void (*vmxoff)(void)) { }
static inline void compat_unregister_emergency_callback(void (*vmxoff)(void)) { }
#endif

/*
 * FRED: since 6.9 a CPU may deliver events without an IDT, and then an NMI of
 * the host that arrived in the guest goes through a function made for KVM.
 */
#ifdef CONFIG_X86_FRED
#include <asm/cpufeature.h>
#include <asm/fred.h>
#include <asm/trapnr.h>

static __always_inline bool compat_deliver_nmi_by_fred(void)
{
	if (!cpu_feature_enabled(X86_FEATURE_FRED))
		return false;
	fred_entry_from_kvm(EVENT_TYPE_NMI, X86_TRAP_NMI);
	return true;
}

/* With FRED every event exchanges the GS bases, and SWAPGS is undefined. */
static __always_inline bool compat_has_swapgs(void)
{
	return !cpu_feature_enabled(X86_FEATURE_FRED);
}
#else
static __always_inline bool compat_deliver_nmi_by_fred(void)
{
	return false;
}

static __always_inline bool compat_has_swapgs(void)
{
	return true;
}
#endif

/*
 * Memory: the frame behind an address of a VM_IO or VM_PFNMAP mapping, with
 * mmap_lock held; a negative errno if nothing is mapped there. 6.12 has no
 * follow_pte() any more.
 */
static inline int compat_follow_pfnmap(struct vm_area_struct *vma,
				       unsigned long address,
				       unsigned long *pfn, bool *writable)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	struct follow_pfnmap_args args = { .vma = vma, .address = address };
	int r;

	r = follow_pfnmap_start(&args);
	if (r)
		return r;
	*pfn = args.pfn;
	*writable = args.writable;
	follow_pfnmap_end(&args);
#else
	spinlock_t *lock;
	pte_t *pte;
	int r;

	r = follow_pte(vma->vm_mm, address, &pte, &lock);
	if (r)
		return r;
	*pfn = pte_pfn(*pte);
	*writable = pte_write(*pte);
	__acquire(lock); /* follow_pte() took it, unseen by sparse */
	pte_unmap_unlock(pte, lock);
#endif
	return 0;
}

/*
 * VMX controls: 6.12 has the "enable XSAVES/XRSTORS" control under a new name.
 */
#include <asm/vmx.h>
#ifndef SECONDARY_EXEC_XSAVES
#define SECONDARY_EXEC_XSAVES	SECONDARY_EXEC_ENABLE_XSAVES
#endif

/*
 * VMSCAPE: since 6.1.152 and 6.17 the kernel separates a guest's branch
 * predictions from the VMM's user mode, on a note that a guest has run.
 */
#include <asm/cpufeature.h>
#include <asm/nospec-branch.h>
#ifdef X86_FEATURE_IBPB_EXIT_TO_USER
static inline void compat_ibpb_at_exit_to_user(void)
{
	if (cpu_feature_enabled(X86_FEATURE_IBPB_EXIT_TO_USER))
		this_cpu_write(x86_ibpb_exit_to_user, true);
}
#else
static inline void compat_ibpb_at_exit_to_user(void) { }
#endif

/*
 * IA32_ARCH_CAPABILITIES: bits for defects that are younger than 6.1.
 */
#include <asm/msr-index.h>
#ifndef ARCH_CAP_BHI_NO
#define ARCH_CAP_BHI_NO		BIT(20)
#endif
#ifndef ARCH_CAP_GDS_NO
#define ARCH_CAP_GDS_NO		BIT(26)
#endif
#ifndef ARCH_CAP_RFDS_NO
#define ARCH_CAP_RFDS_NO	BIT(27)
#define ARCH_CAP_RFDS_CLEAR	BIT(28)
#endif
#ifndef ARCH_CAP_ITS_NO
#define ARCH_CAP_ITS_NO		BIT_ULL(62)
#endif

/* Those of them that the kernel knows the CPU does not have. */
static inline u64 compat_absent_defects(void)
{
	u64 absent = 0;

#ifdef X86_BUG_GDS
	if (!boot_cpu_has_bug(X86_BUG_GDS))
		absent |= ARCH_CAP_GDS_NO;
#endif
#ifdef X86_BUG_RFDS
	if (!boot_cpu_has_bug(X86_BUG_RFDS))
		absent |= ARCH_CAP_RFDS_NO;
#endif
#ifdef X86_BUG_ITS
	if (!boot_cpu_has_bug(X86_BUG_ITS))
		absent |= ARCH_CAP_ITS_NO;
#endif
	return absent;
}

/*
 * Suspend: since 6.12.114 and 6.19 the callbacks of the last CPU get an
 * argument, and their registration has another name.
 */
#include <linux/syscore_ops.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0) || \
	(LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 114) && \
	 LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0))
#define COMPAT_DEFINE_SYSCORE(name, on_suspend, on_resume)		\
	static int name##_suspend(void *unused)				\
	{								\
		return on_suspend();					\
	}								\
	static void name##_resume(void *unused)				\
	{								\
		on_resume();						\
	}								\
	static const struct syscore_ops name##_ops = {			\
		.suspend = name##_suspend,				\
		.resume = name##_resume,				\
	};								\
	static struct syscore name = { .ops = &name##_ops }
#define compat_register_syscore(s)	register_syscore(s)
#define compat_unregister_syscore(s)	unregister_syscore(s)
#else
#define COMPAT_DEFINE_SYSCORE(name, on_suspend, on_resume)		\
	static struct syscore_ops name = {				\
		.suspend = on_suspend,					\
		.resume = on_resume,					\
	}
#define compat_register_syscore(s)	register_syscore_ops(s)
#define compat_unregister_syscore(s)	unregister_syscore_ops(s)
#endif

/*
 * kvm_run: since 6.11 the name of one member warns the kernel's own code.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
#define compat_immediate_exit(run)	READ_ONCE((run)->immediate_exit__unsafe)
#else
#define compat_immediate_exit(run)	READ_ONCE((run)->immediate_exit)
#endif

/*
 * eventfd: since 6.8 it is signalled once at a time.
 */
#include <linux/eventfd.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
#define compat_eventfd_signal(ctx)	eventfd_signal(ctx)
#else
#define compat_eventfd_signal(ctx)	eventfd_signal(ctx, 1)
#endif

/*
 * KVM_EXIT_HYPERCALL: since 6.4 the member longmode is bit 0 of flags.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
#define compat_set_hypercall_mode(run, is_64bit)			\
	((run)->hypercall.flags = (is_64bit) ? KVM_EXIT_HYPERCALL_LONG_MODE : 0)
#else
#define compat_set_hypercall_mode(run, is_64bit)			\
	((run)->hypercall.longmode = (is_64bit))
#endif

#endif /* MINIVMX_COMPAT_H */
