/* shard.c - see shard.h
 * SPDX-License-Identifier: MIT */
#include "services/fs/shard.h"

#include "services/fs/replica.h"
#include "services/fs/word.h"

status_t shard_extend(uint64_t offset, uint64_t size, uint64_t had, uint64_t count)
{
	uint64_t start = (had * size + PAGE - 1) / PAGE, end = (count * size + PAGE - 1) / PAGE;

	return start == end ? STATUS_OK : store_fill(shard_at(self.core, offset + start * PAGE), end - start);
}

bool shard_appears(unsigned core)
{
	if (core == self.core)
		return true;
	if (core >= self.cores)
		return false;
	for (unsigned i = 0; i < 4; i++)
		self.present[i] = word_get(&shard_of(0)->present[i]);
	return self.present[core / 64] >> core % 64 & 1;
}

uint64_t shard_count_up(uint64_t *counter)
{
	uint64_t number = word_get(counter) + 1;

	word_put(counter, number);
	return number;
}
