/* decode_test.c - instructions as the assembler writes them, and what the model takes them for
 * SPDX-License-Identifier: MIT
 * Every row is assembled here, so no byte is anybody's transcription. Rows that must come out plain are neighbours
 * of those that do not: the same opcode with another second byte, form or prefix. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "abi/marker.h"
#include "scalability-tests/machine/decode.h"

struct code {
	const char *text;
	const uint8_t *start, *end;
};

/* What the assembler makes of it (Intel's order of operands), in memory that ends with it. */
#define CODE(instruction) ({ \
	struct code code_ = { .text = instruction }; \
	__asm__(".pushsection .rodata\n.intel_syntax noprefix\n1: " instruction "\n2: .att_syntax prefix\n.popsection\n" \
		"lea 1b(%%rip), %0\nlea 2b(%%rip), %1" : "=r"(code_.start), "=r"(code_.end)); \
	code_; })

/* In a block that ends where the instruction does: the sanitizer sees who reads on. */
static struct decoded decoded(struct code code)
{
	size_t size = (size_t)(code.end - code.start);
	uint8_t *bytes = malloc(size);
	struct decoded decoded;

	assert_non_null(bytes);
	memcpy(bytes, code.start, size);
	decoded = decode(bytes, size);
	free(bytes);
	return decoded;
}

static void assert_operation(struct code code, enum operation operation)
{
	struct decoded found = decoded(code);

	if (found.operation != operation)
		fail_msg("'%s' is taken for operation %d, not %d", code.text, (int)found.operation, (int)operation);
	if (found.locked || found.string || found.event)
		fail_msg("'%s' is taken for a locked or string instruction, or a marker", code.text);
}

static void assert_plain(struct code code)
{
	assert_operation(code, OPERATION_PLAIN);
}

static void assert_locked(struct code code)
{
	struct decoded found = decoded(code);

	if (!found.locked || found.string || found.operation != OPERATION_PLAIN)
		fail_msg("'%s' is not taken for a locked instruction", code.text);
}

static void assert_string(struct code code, enum operation operation)
{
	struct decoded found = decoded(code);

	if (!found.string || found.locked || found.operation != operation)
		fail_msg("'%s' is not taken for a repeated string instruction", code.text);
}

static void entries_and_exits(void **state)
{
	(void)state;
	assert_operation(CODE("syscall"), OPERATION_SYSCALL);
	assert_operation(CODE("sysretd"), OPERATION_SYSRET);
	assert_operation(CODE("sysretq"), OPERATION_SYSRET);
	assert_operation(CODE("iretq"), OPERATION_IRET);
	assert_operation(CODE("iretd"), OPERATION_IRET);
	assert_operation(CODE("hlt"), OPERATION_HLT);
	assert_operation(CODE("pause"), OPERATION_PAUSE);
	assert_operation(CODE("swapgs"), OPERATION_SWAPGS);
	assert_plain(CODE("nop"));
	assert_plain(CODE("ud2"));
	assert_plain(CODE("ret"));
	assert_plain(CODE("rep ret"));
	assert_plain(CODE("retfq"));
	assert_plain(CODE("int3"));
	assert_plain(CODE("endbr64"));
	assert_plain(CODE("cmc"));
	assert_plain(CODE("xchg r8, rax"));
}

static void control_registers(void **state)
{
	(void)state;
	assert_operation(CODE("mov cr3, rax"), OPERATION_WRITE_CR3);
	assert_operation(CODE("mov cr3, r15"), OPERATION_WRITE_CR3);
	assert_operation(CODE("mov cr0, rdi"), OPERATION_WRITE_CR);
	assert_operation(CODE("mov cr4, rbx"), OPERATION_WRITE_CR);
	assert_operation(CODE("mov cr4, r11"), OPERATION_WRITE_CR);
	assert_operation(CODE("wrmsr"), OPERATION_WRMSR);
	assert_operation(CODE("rdmsr"), OPERATION_RDMSR);
	assert_operation(CODE("cpuid"), OPERATION_CPUID);
	assert_operation(CODE("rdtsc"), OPERATION_RDTSC);
	assert_operation(CODE("rdtscp"), OPERATION_RDTSC);
	assert_operation(CODE("wrpkru"), OPERATION_WRPKRU);
	assert_plain(CODE("mov rax, cr3"));
	assert_plain(CODE("mov db3, rax"));
	assert_plain(CODE("rdpmc"));
	assert_plain(CODE("rdpkru"));
	assert_plain(CODE("xgetbv"));
	assert_plain(CODE("clac"));
	assert_plain(CODE("stac"));
	assert_plain(CODE("clts"));
	assert_plain(CODE("rdrand rax"));
	assert_plain(CODE("rdseed r9"));
}

