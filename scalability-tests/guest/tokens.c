/* tokens.c - an object that programs share by address token: token_read, token_store, token_write, token_call
 * SPDX-License-Identifier: MIT
 * Each worker has an object of its own, made on its core. A load by token is compared with the same load made by a call (token_call), which is
 * what every access costs without tokens, and a store with one that the kernel makes (token_write). Each is checked. */
#include "native.h"
#include "token_access.h"

enum { VALUES = 0, WORD = 8 }; /* enum object_type; the object's second word */

static uint64_t object(void)
{
	long token = native_call(NATIVE_token_create, VALUES, 0, 0);

	if (token < 0)
		native_fail("could not make an object", token);
	if (token_access_open() || token_store((uint64_t)token + WORD, 42))
		native_fail("could not store by token", 0);
	return (uint64_t)token;
}

static void end(uint64_t token)
{
	long result = native_call(NATIVE_token_destroy, (long)token, 0, 0);

	if (result)
		native_fail("could not end an object", result);
}

static void token_read_run(struct work *work, unsigned long operations)
{
	uint64_t token = object(), sum = 0;
	int64_t missed = 0;

	window_open(work, WINDOW_OWN);
	for (unsigned long i = 0; i < operations; i++) {
		struct token_value loaded = token_load(token + WORD);

		missed |= loaded.error;
		sum += loaded.value;
	}
	window_close(work, operations);
	if (missed || sum != 42 * operations)
		native_fail("a load by token gave what it should not", 0);
	end(token);
}

static void token_store_run(struct work *work, unsigned long operations)
{
	uint64_t token = object();
	int64_t missed = 0;

	window_open(work, WINDOW_OWN);
	for (unsigned long i = 0; i < operations; i++)
		missed |= token_store(token + WORD, i);
	window_close(work, operations);
	if (missed)
		native_fail("a store by token was refused", 0);
	end(token);
}

static void token_write_run(struct work *work, unsigned long operations)
{
	uint64_t token = object();
	long result = 0;

	window_open(work, WINDOW_OWN);
	for (unsigned long i = 1; i <= operations; i++)
		result |= native_call(NATIVE_token_write, (long)token, 1, (long)i);
	window_close(work, operations);
	if (result || token_load(token + WORD).value != operations)
		native_fail("token_write did not write", result);
	end(token);
}

static void token_call_run(struct work *work, unsigned long operations)
{
	uint64_t token = object();
	long sum = 0;

	window_open(work, WINDOW_OWN);
	for (unsigned long i = 0; i < operations; i++)
		sum += native_call(NATIVE_token_read, (long)token, 1, 0);
	window_close(work, operations);
	if (sum != 42 * (long)operations)
		native_fail("a load by call gave what it should not", sum);
	end(token);
}

const struct test test_token_read = { .name = "token_read", .run = token_read_run };
const struct test test_token_store = { .name = "token_store", .run = token_store_run };
const struct test test_token_write = { .name = "token_write", .run = token_write_run };
const struct test test_token_call = { .name = "token_call", .run = token_call_run };
