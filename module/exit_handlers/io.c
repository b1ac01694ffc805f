// SPDX-License-Identifier: GPL-2.0
/* IN, OUT, INS, OUTS: to the VMM, but for OUT to a device inside the kernel. */
#include <linux/bitfield.h>
#include <linux/string.h>

#include "../emulate.h"
#include "../iobus.h"
#include "../vmx/guest.h"
#include "handlers.h"

/* "Exit Qualification for I/O Instructions" */
#define IO_QUAL_SIZE	GENMASK(2, 0)	/* bytes less one */
#define IO_QUAL_IN	BIT(3)
#define IO_QUAL_STRING	BIT(4)
#define IO_QUAL_PORT	GENMASK(31, 16)

/* By an old promise to VMMs, RIP is behind an OUT to this port at once. */
#define PORT_RIP_MOVED	0x7e

/* Has the VMM, instead of answering, sent the vCPU elsewhere? */
static bool is_abandoned(struct vcpu *vcpu)
{
	return vmx_rip(&vcpu->vmx) != vcpu->emul.rip;
}

static int complete_out(struct vcpu *vcpu)
{
	return is_abandoned(vcpu) ? EXIT_RESUME : EXIT_NEXT_INSN;
}

/* A byte or a word leaves the rest of RAX, 4 bytes clear its upper half. */
static int complete_in(struct vcpu *vcpu)
{
	unsigned int size = FIELD_GET(IO_QUAL_SIZE,
				      vmx_qualification(&vcpu->vmx)) + 1;
	unsigned long rax;

	if (is_abandoned(vcpu))
		return EXIT_RESUME;

	rax = size < 4 ? vmx_gpr(&vcpu->vmx, VMX_RAX) : 0;
	memcpy(&rax, vcpu->pio_data, size);
	vmx_set_gpr(&vcpu->vmx, VMX_RAX, rax);
	return EXIT_NEXT_INSN;
}

/**
 * handle_io() - EXIT_REASON_IO_INSTRUCTION
 * @vcpu: the vCPU
 *
 * The CPU has checked IOPL and the I/O permission bitmap. As on KVM, RIP is
 * that of IN or OUT while the VMM handles it, and moves on the next KVM_RUN.
 *
 * Return: an enum exit_action, or a negative errno.
 */
int handle_io(struct vcpu *vcpu)
{
	unsigned long qual = vmx_qualification(&vcpu->vmx);
	unsigned int size = FIELD_GET(IO_QUAL_SIZE, qual) + 1;
	u16 port = FIELD_GET(IO_QUAL_PORT, qual);
	bool in = qual & IO_QUAL_IN;
	unsigned long rax;

	vcpu->stats.io_exits++;
	if (qual & IO_QUAL_STRING)
		return emulate_string_io(vcpu, in ? INSN_INS : INSN_OUTS, size,
					 port);

	rax = vmx_gpr(&vcpu->vmx, VMX_RAX);
	if (!in && iobus_write(&vcpu->vm->iobus[IOBUS_PIO], port, size, &rax))
		return EXIT_NEXT_INSN;

	vcpu->emul.rip = vmx_rip(&vcpu->vmx);
	if (in) {
		vcpu->complete = complete_in;
		return emulate_exit_io(vcpu, KVM_EXIT_IO_IN, size, port, 1);
	}
	memcpy(vcpu->pio_data, &rax, size);
	emulate_exit_io(vcpu, KVM_EXIT_IO_OUT, size, port, 1);
	if (unlikely(port == PORT_RIP_MOVED) &&
	    vm_has_quirk(vcpu->vm, KVM_X86_QUIRK_OUT_7E_INC_RIP))
		return EXIT_TO_USER_NEXT_INSN;
	vcpu->complete = complete_out;
	return EXIT_TO_USER;
}
