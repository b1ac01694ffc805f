// SPDX-License-Identifier: GPL-2.0
#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/string.h>
#else
#include <errno.h>
#include <string.h>
#endif
#include <linux/kernel.h>
#include <field_names.h>
#include <entry_check_internal.h>
#include "model.h"

#define CODE64		0xa09b
#define CODE32		0xc09b
#define DATA32		0xc093
#define REAL_SEGMENT	0x0093
#define VM86_SEGMENT	0x00f3
#define BUSY_TSS	0x008b
#define LDT		0x0082
#define UNUSABLE	0x10000

#define PAT_RESET	0x0007040600070406ull

#define ALLOWED(must, may) ((u64)(may) << 32 | (must))

static const struct vmx_entry_caps every_feature = {
	.basic = MODEL_REVISION | BIT_ULL(55),
	.misc = 4 << 16 | 0x1c0,
	.pin_based = ALLOWED(0x16, 0xff),
	.proc_based = ALLOWED(0x04006172, 0xfffffffe),
	.proc_based2 = ALLOWED(0, 0xffdfffff),
	.proc_based3 = BIT(4),
	.exit = ALLOWED(0x36dfb, 0xffffffff),
	.exit2 = BIT(3),
	.entry = ALLOWED(0x11fb, 0x00ffffff),
	.cr0_fixed0 = X86_CR0_PE | X86_CR0_NE | X86_CR0_PG,
	.cr0_fixed1 = 0xffffffff,
	.cr4_fixed0 = X86_CR4_VMXE,
	.cr4_fixed1 = 0x00ff7fff,
	.ept_vpid = VMX_EPT_PAGE_WALK_4_BIT | VMX_EPTP_WB_BIT | VMX_EPT_AD_BIT,
	.vmfunc = VMX_VMFUNC_EPTP_SWITCHING,
	.efer_bits = 0xd01,
	.debugctl_bits = 0xffc3,
	.perf_global_ctrl_bits = 0x70000000full,
	.rtit_ctl_bits = 0xffff,
	.lbr_ctl_bits = 0x7f000f,
	.phys_bits = MODEL_PHYS_BITS,
	.linear_bits = 48,
	.sgx = true,
	.rtm = true,
	.sti_blocks_nmi = true,
};

