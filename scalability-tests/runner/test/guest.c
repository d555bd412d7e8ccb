/* guest.c - a machine that ends in every way a kernel may end, chosen by its command line
 * SPDX-License-Identifier: MIT
 * Boots as the real kernel does (PVH, 32 bits), so that the runner is tested without one. The first word:
 *   NUMBER  reports it and powers off      panic  reports panic, ends by the debug exit
 *   TEXT/N  prints TEXT ('+' a blank, '|' a new line), then as N
 *   quiet   powers off without a report    reset  triple fault
 *   stay    reports 3 and halts            hang   halts     flood  prints for ever     word  reports a word
 * Context: one core; the others are never started. */
typedef unsigned char byte;

enum { COM1 = 0x3f8, COM2 = 0x2f8, LINE_STATUS = 5, TRANSMIT_EMPTY = 0x20, DEBUG_EXIT = 0xf4,
       POWER_CONTROL = 0x604, /* PM1a control where SeaBIOS puts it on q35 */
       SOFT_OFF = 0x2000 };

struct start_info { /* Xen's public hvm/start_info.h */
	unsigned int magic, version, flags, modules;
	unsigned long long module_list, command_line;
};

__asm__(".pushsection .note.pvh, \"a\", @note\n"
	".balign 4\n.long 4, 4, 18\n.asciz \"Xen\"\n.long start\n.popsection\n"
	".text\n.globl start\nstart: mov $stack_end, %esp\npush %ebx\ncall guest\n"
	".bss\n.skip 4096\nstack_end:\n.text\n");

static void out(unsigned short port, byte value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static byte in(unsigned short port)
{
	byte value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static void put(unsigned short port, char letter)
{
	while (!(in(port + LINE_STATUS) & TRANSMIT_EMPTY))
		;
	out(port, (byte)letter);
}

static void say(unsigned short port, const char *text)
{
	while (*text)
		put(port, *text++);
}

static void halt(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}

static void power_off(void)
{
	__asm__ volatile("outw %w0, %w1" : : "a"(SOFT_OFF), "Nd"(POWER_CONTROL));
	halt();
}

static void triple_fault(void)
{
	static const struct { unsigned short limit; unsigned int base; } __attribute__((packed)) none;

	__asm__ volatile("lidt %0; int3" : : "m"(none));
}

static int is(const char *word, const char *name)
{
	while (*name && *word == *name)
		word++, name++;
	return !*name && (!*word || *word == ' ');
}

/* Up to the slash; returns what is behind it. */
static const char *print(const char *text)
{
	for (; *text && *text != '/'; text++)
		put(COM1, *text == '+' ? ' ' : *text == '|' ? '\n' : *text);
	return *text ? text + 1 : text;
}

static int has_slash(const char *word)
{
	while (*word && *word != ' ' && *word != '/')
		word++;
	return *word == '/';
}

__attribute__((used)) static void guest(const struct start_info *info)
{
	const char *word = (const char *)(unsigned int)info->command_line;

	if (has_slash(word))
		word = print(word);
	if (is(word, "panic")) {
		say(COM2, "panic\n");
		out(DEBUG_EXIT, 1);
	}
	if (is(word, "reset"))
		triple_fault();
	if (is(word, "hang"))
		halt();
	if (is(word, "flood"))
		for (;;)
			say(COM1, "result result \x1b\xff\x80 result null_syscall 0 0 -1 1e9 -5\n");
	if (is(word, "stay"))
		say(COM2, "3\n"), halt();
	if (is(word, "word"))
		say(COM2, "nonsense\n"), power_off();
	if (is(word, "quiet"))
		power_off();
	while (*word && *word != ' ')
		put(COM2, *word++);
	put(COM2, '\n');
	power_off();
}
