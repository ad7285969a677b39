/* SPDX-License-Identifier: GPL-2.0-only */
/* Pointers that are known not to be NULL, and that gcc may not know to be. */
#ifndef _SHUTWATCH_NOT_NULL_H
#define _SHUTWATCH_NOT_NULL_H

/**
 * sw_not_null() - the address of something that exists
 * @address: it
 *
 * The kernel is built with -fno-delete-null-pointer-checks: gcc has to expect
 * objects at address 0, and on the hot path would test a pointer that was just
 * found.
 *
 * Return: the same.
 */
#define sw_not_null(address)						\
({									\
	typeof(address) _address = (address);				\
									\
	if (!_address)							\
		__builtin_unreachable();				\
	_address;							\
})

#endif /* _SHUTWATCH_NOT_NULL_H */
