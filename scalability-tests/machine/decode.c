/* decode.c - prefixes, opcode, and the few second bytes that matter
 * SPDX-License-Identifier: MIT
 * Numbers are those of the opcode maps in Intel SDM vol. 2D, appendix A. */
#include "decode.h"

#include "../../abi/marker.h"

#include <string.h>

struct prefixes {
	bool lock, repeat, repeat_not, operand_size;
	size_t length;
};

static struct prefixes read_prefixes(const uint8_t *bytes, size_t size)
{
	struct prefixes prefixes = { 0 };

	for (; prefixes.length < size; prefixes.length++) {
		uint8_t byte = bytes[prefixes.length];

		switch (byte) {
		case 0xf0: prefixes.lock = true; continue;
		case 0xf2: prefixes.repeat_not = true; continue;
		case 0xf3: prefixes.repeat = true; continue;
		case 0x66: prefixes.operand_size = true; continue;
		case 0x26: case 0x2e: case 0x36: case 0x3e: case 0x64: case 0x65: case 0x67: continue;
		}
		if ((byte & 0xf0) != 0x40) /* REX */
			break;
	}
	return prefixes;
}

static enum operation decode_group7(uint8_t modrm)
{
	switch (modrm) {
	case 0xf8: return OPERATION_SWAPGS;
	case 0xf9: return OPERATION_RDTSC; /* rdtscp */
	case 0xef: return OPERATION_WRPKRU;
	}
	return modrm >> 6 != 3 && (modrm >> 3 & 7) == 7 ? OPERATION_INVLPG : OPERATION_PLAIN;
}

/* With a prefix, the same numbers are other instructions. */
static enum operation decode_group15(uint8_t modrm, const struct prefixes *prefixes)
{
	unsigned int which = modrm >> 3 & 7;

	if (modrm >> 6 == 3 && prefixes->repeat)
		return which < 4 ? OPERATION_FSGSBASE : OPERATION_PLAIN;
	if (prefixes->repeat || prefixes->operand_size)
		return OPERATION_PLAIN; /* clwb, clflushopt, ptwrite, tpause and so on */
	if (modrm >> 6 == 3)
		return which == 6 ? OPERATION_FENCE : OPERATION_PLAIN;
	return which <= 1 || (which >= 4 && which <= 6) ? OPERATION_SAVE_STATE : OPERATION_PLAIN;
}

/* After the escape byte 0f. */
static enum operation decode_two_byte(const uint8_t *code, size_t size, const struct prefixes *prefixes)
{
	uint8_t next = size > 1 ? code[1] : 0;

	switch (code[0]) {
	case 0x01: return decode_group7(next);
	case 0x05: return OPERATION_SYSCALL;
	case 0x07: return OPERATION_SYSRET;
	case 0x22: return (next >> 3 & 7) == 3 ? OPERATION_WRITE_CR3 : OPERATION_WRITE_CR;
	case 0x30: return OPERATION_WRMSR;
	case 0x31: return OPERATION_RDTSC;
	case 0x32: return OPERATION_RDMSR;
	case 0xa2: return OPERATION_CPUID;
	case 0xae: return decode_group15(next, prefixes);
	case 0xc7: return next >> 6 != 3 && (next >> 3 & 7) >= 3 && (next >> 3 & 7) <= 5 ? OPERATION_SAVE_STATE : OPERATION_PLAIN;
	case 0x38: return next == 0x82 ? OPERATION_INVPCID : OPERATION_PLAIN;
	default: return OPERATION_PLAIN;
	}
}

static enum operation decode_one_byte(uint8_t code, bool repeat)
{
	switch (code) {
	case 0x90: return repeat ? OPERATION_PAUSE : OPERATION_PLAIN;
	case 0xcf: return OPERATION_IRET;
	case 0xf4: return OPERATION_HLT;
	case 0x6c: case 0x6d: case 0x6e: case 0x6f:
	case 0xe4: case 0xe5: case 0xe6: case 0xe7:
	case 0xec: case 0xed: case 0xee: case 0xef: return OPERATION_PORT;
	default: return OPERATION_PLAIN;
	}
}

static bool is_string(uint8_t code)
{
	return (code >= 0xa4 && code <= 0xa7) || (code >= 0xaa && code <= 0xaf) || (code >= 0x6c && code <= 0x6f);
}

/* xchg with memory needs no prefix to be locked. */
static bool is_exchange(const uint8_t *code, size_t size)
{
	return size > 1 && (code[0] == 0x86 || code[0] == 0x87) && code[1] >> 6 != 3;
}

static uint32_t marker_event(const uint8_t *bytes, size_t size)
{
	static const uint8_t opcode[] = { 0x0f, 0x1f, 0x80 };
	uint32_t event;

	if (size != sizeof(opcode) + sizeof(event) || memcmp(bytes, opcode, sizeof(opcode)))
		return 0;
	memcpy(&event, bytes + sizeof(opcode), sizeof(event));
	return event > MARKER_BASE && event <= MARKER_ANSWERED ? event : 0;
}

struct decoded decode(const uint8_t *bytes, size_t size)
{
	struct prefixes prefixes = read_prefixes(bytes, size);
	const uint8_t *code = bytes + prefixes.length;
	size_t left = size - prefixes.length;
	struct decoded decoded = { .locked = prefixes.lock, .event = marker_event(bytes, size) };

	if (!left)
		return decoded;
	if (decoded.event)
		decoded.operation = OPERATION_MARKER;
	else if (code[0] == 0x0f && left > 1)
		decoded.operation = decode_two_byte(code + 1, left - 1, &prefixes);
	else
		decoded.operation = decode_one_byte(code[0], prefixes.repeat);
	decoded.locked |= is_exchange(code, left);
	decoded.string = (prefixes.repeat || prefixes.repeat_not) && is_string(code[0]);
	return decoded;
}
