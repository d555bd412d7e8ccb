/* everywhere.c - one process visits every core, and its memory comes along
 * SPDX-License-Identifier: MIT */
#include <sys/mman.h>

#include "native_call.h"
#include "pin.h"

enum { PAGES = 16, PAGE = 4096 };

int main(void)
{
	long cores = native_call(NATIVE_core_count, 0, 0, 0);
	unsigned char *memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	cpu_set_t set;

	if (memory == MAP_FAILED) {
		perror("everywhere: mmap");
		return 1;
	}
	for (long core = 0; core < cores; core++) {
		pin(core);
		for (int page = 0; page < PAGES; page++) {
			if (memory[page * PAGE] != core % 256) {
				printf("everywhere: page %d was lost on the way to core %ld\n", page, core);
				return 1;
			}
			memory[page * PAGE]++;
		}
	}
	CPU_ZERO(&set);
	CPU_SET(cores, &set);
	if (cores < CPU_SETSIZE && sched_setaffinity(0, sizeof(set), &set) == 0) {
		printf("everywhere: moved to core %ld, which is not there\n", cores);
		return 1;
	}
	printf("everywhere: %ld cores visited\n", cores);
	return 0;
}
