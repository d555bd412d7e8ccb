/* image_check.c - see image_check.h
 * SPDX-License-Identifier: MIT
 * Source: Intel SDM vol. 2D, appendix A (opcode maps). Prefixes come before what is looked for, so they need not be known. */
#include "lib/image_check.h"

enum { ESCAPE = 0x0f, INT = 0xcd, ANY = -1 };

/* A second byte, and what the third one's middle field, its operand, must be. */
struct sequence {
	uint8_t second;
	int8_t field;
	const char *name;
};

static const struct sequence sequences[] = {
	{ 0x00, 2, "LLDT" }, { 0x00, 3, "LTR" },
	{ 0x05, ANY, "SYSCALL" }, { 0x06, ANY, "CLTS" }, { 0x07, ANY, "SYSRET" },
	{ 0x08, ANY, "INVD" }, { 0x09, ANY, "WBINVD" },
	{ 0x20, ANY, "MOV from a control register" }, { 0x21, ANY, "MOV from a debug register" },
	{ 0x22, ANY, "MOV to a control register" }, { 0x23, ANY, "MOV to a debug register" },
	{ 0x30, ANY, "WRMSR" }, { 0x32, ANY, "RDMSR" }, { 0x33, ANY, "RDPMC" },
	{ 0x34, ANY, "SYSENTER" }, { 0x35, ANY, "SYSEXIT" }, { 0x37, ANY, "GETSEC" },
	{ 0x78, ANY, "VMREAD" }, { 0x79, ANY, "VMWRITE" },
	{ 0xa1, ANY, "POP to FS" }, { 0xa9, ANY, "POP to GS" }, { 0xaa, ANY, "RSM" },
	{ 0xb2, ANY, "LSS" }, { 0xb4, ANY, "LFS" }, { 0xb5, ANY, "LGS" },
};

/* Behind 0f 01: all that load or leave something, and the forms without memory, but for XGETBV, RDTSCP, SERIALIZE and what is nobody's secret. */
static const char *group7(uint8_t third)
{
	static const char *const of_memory[8] = { 0, 0, "LGDT", "LIDT", 0, "RSTORSSP", "LMSW", "INVLPG" };

	if (third >> 6 != 3)
		return of_memory[third >> 3 & 7];
	switch (third) {
	case 0xd0: /* XGETBV */
	case 0xd5: /* XEND */
	case 0xd6: /* XTEST */
	case 0xe8: /* SERIALIZE */
	case 0xee: /* RDPKRU */
	case 0xf9: /* RDTSCP */
		return NULL;
	case 0xca: return "CLAC";
	case 0xcb: return "STAC";
	case 0xd1: return "XSETBV";
	case 0xef: return "WRPKRU";
	case 0xf8: return "SWAPGS";
	}
	if ((third >> 3 & 7) == 4)
		return NULL; /* SMSW */
	return (third >> 3 & 7) == 6 ? "LMSW" : "one of virtualisation's and of monitoring";
}

static const char *extended(const uint8_t *bytes, size_t size)
{
	uint8_t third = size > 2 ? bytes[2] : 0;

	if (bytes[1] == 0x01)
		return size > 2 ? group7(third) : "one that is not complete";
	if (bytes[1] == 0x38 && size > 2 && third >= 0x80 && third <= 0x82)
		return "INVEPT, INVVPID or INVPCID";
	if (bytes[1] == 0xc7 && size > 2 && ((third >> 3 & 7) == 3 || (third >> 3 & 7) == 5))
		return "XRSTORS or XSAVES";
	if (bytes[1] == 0xae && size > 2 && third >> 6 == 3 && (third >> 3 & 7) < 4)
		return "one of FS's and GS's base";
	for (unsigned i = 0; i < sizeof(sequences) / sizeof(*sequences); i++)
		if (bytes[1] == sequences[i].second && (sequences[i].field == ANY || (size > 2 && (third >> 3 & 7) == sequences[i].field)))
			return sequences[i].name;
	return NULL;
}

const char *image_check(const uint8_t *bytes, size_t size, size_t *where)
{
	for (size_t at = 0; at + 1 < size; at++) {
		const char *name = NULL;

		if (bytes[at] == ESCAPE)
			name = extended(bytes + at, size - at);
		else if (bytes[at] == INT && (bytes[at + 1] == 2 || bytes[at + 1] == 8 || bytes[at + 1] == 18))
			name = "INT of what cannot be masked";
		if (name) {
			*where = at;
			return name;
		}
	}
	return NULL;
}
