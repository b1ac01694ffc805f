// SPDX-License-Identifier: GPL-2.0
/*
 * The host's interrupts, and windows for the guest's.
 */
#include "../vmx/event.h"
#include "../vmx/vmcs.h"
#include "handlers.h"

/**
 * handle_external_interrupt() - EXIT_REASON_EXTERNAL_INTERRUPT
 * @vcpu: the vCPU
 *
 * The interrupt is the host's, and was taken when the loop enabled interrupts.
 *
 * Return: EXIT_RESUME.
 */
int handle_external_interrupt(struct vcpu *vcpu)
{
	vcpu->stats.irq_exits++;
	return EXIT_RESUME;
}

/**
 * handle_interrupt_window() - EXIT_REASON_INTERRUPT_WINDOW
 * @vcpu: the vCPU
 *
 * The guest can take an interrupt now: the loop injects one that waits, or
 * tells a VMM that asked for the window.
 *
 * Return: EXIT_RESUME.
 */
int handle_interrupt_window(struct vcpu *vcpu)
{
	vcpu->stats.irq_window_exits++;
	vmx_set_proc_controls(&vcpu->vmx, 0, CPU_BASED_INTR_WINDOW_EXITING);
	return EXIT_RESUME;
}

/**
 * handle_nmi_window() - EXIT_REASON_NMI_WINDOW
 * @vcpu: the vCPU
 *
 * Return: EXIT_RESUME.
 */
int handle_nmi_window(struct vcpu *vcpu)
{
	vcpu->stats.nmi_window_exits++;
	vmx_set_proc_controls(&vcpu->vmx, 0, CPU_BASED_NMI_WINDOW_EXITING);
	return EXIT_RESUME;
}
