/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rules in the SDM's order, for inclusion with ENTRY_RULE defined:
 *
 * ENTRY_RULE(symbol, identifier, section, rule, remedy, fields...)
 *
 * No include guard: entry_check_internal.h makes an enumeration of the rows and
 * entry_check.c the table.
 */

/* Begins the remedy where no ioctl of KVM reaches the field */
#define MODULE_SETS "The module sets this, a VMM only with MINIVMX_WRITE_VMCS: "
#define HOST_DEFECT "Host state is the module's alone: this is its defect; "

#include "entry_check_rules_controls.h"
#include "entry_check_rules_host.h"
#include "entry_check_rules_guest.h"
#include "entry_check_rules_segments.h"
#include "entry_check_rules_state.h"

#undef HOST_DEFECT
#undef MODULE_SETS