/* Fields that only some processors have: those where a bit of @bits may be 1. */
static const struct {
	u32 first, last;
	size_t caps;
	u64 bits;
} conditional_fields[] = {
#define CONTROL(first, last, member, bits) \
	{ first, last, offsetof(struct vmx_entry_caps, member), (u64)(bits) << 32 }
#define BITS64(first, last, member, bits) \
	{ first, last, offsetof(struct vmx_entry_caps, member), bits }
	CONTROL(VIRTUAL_PROCESSOR_ID, VIRTUAL_PROCESSOR_ID, proc_based2,
		SECONDARY_EXEC_ENABLE_VPID),
	CONTROL(POSTED_INTR_NV, POSTED_INTR_NV, pin_based, PIN_BASED_POSTED_INTR),
	BITS64(LAST_PID_POINTER_INDEX, LAST_PID_POINTER_INDEX, proc_based3,
	       TERTIARY_EXEC_IPI_VIRT),
	CONTROL(GUEST_UINV, GUEST_UINV, entry, ENTRY_LOAD_UINV),
	CONTROL(MSR_BITMAP, MSR_BITMAP, proc_based, CPU_BASED_USE_MSR_BITMAPS),
	CONTROL(PML_ADDRESS, PML_ADDRESS, proc_based2, SECONDARY_EXEC_ENABLE_PML),
	CONTROL(VIRTUAL_APIC_PAGE_ADDR, VIRTUAL_APIC_PAGE_ADDR, proc_based,
		CPU_BASED_TPR_SHADOW),
	CONTROL(APIC_ACCESS_ADDR, APIC_ACCESS_ADDR, proc_based2,
		SECONDARY_EXEC_VIRTUALIZE_APIC_ACCESSES),
	CONTROL(POSTED_INTR_DESC_ADDR, POSTED_INTR_DESC_ADDR, pin_based,
		PIN_BASED_POSTED_INTR),
	CONTROL(VM_FUNCTION_CONTROL, VM_FUNCTION_CONTROL, proc_based2,
		SECONDARY_EXEC_ENABLE_VMFUNC),
	CONTROL(EPT_POINTER, EPT_POINTER, proc_based2, SECONDARY_EXEC_ENABLE_EPT),
	BITS64(EPTP_LIST_ADDRESS, EPTP_LIST_ADDRESS, vmfunc, VMX_VMFUNC_EPTP_SWITCHING),
	CONTROL(VMREAD_BITMAP, VMWRITE_BITMAP, proc_based2, SECONDARY_EXEC_SHADOW_VMCS),
	CONTROL(VE_INFORMATION_ADDRESS, VE_INFORMATION_ADDRESS, proc_based2,
		PROC2_EPT_VIOLATION_VE),
	CONTROL(SPP_TABLE_POINTER, SPP_TABLE_POINTER, proc_based2, PROC2_SUB_PAGE_WRITE),
	CONTROL(TERTIARY_VM_EXEC_CONTROL, TERTIARY_VM_EXEC_CONTROL, proc_based,
		CPU_BASED_ACTIVATE_TERTIARY_CONTROLS),
	BITS64(PID_POINTER_TABLE, PID_POINTER_TABLE, proc_based3, TERTIARY_EXEC_IPI_VIRT),
	CONTROL(SECONDARY_VM_EXIT_CONTROLS, SECONDARY_VM_EXIT_CONTROLS, exit,
		EXIT_SECONDARY_CONTROLS),
	CONTROL(GUEST_IA32_PAT, GUEST_IA32_PAT, entry, VM_ENTRY_LOAD_IA32_PAT),
	CONTROL(GUEST_IA32_EFER, GUEST_IA32_EFER, entry, VM_ENTRY_LOAD_IA32_EFER),
	CONTROL(GUEST_IA32_PERF_GLOBAL_CTRL, GUEST_IA32_PERF_GLOBAL_CTRL, entry,
		VM_ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL),
	CONTROL(GUEST_PDPTR0, GUEST_PDPTR3, proc_based2, SECONDARY_EXEC_ENABLE_EPT),
	CONTROL(GUEST_BNDCFGS, GUEST_BNDCFGS, entry, VM_ENTRY_LOAD_BNDCFGS),
	CONTROL(GUEST_IA32_RTIT_CTL, GUEST_IA32_RTIT_CTL, entry,
		VM_ENTRY_LOAD_IA32_RTIT_CTL),
	CONTROL(GUEST_IA32_LBR_CTL, GUEST_IA32_LBR_CTL, entry, ENTRY_LOAD_LBR_CTL),
	CONTROL(GUEST_IA32_PKRS, GUEST_IA32_PKRS, entry, ENTRY_LOAD_PKRS),
	CONTROL(HOST_IA32_PAT, HOST_IA32_PAT, exit, VM_EXIT_LOAD_IA32_PAT),
	CONTROL(HOST_IA32_EFER, HOST_IA32_EFER, exit, VM_EXIT_LOAD_IA32_EFER),
	CONTROL(HOST_IA32_PERF_GLOBAL_CTRL, HOST_IA32_PERF_GLOBAL_CTRL, exit,
		VM_EXIT_LOAD_IA32_PERF_GLOBAL_CTRL),
	CONTROL(HOST_IA32_PKRS, HOST_IA32_PKRS, exit, EXIT_LOAD_PKRS),
	CONTROL(TPR_THRESHOLD, TPR_THRESHOLD, proc_based, CPU_BASED_TPR_SHADOW),
	CONTROL(SECONDARY_VM_EXEC_CONTROL, SECONDARY_VM_EXEC_CONTROL, proc_based,
		CPU_BASED_ACTIVATE_SECONDARY_CONTROLS),
	CONTROL(GUEST_S_CET, GUEST_INTR_SSP_TABLE, entry, ENTRY_LOAD_CET_STATE),
	CONTROL(HOST_S_CET, HOST_INTR_SSP_TABLE, exit, EXIT_LOAD_CET_STATE),
};

/* SDM: Field Encoding in VMCS, whose notes say which processors have a field. */
bool model_field_exists(const struct vmx_entry_caps *caps, u32 field)
{
	unsigned int i;
	u64 value;

	if (!vmcs_field_by_encoding(field))
		return false;
	for (i = 0; i < ARRAY_SIZE(conditional_fields); i++) {
		if (field < conditional_fields[i].first || field > conditional_fields[i].last)
			continue;
		memcpy(&value, (const char *)caps + conditional_fields[i].caps, sizeof(value));
		return value & conditional_fields[i].bits;
	}
	return true;
}

static u64 read_field(const struct vmcs_view *view, u32 field)
{
	/* The view is the first member, and the callback may note what it sees */
	struct model *m = (struct model *)(uintptr_t)view;

	if (!model_field_exists(&m->caps, field)) {
		m->bad_read = field ? field : ~0u;
		return 0;
	}
	return m->fields[field];
}