static void translations(void **state)
{
	(void)state;
	assert_operation(CODE("invlpg [rdi]"), OPERATION_INVLPG);
	assert_operation(CODE("invlpg [r12]"), OPERATION_INVLPG);
	assert_operation(CODE("invlpg [rip + 64]"), OPERATION_INVLPG);
	assert_operation(CODE("invlpg gs:[rax + rbx * 8 + 4096]"), OPERATION_INVLPG);
	assert_operation(CODE("invpcid rax, [rdi]"), OPERATION_INVPCID);
	assert_operation(CODE("invpcid r8, [r9 + r10]"), OPERATION_INVPCID);
	assert_plain(CODE("lmsw [rdi]"));
	assert_plain(CODE("lidt [rdi]"));
	assert_plain(CODE("lgdt [rdi]"));
	assert_plain(CODE("pshufb xmm0, xmm1"));
	assert_plain(CODE("movbe rax, [rdi]"));
}

static void segment_bases(void **state)
{
	(void)state;
	assert_operation(CODE("rdfsbase rax"), OPERATION_FSGSBASE);
	assert_operation(CODE("rdgsbase r8"), OPERATION_FSGSBASE);
	assert_operation(CODE("wrfsbase rdi"), OPERATION_FSGSBASE);
	assert_operation(CODE("wrgsbase r15"), OPERATION_FSGSBASE);
	assert_plain(CODE("incsspq rax"));
	assert_plain(CODE("umonitor rax"));
}

static void fences_and_state(void **state)
{
	(void)state;
	assert_operation(CODE("mfence"), OPERATION_FENCE);
	assert_operation(CODE("fxsave [rdi]"), OPERATION_SAVE_STATE);
	assert_operation(CODE("fxrstor64 [rdi]"), OPERATION_SAVE_STATE);
	assert_operation(CODE("xsave [rdi]"), OPERATION_SAVE_STATE);
	assert_operation(CODE("xrstor64 [r12 + 8]"), OPERATION_SAVE_STATE);
	assert_operation(CODE("xsaveopt64 [rdi]"), OPERATION_SAVE_STATE);
	assert_operation(CODE("xsavec [rdi]"), OPERATION_SAVE_STATE);
	assert_operation(CODE("xsaves64 [rdi]"), OPERATION_SAVE_STATE);
	assert_operation(CODE("xrstors64 [rdi]"), OPERATION_SAVE_STATE);
	assert_plain(CODE("lfence"));
	assert_plain(CODE("sfence"));
	assert_plain(CODE("ldmxcsr [rdi]"));
	assert_plain(CODE("stmxcsr [rdi]"));
	assert_plain(CODE("clflush [rdi]"));
	assert_plain(CODE("clflushopt [rdi]"));
	assert_plain(CODE("clwb [rdi]"));
	assert_plain(CODE("ptwrite qword ptr [rdi]"));
	assert_plain(CODE("tpause eax"));
	assert_plain(CODE("cmpxchg16b [rdi]"));
	assert_plain(CODE("rdpid rax"));
}

static void ports(void **state)
{
	(void)state;
	assert_operation(CODE("in al, 0x60"), OPERATION_PORT);
	assert_operation(CODE("in eax, 0x60"), OPERATION_PORT);
	assert_operation(CODE("in al, dx"), OPERATION_PORT);
	assert_operation(CODE("in ax, dx"), OPERATION_PORT);
	assert_operation(CODE("out 0x80, al"), OPERATION_PORT);
	assert_operation(CODE("out 0x80, eax"), OPERATION_PORT);
	assert_operation(CODE("out dx, al"), OPERATION_PORT);
	assert_operation(CODE("out dx, ax"), OPERATION_PORT);
	assert_operation(CODE("insb"), OPERATION_PORT);
	assert_operation(CODE("outsd"), OPERATION_PORT);
	assert_plain(CODE("loop ."));
	assert_plain(CODE("call ."));
	assert_plain(CODE("jmp ."));
	assert_plain(CODE("jmp . + 1000"));
}

static void locked_instructions(void **state)
{
	(void)state;
	assert_locked(CODE("lock xadd [rdi], rax"));
	assert_locked(CODE("lock inc dword ptr [rdi]"));
	assert_locked(CODE("lock cmpxchg gs:[r12 + 64], r13"));
	assert_locked(CODE("lock cmpxchg16b [rsi]"));
	assert_locked(CODE("lock bts word ptr [rdi], 3"));
	assert_locked(CODE("lock xchg [rdi], rax"));
	assert_locked(CODE("xchg [rdi], al"));
	assert_locked(CODE("xchg [rdi], rax"));
	assert_locked(CODE("xchg [r12 + r13 * 4 + 8], r14d"));
	assert_locked(CODE("xchg fs:[0], eax"));
	assert_plain(CODE("xadd [rdi], rax"));
	assert_plain(CODE("cmpxchg [rdi], rax"));
	assert_plain(CODE("xchg rbx, rcx"));
	assert_plain(CODE("xchg bl, cl"));
	assert_plain(CODE("test [rdi], rax"));
	assert_plain(CODE("mov [rdi], rax"));
	assert_plain(CODE("ja . + 1000"));
	assert_plain(CODE("jbe . + 1000"));
}

