// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "migrate.h"

/**
 * migrate_prepare - do listeners of this kernel hand over what they leave?
 *
 * 5.10 has the setting, but does not do what it says: look for the counter of those
 * that moved.
 *
 * Return: true if they do.
 */
bool migrate_prepare(void)
{
	FILE *file = fopen("/proc/self/net/netstat", "re");
	char line[8192];
	bool can = false;

	while (file && fgets(line, sizeof(line), file))
		can |= !!strstr(line, " TCPMigrateReqSuccess ");
	if (file)
		fclose(file);
	return can;
}