static int read_memory(const struct vmcs_view *view, u64 address, void *data,
		       unsigned int size)
{
	const struct model *m = (const struct model *)view;

	if (address < MODEL_MEMORY || address > MODEL_MEMORY + MODEL_MEMORY_SIZE - size)
		return -EFAULT;
	memcpy(data, m->memory + address - MODEL_MEMORY, size);
	return 0;
}

static void set_segment(struct model *m, u32 selector_field, u16 selector, u64 base,
			u32 limit, u32 ar)
{
	u32 offset = selector_field - GUEST_ES_SELECTOR;

	m->fields[selector_field] = selector;
	m->fields[GUEST_ES_BASE + offset] = base;
	m->fields[GUEST_ES_LIMIT + offset] = limit;
	m->fields[GUEST_ES_AR_BYTES + offset] = ar;
}

/* All of ES, CS, SS, DS, FS and GS, of which CS has its own access rights. */
static void set_segments(struct model *m, u16 selector, u64 base, u32 limit, u32 data,
			 u32 code)
{
	u32 field;

	for (field = GUEST_ES_SELECTOR; field <= GUEST_GS_SELECTOR; field += 2)
		set_segment(m, field, selector, base, limit,
			    field == GUEST_CS_SELECTOR ? code : data);
}

static void init_host(struct model *m, bool wide)
{
	u64 *f = m->fields;
	u64 base = wide ? 0xffff800000000000ull : 0xc0000000;
	u32 field;

	m->view.host_ia32e = wide;
	f[VM_EXIT_CONTROLS] = 0x36dfb | VM_EXIT_ACK_INTR_ON_EXIT | VM_EXIT_LOAD_IA32_PAT;
	if (wide)
		f[VM_EXIT_CONTROLS] |= VM_EXIT_HOST_ADDR_SPACE_SIZE | VM_EXIT_LOAD_IA32_EFER;
	else
		f[VM_EXIT_CONTROLS] &= ~(u64)VM_EXIT_HOST_ADDR_SPACE_SIZE;
	f[HOST_CR0] = X86_CR0_PE | X86_CR0_NE | X86_CR0_WP | X86_CR0_PG;
	f[HOST_CR4] = X86_CR4_VMXE | X86_CR4_PAE;
	f[HOST_CR3] = 0x1000;
	f[HOST_IA32_PAT] = PAT_RESET;
	f[HOST_IA32_EFER] = EFER_LMA | EFER_LME;
	for (field = HOST_ES_SELECTOR; field <= HOST_GS_SELECTOR; field += 2)
		f[field] = 0x18;
	f[HOST_CS_SELECTOR] = 0x10;
	f[HOST_TR_SELECTOR] = 0x40;
	for (field = HOST_FS_BASE; field <= HOST_RIP; field += 2)
		f[field] = base;
}

static void init_long64(struct model *m)
{
	u64 *f = m->fields;

	f[PIN_BASED_VM_EXEC_CONTROL] = 0x16 | PIN_BASED_EXT_INTR_MASK | PIN_BASED_NMI_EXITING |
				       PIN_BASED_VIRTUAL_NMIS;
	f[CPU_BASED_VM_EXEC_CONTROL] = 0x04006172 | CPU_BASED_USE_MSR_BITMAPS |
				       CPU_BASED_ACTIVATE_SECONDARY_CONTROLS;
	f[SECONDARY_VM_EXEC_CONTROL] = SECONDARY_EXEC_ENABLE_EPT | SECONDARY_EXEC_ENABLE_VPID |
				       SECONDARY_EXEC_UNRESTRICTED_GUEST;
	f[VM_ENTRY_CONTROLS] = 0x11fb | VM_ENTRY_IA32E_MODE | VM_ENTRY_LOAD_DEBUG_CONTROLS |
			       VM_ENTRY_LOAD_IA32_PAT | VM_ENTRY_LOAD_IA32_EFER;
	f[VIRTUAL_PROCESSOR_ID] = 1;
	f[EPT_POINTER] = 0x9000 | VMX_EPTP_AD_ENABLE_BIT | VMX_EPTP_PWL_4 | VMX_EPTP_MT_WB;
	f[VMCS_LINK_POINTER] = ~0ull;
	init_host(m, true);

	f[GUEST_CR0] = X86_CR0_PE | X86_CR0_NE | X86_CR0_WP | X86_CR0_PG;
	f[GUEST_CR3] = MODEL_PDPT;
	f[GUEST_CR4] = X86_CR4_VMXE | X86_CR4_PAE;
	f[GUEST_DR7] = 0x400;
	f[GUEST_IA32_PAT] = PAT_RESET;
	f[GUEST_IA32_EFER] = EFER_LMA | EFER_LME;
	f[GUEST_RFLAGS] = X86_EFLAGS_FIXED;
	f[GUEST_RIP] = 0x100000;
	f[GUEST_GDTR_LIMIT] = 0xffff;
	f[GUEST_IDTR_LIMIT] = 0xffff;
	set_segments(m, 0x8, 0, 0xffffffff, DATA32, CODE64);
	set_segment(m, GUEST_LDTR_SELECTOR, 0x28, 0, 0xffff, LDT);
	set_segment(m, GUEST_TR_SELECTOR, 0x30, 0, 0x67, BUSY_TSS);
}

