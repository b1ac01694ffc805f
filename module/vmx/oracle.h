/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Is the host's state after a stay in the guest what it was before? Built with
 * MINIVMX_ORACLE=1 only; see oracle.c.
 */
#ifndef MINIVMX_VMX_ORACLE_H
#define MINIVMX_VMX_ORACLE_H

#ifdef MINIVMX_ORACLE
void vmx_oracle_loaded(void);
void vmx_oracle_before_entry(void);
void vmx_oracle_after_exit(void);
void vmx_oracle_put(void);
#else
static inline void vmx_oracle_loaded(void) { }
static inline void vmx_oracle_before_entry(void) { }
static inline void vmx_oracle_after_exit(void) { }
static inline void vmx_oracle_put(void) { }
#endif

#endif /* MINIVMX_VMX_ORACLE_H */
