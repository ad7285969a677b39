/* SPDX-License-Identifier: GPL-2.0-only */
/* What the compiler is not allowed to know by itself. */
#ifndef _SHUTWATCH_NOT_NULL_H
#define _SHUTWATCH_NOT_NULL_H

/**
 * sw_not_null() - the address of something that exists
 * @address: it
 *
 * The kernel is built so that gcc believes in objects at address 0.  On the hot
 * path that makes it test what was found a moment ago.
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