static void init_full64(struct model *m)
{
	u64 *f = m->fields;

	f[PIN_BASED_VM_EXEC_CONTROL] |= PIN_BASED_VMX_PREEMPTION_TIMER | PIN_BASED_POSTED_INTR;
	f[CPU_BASED_VM_EXEC_CONTROL] |= CPU_BASED_USE_IO_BITMAPS | CPU_BASED_TPR_SHADOW |
					CPU_BASED_NMI_WINDOW_EXITING |
					CPU_BASED_ACTIVATE_TERTIARY_CONTROLS;
	f[SECONDARY_VM_EXEC_CONTROL] |= SECONDARY_EXEC_VIRTUALIZE_APIC_ACCESSES |
		SECONDARY_EXEC_APIC_REGISTER_VIRT | SECONDARY_EXEC_VIRTUAL_INTR_DELIVERY |
		SECONDARY_EXEC_ENABLE_VMFUNC | SECONDARY_EXEC_SHADOW_VMCS |
		SECONDARY_EXEC_ENABLE_PML | PROC2_EPT_VIOLATION_VE | PROC2_SUB_PAGE_WRITE |
		SECONDARY_EXEC_MODE_BASED_EPT_EXEC | SECONDARY_EXEC_PT_USE_GPA;
	f[TERTIARY_VM_EXEC_CONTROL] = TERTIARY_EXEC_IPI_VIRT;
	f[VM_EXIT_CONTROLS] |= VM_EXIT_SAVE_VMX_PREEMPTION_TIMER | VM_EXIT_CLEAR_IA32_RTIT_CTL |
		VM_EXIT_LOAD_IA32_PERF_GLOBAL_CTRL | EXIT_LOAD_CET_STATE | EXIT_LOAD_PKRS |
		EXIT_SECONDARY_CONTROLS;
	f[VM_ENTRY_CONTROLS] |= VM_ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL | VM_ENTRY_LOAD_BNDCFGS |
		VM_ENTRY_LOAD_IA32_RTIT_CTL | ENTRY_LOAD_UINV | ENTRY_LOAD_CET_STATE |
		ENTRY_LOAD_LBR_CTL | ENTRY_LOAD_PKRS;
	f[VIRTUAL_APIC_PAGE_ADDR] = MODEL_VIRTUAL_APIC;
	f[VM_FUNCTION_CONTROL] = VMX_VMFUNC_EPTP_SWITCHING;
	f[VMCS_LINK_POINTER] = MODEL_LINKED_VMCS;
}

static void init_32bit(struct model *m)
{
	u64 *f = m->fields;

	f[VM_ENTRY_CONTROLS] &= ~(u64)VM_ENTRY_IA32E_MODE;
	f[GUEST_IA32_EFER] = 0;
	set_segments(m, 0x8, 0, 0xffffffff, DATA32, CODE32);
}

static void init_tpr64(struct model *m)
{
	m->fields[CPU_BASED_VM_EXEC_CONTROL] |= CPU_BASED_TPR_SHADOW;
	m->fields[VIRTUAL_APIC_PAGE_ADDR] = MODEL_VIRTUAL_APIC;
	m->fields[TPR_THRESHOLD] = 3;
	m->memory[MODEL_VIRTUAL_APIC + 0x80 - MODEL_MEMORY] = 0x40;
}

static void init_compat(struct model *m)
{
	set_segments(m, 0x8, 0, 0xffffffff, DATA32, CODE32);
}

static void init_paging32(struct model *m)
{
	init_32bit(m);
	m->fields[GUEST_CR4] = X86_CR4_VMXE;
}

static void init_flat32(struct model *m)
{
	init_paging32(m);
	m->fields[GUEST_CR0] = X86_CR0_NE | X86_CR0_PE;
}

