/* cache.c - sets of tags, replaced round and round
 * SPDX-License-Identifier: MIT
 * What the host never touched it never has to give: calloc's large memory is empty until it is written. */
#include "cache.h"

#include <stdlib.h>

int cache_start(struct cache *cache, struct machine_cache size, unsigned int copies)
{
	*cache = (struct cache){ 0 };
	if (!size.ways)
		return 0;
	cache->ways = size.ways;
	cache->sets = size.lines / size.ways;
	cache->mask = cache->sets & (cache->sets - 1) ? 0 : cache->sets - 1;
	cache->tags = calloc((size_t)copies * cache->sets * cache->ways, sizeof(*cache->tags));
	cache->oldest = calloc((size_t)copies * cache->sets, sizeof(*cache->oldest));
	if (cache->tags && cache->oldest)
		return 0;
	cache_end(cache);
	return -1;
}

void cache_end(struct cache *cache)
{
	free(cache->tags);
	free(cache->oldest);
	*cache = (struct cache){ 0 };
}

/* The number of a set among those of all copies. The hash is Knuth's multiplicative one; its high bits count. */
static size_t set_of(const struct cache *cache, unsigned int copy, uint32_t number)
{
	uint32_t hash = number * 2654435769u;
	uint32_t set = cache->mask ? number & cache->mask : (uint32_t)((uint64_t)hash * cache->sets >> 32);

	return (size_t)copy * cache->sets + set;
}

bool cache_holds(const struct cache *cache, unsigned int copy, struct cache_tag tag)
{
	const struct cache_tag *way;

	if (!cache->ways)
		return false;
	way = &cache->tags[set_of(cache, copy, tag.number) * cache->ways];
	for (uint32_t i = 0; i < cache->ways; i++)
		if (way[i].number == tag.number)
			return way[i].version == tag.version;
	return false;
}

uint32_t cache_insert(struct cache *cache, unsigned int copy, struct cache_tag tag)
{
	struct cache_tag *way;
	uint32_t evicted;
	uint8_t *oldest;
	size_t set;

	if (!cache->ways)
		return 0;
	set = set_of(cache, copy, tag.number);
	way = &cache->tags[set * cache->ways];
	for (uint32_t i = 0; i < cache->ways; i++)
		if (way[i].number == tag.number) {
			way[i] = tag;
			return 0;
		}
	oldest = &cache->oldest[set];
	evicted = way[*oldest].number;
	way[*oldest] = tag;
	*oldest = *oldest + 1u < cache->ways ? *oldest + 1 : 0;
	return evicted;
}
