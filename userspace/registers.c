// SPDX-License-Identifier: GPL-2.0
/* Registers with which the guest starts, as the user names them. */
#include "registers.h"

#include <err.h>
#include <errno.h>
#include <linux/kvm.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "power.h"
#include "report.h"
#include "vcpu.h"

/* What KVM_SET_REGS and KVM_SET_SREGS take. */
struct state {
	struct kvm_regs regs;
	struct kvm_sregs sregs;
};

static const struct member {
	const char *name;
	size_t offset, size;
} members[] = {
#define MEMBER(name, path)	{ name, offsetof(struct state, path), \
				  sizeof(((struct state *)0)->path) }
#define REG(name)		MEMBER(#name, regs.name)
#define SREG(name)		MEMBER(#name, sregs.name)
#define SEGMENT(name)							\
	SREG(name.base), SREG(name.limit), SREG(name.selector),		\
	SREG(name.type), SREG(name.present), SREG(name.dpl),		\
	SREG(name.db), SREG(name.s), SREG(name.l), SREG(name.g),	\
	SREG(name.avl), SREG(name.unusable)
	REG(rax), REG(rbx), REG(rcx), REG(rdx), REG(rsi), REG(rdi), REG(rsp),
	REG(rbp), REG(r8), REG(r9), REG(r10), REG(r11), REG(r12), REG(r13),
	REG(r14), REG(r15), REG(rip), REG(rflags),
	SEGMENT(cs), SEGMENT(ds), SEGMENT(es), SEGMENT(fs), SEGMENT(gs),
	SEGMENT(ss), SEGMENT(tr), SEGMENT(ldt),
	SREG(gdt.base), SREG(gdt.limit), SREG(idt.base), SREG(idt.limit),
	SREG(cr0), SREG(cr2), SREG(cr3), SREG(cr4), SREG(cr8), SREG(efer),
	SREG(apic_base),
};

static const struct member *find_member(const char *setting, size_t length)
{
	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
		if (strlen(members[i].name) == length &&
		    !strncmp(members[i].name, setting, length))
			return &members[i];
	}
	return NULL;
}

/* Return: NULL, or what is wrong with @setting. */
static const char *parse(const char *setting, const struct member **member,
			 uint64_t *value)
{
	size_t length = strcspn(setting, "=");
	char *end;

	if (!setting[length])
		return "not of the form NAME=VALUE";
	*member = find_member(setting, length);
	if (!*member)
		return "no member of struct kvm_regs or kvm_sregs has this name; rflags, cr0 or cs.db would be one";
	setting += length + 1;
	errno = 0;
	*value = strtoull(setting, &end, 0);
	if (*setting < '0' || *setting > '9' || *end || errno)
		return "the value is not a number of up to 64 bits";
	if ((*member)->size < sizeof(*value) && *value >> (*member)->size * 8)
		return "the value has more bits than the member";
	return NULL;
}

const char *registers_add(struct registers *registers, const char *setting)
{
	const struct member *member;
	const char *problem;
	uint64_t value;

	problem = parse(setting, &member, &value);
	if (problem)
		return problem;
	if (registers->nr == REGISTERS_MAX)
		return "too many registers";
	registers->settings[registers->nr++] = setting;
	return NULL;
}

void registers_set(const struct registers *registers, const struct vcpu *vcpu)
{
	const struct member *member;
	struct state state;
	uint64_t value;
	unsigned int i;

	if (!registers->nr)
		return;
	if (ioctl(vcpu->fd, KVM_GET_REGS, &state.regs) ||
	    ioctl(vcpu->fd, KVM_GET_SREGS, &state.sregs))
		err(STATUS_SETUP, "the registers can't be read");
	for (i = 0; i < registers->nr; i++) {
		if (!parse(registers->settings[i], &member, &value))
			memcpy((char *)&state + member->offset, &value, member->size);
	}
	if (ioctl(vcpu->fd, KVM_SET_SREGS, &state.sregs)) {
		warn("KVM_SET_SREGS refuses the registers");
		report_explanation(vcpu);
		exit(STATUS_SETUP);
	}
	if (ioctl(vcpu->fd, KVM_SET_REGS, &state.regs))
		err(STATUS_SETUP, "KVM_SET_REGS refuses the registers");
}
