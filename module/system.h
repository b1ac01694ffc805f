/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMX_SYSTEM_H
#define MINIVMX_SYSTEM_H

int system_check_extension(unsigned long extension);

#endif /* MINIVMX_SYSTEM_H */