static void init_real(struct model *m)
{
	init_paging32(m);
	m->fields[GUEST_CR0] = X86_CR0_NE;
	set_segments(m, 0x100, 0x1000, 0xffff, REAL_SEGMENT, REAL_SEGMENT);
}

static void init_vm86(struct model *m)
{
	init_32bit(m);
	m->fields[GUEST_RFLAGS] |= X86_EFLAGS_VM;
	set_segments(m, 0x100, 0x1000, 0xffff, VM86_SEGMENT, VM86_SEGMENT);
}

static void init_restricted64(struct model *m)
{
	m->fields[SECONDARY_VM_EXEC_CONTROL] &= ~(u64)SECONDARY_EXEC_UNRESTRICTED_GUEST;
}

static void init_restricted32(struct model *m)
{
	init_32bit(m);
	m->fields[SECONDARY_VM_EXEC_CONTROL] = 0;
}

static void init_host32(struct model *m)
{
	init_32bit(m);
	init_host(m, false);
}

static void init_first_processor(struct model *m)
{
	u64 *f = m->fields;

	init_32bit(m);
	m->caps.proc_based = ALLOWED(0x0401e172, 0x77b9fffe);
	m->caps.proc_based2 = 0;
	m->caps.proc_based3 = 0;
	m->caps.pin_based = ALLOWED(0x16, 0x1f);
	m->caps.exit = ALLOWED(0x36dff, 0x3ffff);
	m->caps.entry = ALLOWED(0x11ff, 0x11ff | VM_ENTRY_IA32E_MODE);
	m->caps.ept_vpid = 0;
	m->caps.vmfunc = 0;
	f[PIN_BASED_VM_EXEC_CONTROL] = 0x1f;
	f[CPU_BASED_VM_EXEC_CONTROL] = 0x0401e172;
	f[VM_EXIT_CONTROLS] = 0x36dff | VM_EXIT_HOST_ADDR_SPACE_SIZE;
	f[VM_ENTRY_CONTROLS] = 0x11ff;
}

/* How each mode differs from LONG64. */
static void (*const init_mode[MODEL_MODES])(struct model *m) = {
	[FULL64] = init_full64,
	[TPR64] = init_tpr64,
	[COMPAT] = init_compat,
	[PAE32] = init_32bit,
	[PAGING32] = init_paging32,
	[FLAT32] = init_flat32,
	[REAL] = init_real,
	[VM86] = init_vm86,
	[RESTRICTED64] = init_restricted64,
	[RESTRICTED32] = init_restricted32,
	[HOST32] = init_host32,
	[FIRST_PROCESSOR] = init_first_processor,
};

/* A valid VMCS of @mode. */
void model_init(struct model *m, enum model_mode mode)
{
	const u64 revision = MODEL_REVISION | BIT(31);

	memset(m, 0, sizeof(*m));
	m->caps = every_feature;
	m->view.caps = &m->caps;
	m->view.read = read_field;
	m->view.read_memory = read_memory;
	m->view.vmcs_address = 0xf000;
	memcpy(m->memory + MODEL_LINKED_VMCS - MODEL_MEMORY, &revision, sizeof(revision));
	init_long64(m);
	if (init_mode[mode])
		init_mode[mode](m);
}

static u64 changed(u64 old, const struct step *step)
{
	switch (step->op) {
	case OR:
		return old | step->value;
	case CLEAR:
		return old & ~step->value;
	default:
		return step->value;
	}
}

static void change64(void *place, const struct step *step)
{
	u64 value;

	memcpy(&value, place, sizeof(value));
	value = changed(value, step);
	memcpy(place, &value, sizeof(value));
}

/* Change @m by at most MODEL_MAX_STEPS steps, ended by NO_STEP. */
void model_apply(struct model *m, const struct step *steps)
{
	unsigned int i;

	for (i = 0; i < MODEL_MAX_STEPS && steps[i].op != NO_STEP; i++) {
		u32 offset = steps[i].where & 0x0fffffff;
		u8 *caps = (u8 *)&m->caps, *view = (u8 *)&m->view;

		switch (steps[i].where & 0xf0000000) {
		case MEMORY(0):
			change64(m->memory + offset - MODEL_MEMORY, &steps[i]);
			break;
		case 0x20000000:
			change64(caps + offset, &steps[i]);
			break;
		case 0x30000000:
			caps[offset] = changed(caps[offset], &steps[i]);
			break;
		case 0x40000000:
			change64(view + offset, &steps[i]);
			break;
		case 0x50000000:
			view[offset] = changed(view[offset], &steps[i]);
			break;
		default:
			m->fields[offset] = changed(m->fields[offset], &steps[i]);
		}
	}
}
