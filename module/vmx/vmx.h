/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The VMX half of a virtual machine and of a virtual CPU.
 *
 * Everything below module/vmx/ speaks the SDM and knows nothing of the KVM ABI.
 *
 * Locking legend, one letter per member:
 *   (c) constant after creation
 *   (v) owned by whoever holds the vCPU mutex of the KVM half
 *   (p) as (v), and the VMCS is current on this CPU with preemption disabled
 *   (i) as (p), and written with interrupts disabled
 *   (e) ept.lock
 *   (a) atomic or READ_ONCE/WRITE_ONCE from any context
 */
#ifndef MINIVMX_VMX_VMX_H
#define MINIVMX_VMX_VMX_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <asm/vmx.h>

/* General-purpose registers in the order of their encoding in instructions. */
enum vmx_gpr {
	VMX_RAX, VMX_RCX, VMX_RDX, VMX_RBX, VMX_RSP, VMX_RBP, VMX_RSI, VMX_RDI,
	VMX_R8, VMX_R9, VMX_R10, VMX_R11, VMX_R12, VMX_R13, VMX_R14, VMX_R15,
	VMX_NR_GPRS
};

/* Segment registers in the order of the SDM's guest-state area. */
enum vmx_sreg {
	VMX_ES, VMX_CS, VMX_SS, VMX_DS, VMX_FS, VMX_GS, VMX_LDTR, VMX_TR,
	VMX_NR_SREGS
};

/* One segment register; access_rights is in VMCS format (bit 16: unusable). */
struct vmx_segment {
	u64 base;
	u32 limit;
	u32 access_rights;
	u16 selector;
};

/*
 * VMCS fields of which struct vmx_vcpu keeps a copy. A copy is good while its
 * bit is set in vmx_vcpu.cached; the guest-state ones among them are written
 * back before entry while their bit is set in vmx_vcpu.dirty. See guest.h.
 */
enum vmx_cached_field {
	VMX_CACHED_RIP,
	VMX_CACHED_RSP,
	VMX_CACHED_RFLAGS,
	VMX_CACHED_INTERRUPTIBILITY,
	VMX_CACHED_CR0,
	VMX_CACHED_CR3,
	VMX_CACHED_CR4,
	VMX_CACHED_CS_AR,
	VMX_CACHED_QUALIFICATION,
	VMX_CACHED_INSN_LEN,
	VMX_CACHED_INTR_INFO,
	VMX_CACHED_IDT_VECTORING,
};

/* What else an entry must see to: bits of vmx_vcpu.dirty above the fields'. */
#define VMX_DIRTY_XSTATE	BIT(30)	/* XCR0, IA32_XSS or who uses PKRU changed */
#define VMX_DIRTY_VM		BIT(31)	/* the VM is dead, or about to be */

/* vmx_vcpu.failed_access, with the field's encoding. */
#define VMX_FAILED_READ		BIT(30)
#define VMX_FAILED_WRITE	BIT(31)

/* How the last attempt to enter the guest ended. */
enum vmx_entry_outcome {
	VMX_ENTRY_EXITED,	/* the guest ran and exited: see reason */
	VMX_ENTRY_REFUSED,	/* exit reason with bit 31: VM-entry failure */
	VMX_ENTRY_FAIL_VALID,	/* VMfailValid: see insn_error */
	VMX_ENTRY_FAIL_INVALID,	/* VMfailInvalid: there is no number */
	VMX_ENTRY_FAULT,	/* VMLAUNCH/VMRESUME faulted: VMX is off */
	VMX_ENTRY_NONE,		/* there was no attempt yet */
};

/* vmx_exit.reason if there was no VM exit: with bit 31, as of failed entries. */
#define VMX_NO_EXIT_REASON	U32_MAX

/*
 * What the last attempt to enter left behind; qualification etc. are lazy. An
 * entry that succeeds writes the reason only: see vmx_entry_outcome().
 */
struct vmx_exit {
	u32 reason;		/* (p) full exit reason; basic one in bits 15:0 */
	enum vmx_entry_outcome without;	/* (p) why there is no exit reason */
	u32 insn_error;		/* (p) VM-instruction error, VMX_ENTRY_FAIL_VALID */
};

/* An event in the format of the VM-entry interruption information. */
struct vmx_event {
	u32 info;		/* INTR_INFO_* of <asm/vmx.h>; 0: none */
	u32 error_code;
	u32 insn_len;		/* software interrupts and exceptions only */
};

