/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random numbers that are the same each time: a state, which is a seed at first,
 * and what is drawn from it.
 */
#ifndef CHANCE_H
#define CHANCE_H

#include <linux/types.h>
#include <stdbool.h>

/**
 * draw - the next number; seeds that stand side by side have nothing in common
 * @state: of the generator
 *
 * Return: the number.
 */
static inline __u64 draw(__u64 *state)
{
	__u64 x = *state += 0x9e3779b97f4a7c15ull;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

/**
 * below - a number below a limit
 * @state: of the generator
 * @limit: 1 or more
 *
 * Return: 0 to @limit - 1.
 */
static inline int below(__u64 *state, int limit)
{
	return draw(state) % limit;
}

/**
 * one_in - does it happen this time?
 * @state: of the generator
 * @n: of so many times it happens once
 *
 * Return: true if it does.
 */
static inline bool one_in(__u64 *state, int n)
{
	return !below(state, n);
}

#endif /* CHANCE_H */
