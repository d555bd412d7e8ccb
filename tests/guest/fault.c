/* fault.c - does what ends a program with a signal; the argument says what
 * SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int data;
static volatile int divisor;

static volatile uintptr_t address; /* so that the compiler does not see what is wrong */

static void read_at(uintptr_t where)
{
	address = where;
	data = *(volatile int *)address;
}

static void read_null(void)
{
	read_at(8);
}

static void read_kernel(void)
{
	read_at(0xffffffff80100000);
}

static void read_direct_map(void)
{
	read_at(0xffff800000100000);
}

static void read_noncanonical(void)
{
	read_at(0x0000900000000000);
}

static void write_text(void)
{
	*(volatile char *)(uintptr_t)read_null = 0;
}

static void execute_data(void)
{
	((void (*)(void))(uintptr_t)&data)();
}

/* Not optimised into a loop: each level adds to what the one below returns. */
static int overflow_stack(unsigned level)
{
	volatile char page[4096];

	if (level == UINT32_MAX)
		return 0;
	page[0] = level;
	return overflow_stack(level + 1) + page[0];
}

static void run_out_of_stack(void)
{
	data = overflow_stack(0);
}

static void privileged(void)
{
	__asm__ volatile("hlt");
}

static void port(void)
{
	__asm__ volatile("outb %%al, $0xf4" : : "a"(0));
}

static void table_register(void)
{
	uint8_t place[16];

	__asm__ volatile("sgdt %0" : "=m"(place)); /* UMIP must refuse it */
}

static void undefined(void)
{
	__asm__ volatile("ud2");
}

static void divide(void)
{
	data = 100 / divisor;
}

static void breakpoint(void)
{
	__asm__ volatile("int3");
}

static void return_to_end(void)
{
	__asm__ volatile("mov $0x7ffffffffff8, %%rax; jmp *%%rax" : : : "rax");
}

static const struct {
	const char *name;
	void (*run)(void);
} faults[] = {
	{ "read-null", read_null },
	{ "read-kernel", read_kernel },
	{ "read-direct-map", read_direct_map },
	{ "read-noncanonical", read_noncanonical },
	{ "write-text", write_text },
	{ "execute-data", execute_data },
	{ "stack", run_out_of_stack },
	{ "privileged", privileged },
	{ "port", port },
	{ "table-register", table_register },
	{ "undefined", undefined },
	{ "divide", divide },
	{ "breakpoint", breakpoint },
	{ "jump-to-end", return_to_end },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(faults) / sizeof(faults[0]); i++) {
		if (strcmp(argv[1], faults[i].name))
			continue;
		faults[i].run();
		printf("fault: %s went through\n", argv[1]);
		return 1;
	}
	printf("fault: one of");
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		printf(" %s", faults[i].name);
	putchar('\n');
	return 2;
}