/*
 * Events on their way into the guest. At most one is injected per entry:
 * exceptions before NMIs before interrupts, and within each kind first what an
 * exit has interrupted in its delivery ("injected" is true, nothing can block
 * it). An event leaves this structure when an entry has taken it, so an entry
 * that is abandoned loses nothing.
 */
struct vmx_events {
	struct vmx_event exception;	/* (v) */
	bool exception_injected;	/* (v) delivery had begun: no new side effects */
	u64 exception_payload;		/* (v) CR2 or DR6 of a queued exception */
	bool exception_has_payload;	/* (v) */
	struct vmx_event interrupt;	/* (v) external or software interrupt */
	bool interrupt_injected;	/* (v) delivery had begun */
	u8 nmi_pending;			/* (v) 0..2 NMIs not yet delivered */
	bool nmi_injected;		/* (v) delivery had begun */
	bool nmi_held;			/* (v) no new NMI for now: a debugger's wish */
	bool triple_fault;		/* (v) a third fault while delivering #DF */
	bool irq_window_wanted;		/* (v) exit as soon as an interrupt can be taken */
	u32 entry_info;			/* (p) what the VMCS holds for the next entry */
	u64 nr_interrupts, nr_nmis;	/* (p) that entries have taken */
};

/* Guest values of MSRs that the CPU does not switch; index into vmx_vcpu.msr. */
enum vmx_switched_msr {
	VMX_MSR_STAR,
	VMX_MSR_LSTAR,
	VMX_MSR_CSTAR,
	VMX_MSR_SFMASK,
	VMX_MSR_TSC_AUX,
	VMX_MSR_KERNEL_GS_BASE,
	VMX_NR_SWITCHED_MSRS
};

/* Tables that one mapping can need: all levels below the root. */
#define EPT_STOCK	3

/* The EPT paging structures of one VM and their invalidation. See ept.c. */
struct ept {
	spinlock_t lock;	/* the paging structures */
	u64 *root;		/* (c) PML4 table */
	u64 eptp;		/* (c) EPT pointer as written to the VMCS */
	u8 phys_bits;		/* (c) physical-address width of the CPU */
	struct list_head detached;	/* (e) tables that the next flush frees */
	void *stock[EPT_STOCK];		/* (e) zeroed pages for tables */
	unsigned int nr_stock;		/* (e) for writing */
	atomic_t flush_gen;	/* (a) bumped before translations may be relied on to be gone */
	atomic_long_t pages;	/* (a) pages used by paging structures */
};

struct vmx_vcpu;

/* The VMX half of a VM. */
struct vmx_vm {
	struct ept ept;
	unsigned long *msr_bitmap;	/* (c) page; all ones but for what is safe */
	u32 proc_controls_forgone;	/* (a) new vCPUs start without these */
	bool residency_msrs_passed;	/* (a) among those that do not exit */
	spinlock_t vcpus_lock;		/* vcpus */
	struct list_head vcpus;		/* (vcpus_lock) for kicks: vmx_vcpu.vm_link */
	bool pml;			/* (a) the CPU logs what vCPUs write: pml.c */
	bool dead;			/* (a) a VMX instruction failed: no entry any more */
};

/* As many as the kernel's performance events ask to be switched. */
#define VMX_MAX_PERF_MSRS	4

/* Where a vCPU is, for those who want it out of the guest: vmx_vcpu.mode. */
enum vmx_mode {
	VMX_OUTSIDE_GUEST,
	VMX_IN_GUEST,		/* set with IRQs off before the last look at requests */
};

/* The VMX half of a vCPU. */
struct vmx_vcpu {
	/* vmenter.S knows the offsets of these four: see vmenter.h */
	unsigned long gpr[VMX_NR_GPRS];	/* (p) RSP only through guest.h */
	u64 spec_ctrl;			/* (p) the guest's IA32_SPEC_CTRL */
	unsigned long host_rsp;		/* (i) RSP while the guest has the CPU */
	bool launched;			/* (i) VMRESUME, not VMLAUNCH */

	/* copies of VMCS fields, see enum vmx_cached_field */
	u32 cached;			/* (p) */
	u32 dirty;			/* (p) and VMX_DIRTY_* */
	u32 failed_access;		/* (p) the last VMREAD or VMWRITE that failed, or 0 */
	unsigned long failed_value;	/* (p) what it should have written */
	unsigned long rip;		/* (p) */
	unsigned long rflags;		/* (p) */
	unsigned long cr0, cr3, cr4;	/* (p) guest CR0, CR3, CR4 as the VMCS has them */
	unsigned long qualification;	/* (p) */
	u32 interruptibility;		/* (p) */
	u32 cs_ar;			/* (p) */
	u32 insn_len;			/* (p) */
	u32 intr_info;			/* (p) */
	u32 idt_vectoring;		/* (p) */