static void string_instructions(void **state)
{
	(void)state;
	assert_string(CODE("rep movsb"), OPERATION_PLAIN);
	assert_string(CODE("rep movsq"), OPERATION_PLAIN);
	assert_string(CODE("rep stosw"), OPERATION_PLAIN);
	assert_string(CODE("rep stosd"), OPERATION_PLAIN);
	assert_string(CODE("rep lodsb"), OPERATION_PLAIN);
	assert_string(CODE("repe cmpsb"), OPERATION_PLAIN);
	assert_string(CODE("repne scasb"), OPERATION_PLAIN);
	assert_string(CODE("repne scasq"), OPERATION_PLAIN);
	assert_string(CODE("rep insb"), OPERATION_PORT);
	assert_string(CODE("rep outsd"), OPERATION_PORT);
	assert_plain(CODE("movsb"));
	assert_plain(CODE("stosq"));
	assert_plain(CODE("test al, 1"));
	assert_plain(CODE("mov al, 7"));
	assert_plain(CODE("popcnt rax, rbx"));
	assert_plain(CODE("movss xmm0, xmm1"));
	assert_plain(CODE("cvtsi2sd xmm0, rax"));
	assert_plain(CODE("movdqu xmm0, [rdi]"));
}

/* What looks like an escape or an opcode is an operand here. */
static void operands_are_not_opcodes(void **state)
{
	(void)state;
	assert_plain(CODE("mov eax, 0x90f30f05"));
	assert_plain(CODE("add rax, 0xf4"));
	assert_plain(CODE("mov rax, 0x310f310f310f310f"));
	assert_plain(CODE("vmovdqu ymm0, [rdi]"));
	assert_plain(CODE("vaddpd ymm5, ymm6, ymm7"));
	assert_plain(CODE("aesenc xmm0, xmm1"));
	assert_plain(CODE("palignr xmm0, xmm1, 15"));
	assert_operation(CODE("rex.w rdtsc"), OPERATION_RDTSC);
	assert_operation(CODE("cs wrmsr"), OPERATION_WRMSR);
	assert_operation(CODE("data16 rdmsr"), OPERATION_RDMSR);
}

static void assert_event(struct code code, uint32_t event)
{
	struct decoded found = decoded(code);

	assert_int_equal(found.event, event);
	assert_int_equal(found.operation, event ? OPERATION_MARKER : OPERATION_PLAIN);
	assert_false(found.locked || found.string);
}

static void markers(void **state)
{
	(void)state;
	assert_event(CODE(".byte 0x0f, 0x1f, 0x80; .long 0x7e550001"), MARKER_WARM);
	assert_event(CODE(".byte 0x0f, 0x1f, 0x80; .long 0x7e550007"), MARKER_MEET);
	assert_event(CODE(".byte 0x0f, 0x1f, 0x80; .long 0x7e550011"), MARKER_DOORBELL);
	assert_event(CODE(".byte 0x0f, 0x1f, 0x80; .long 0x7e550016"), MARKER_ANSWERED);
	assert_event(CODE("nop dword ptr [rax + 0x7e550002]"), MARKER_BEGIN);
	assert_event(CODE("nop dword ptr [rax + 0x7e550000]"), 0);
	assert_event(CODE("nop dword ptr [rax + 0x7e550017]"), 0);
	assert_event(CODE("nop dword ptr [rax + 0x7e540002]"), 0);
	assert_event(CODE("nop dword ptr [rbx + 0x7e550002]"), 0);
	assert_event(CODE("nop word ptr [rax + 0x7e550002]"), 0);
	assert_event(CODE("nop dword ptr [rax + 0x11]"), 0);
	assert_event(CODE("mov eax, [rax + 0x7e550002]"), 0);
}

/* At a page's end the emulator may hand over less than an instruction: no byte beyond it is read. */
static void a_part_is_plain(void **state)
{
	static const struct code whole[] = {
		{ "lock", (const uint8_t *)"\xf0", NULL }, { "rep rex", (const uint8_t *)"\xf3\x48", NULL },
		{ "escape", (const uint8_t *)"\x0f", NULL }, { "xchg", (const uint8_t *)"\x87", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
		struct code part = whole[i];

		part.end = part.start + strlen((const char *)part.start);
		assert_int_equal(decoded(part).operation, OPERATION_PLAIN);
		assert_false(decoded(part).string);
	}
	assert_int_equal(decode((const uint8_t *)"", 0).operation, OPERATION_PLAIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_and_exits), cmocka_unit_test(control_registers), cmocka_unit_test(translations),
		cmocka_unit_test(segment_bases), cmocka_unit_test(fences_and_state), cmocka_unit_test(ports),
		cmocka_unit_test(locked_instructions), cmocka_unit_test(string_instructions),
		cmocka_unit_test(operands_are_not_opcodes), cmocka_unit_test(markers), cmocka_unit_test(a_part_is_plain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
