/* user.c - see user.h
 * SPDX-License-Identifier: MIT */
#include "kernel/memory/user.h"

#include <stdbool.h>

#include "kernel/arch/cpu.h"
#include "kernel/arch/defences.h"
#include "kernel/arch/fixup.h"
#include "kernel/arch/layout.h"
#include "lib/string.h"

static bool is_users(uint64_t address, size_t size)
{
	return (address < USER_END && size <= USER_END - address) || !defence_holds(DEFENCE_addresses);
}

status_t user_copy_in(void *to, uint64_t from, size_t size)
{
	size_t left;

	if (!is_users(from, size))
		return STATUS_BAD_ADDRESS;
	cpu_user_access_begin();
	left = fixup_copy(to, (const void *)from, size);
	cpu_user_access_end();
	return left ? STATUS_BAD_ADDRESS : STATUS_OK;
}

status_t user_copy_out(uint64_t to, const void *from, size_t size)
{
	size_t left;

	if (!is_users(to, size))
		return STATUS_BAD_ADDRESS;
	cpu_user_access_begin();
	left = fixup_copy((void *)to, from, size);
	cpu_user_access_end();
	return left ? STATUS_BAD_ADDRESS : STATUS_OK;
}

int64_t user_copy_in_text(char *to, uint64_t from, size_t size)
{
	size_t done = 0;

	while (done < size) {
		size_t piece = PAGE_SIZE - (from + done) % PAGE_SIZE;
		const char *end;

		if (piece > size - done)
			piece = size - done;
		if (user_copy_in(to + done, from + done, piece))
			return STATUS_BAD_ADDRESS;
		for (end = to + done; end < to + done + piece; end++)
			if (!*end)
				return end - to;
		done += piece;
	}
	return STATUS_NO_SPACE;
}