	/* last exit */
	struct vmx_exit exit;

	/* events */
	struct vmx_events events;

	/* state switched in software */
	unsigned long cr2;		/* (p) */
	unsigned long dr[4];		/* (p) DR0-DR3 */
	unsigned long dr6;		/* (p) */
	unsigned long dr7;		/* (p) the guest's DR7; VMCS may hold a debugger's */
	unsigned long debugger_dr[4];	/* (p) its DR0-DR3 and DR7, which take the place */
	unsigned long debugger_dr7;	/* (p)   of the guest's while */
	bool debugger_has_dr;		/* (p)   this is true */
	u64 xcr0;			/* (p) vmx_set_xcr0() */
	u64 xss;			/* (p) vmx_set_xss() */
	u32 pkru;			/* (p) valid while not lent_pkru */
	u64 efer;			/* (p) as in the VMCS: no guest write without an exit */
	u64 msr[VMX_NR_SWITCHED_MSRS];	/* (p) through switch.c while guest_msrs_loaded */
	u64 host_kernel_gs_base;	/* (p) the task's, while guest_msrs_loaded */
	bool guest_msrs_loaded;		/* (p) */
	bool syscall_msrs_loaded;	/* (p) those for SYSCALL among them */

	/* the VMCS */
	struct vmx_vm *vm;		/* (c) */
	struct vmcs *vmcs;		/* (c) the VMCS region, one page */
	u64 vmcs_pa;			/* (c) its physical address */
	struct list_head loaded_link;	/* (i) in the list of the CPU where it is active */
	struct list_head vm_link;	/* vmx_vm.vcpus_lock */
	int loaded_cpu;			/* (a) CPU on which the VMCS is active, or -1 */
	u16 vpid;			/* (c) 0: none */
	u64 *pml_log;			/* (c) page; NULL: the CPU logs nothing */
	u32 pin_controls;		/* (p) copies of the VM-execution controls, */
	u32 proc_controls;		/* (p)   so that a change needs no VMREAD */
	u32 proc2_controls;		/* (p) */
	u32 entry_controls;		/* (p) */
	u32 exception_bitmap;		/* (p) */
	unsigned long cr0_shadow;	/* (p) CR0 read shadow */
	unsigned long cr4_shadow;	/* (p) CR4 read shadow */
	unsigned long cr4_guest_owned;	/* (p) CR4 bits that the guest changes without exit */
	u64 tsc_offset;			/* (p) in ticks of the guest */
	u64 tsc_multiplier;		/* (p) VMX_TSC_UNSCALED: the control is off */
	int ept_flush_gen;		/* (p) value of ept.flush_gen last honoured */
	u64 nr_ept_flushes;		/* (p) how often */
	enum vmx_mode mode;		/* (a) */

	/* host state as last written to the VMCS, so that it is written on change only */
	unsigned long host_cr3, host_cr4, host_fs_base;	/* (p) */
	u16 host_fs_sel, host_gs_sel;	/* (p) as the task has them */
	int host_cpu;			/* (p) CPU for which the per-CPU host fields were written */

	/* host state that VM exit loses, from the first entry after a load to the put */
	bool host_saved;		/* (p) the following are valid */
	u16 host_ds_sel, host_es_sel, host_ldt_sel;	/* (p) */
	u32 host_pkru;			/* (p) */

	/* what the CPU has between vmx_enter() and vmx_leave(), else the host's */
	u64 cpu_xcr0;			/* (i) */
	u64 cpu_xss;			/* (i) */
	bool lent_pkru;			/* (i) PKRU is the guest's */

	u64 host_debugctl;		/* (i) */
	unsigned int host_interrupts;	/* (i) see host_interrupts() in enter.c */
	bool flush_l1d;			/* (i) the host may have left secrets in the L1D */
	unsigned long put_switches;	/* (p) the task's context switches at the last put */

	/* MSR-load areas of VM entry and VM exit, see perf.c */
	u32 nr_perf_msrs;		/* (i) entries of each, as the VMCS has it */
	struct vmx_msr_entry perf_guest[VMX_MAX_PERF_MSRS];	/* (i) */
	struct vmx_msr_entry perf_host[VMX_MAX_PERF_MSRS];	/* (i) */
};

#endif /* MINIVMX_VMX_VMX_H */
