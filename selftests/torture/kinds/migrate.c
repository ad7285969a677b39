// SPDX-License-Identifier: GPL-2.0-only
#include "mib.h"
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
	return mib_extra("TCPMigrateReqSuccess") >= 0;
}
