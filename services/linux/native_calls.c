/* native_calls.c - Tessera's own calls (abi/native.def), as programs reach them
 * SPDX-License-Identifier: MIT
 * They give programs what no Linux call does: names, replicas of other cores, rings and what instances count. */
#include "abi/ipc.h"
#include "abi/kernel.h"
#include "abi/names.h"
#include "abi/native.h"
#include "abi/token.h"
#include "services/linux/calls.h"
#include "services/linux/errno.h"
#include "services/linux/process.h"
#include "services/linux/then.h"

enum { STREAM_MAX = 1 << 24, ECHO_BREATH = 1024 };

/* Home-written, read by token; a line of its own, so that readers disturb nothing else. */
static uint64_t mark __attribute__((aligned(64)));

/* A core number from a program, checked. */
static bool is_core(uint64_t core)
{
	return core < kernel_core_count();
}

static int64_t copy_name(uint64_t from, uint64_t length, char name[NAME_MAX])
{
	if (!length || length > NAME_MAX)
		return -LINUX_ENAMETOOLONG;
	return kernel_copy_in(name, from, length) ? -LINUX_EFAULT : 0;
}

static int64_t look_up(const struct registers *registers)
{
	char name[NAME_MAX];
	int64_t error = copy_name(registers->rdi, registers->rsi, name);

	return error ? error : then(names_service.look_up(name, (uint32_t)registers->rsi), linux_answer);
}

static int64_t change(const struct registers *registers)
{
	char name[NAME_MAX];
	int64_t error = copy_name(registers->rdi, registers->rsi, name);

	if (error)
		return error;
	if (registers->rdx > INT64_MAX)
		return -LINUX_EINVAL;
	return then(names_service.change(name, (uint32_t)registers->rsi, registers->rdx), linux_answer);
}

/* One message there and one back for each of saved[1] rounds. */
static int64_t echo_on(struct task *task, int64_t result)
{
	while (task->saved[1] && !kernel_ending()) {
		task->saved[1]--;
		result = kernel_call((unsigned)task->saved[0], SERVICE_NAMES, NAMES_NOTHING, (uint64_t[CALL_WORDS]){});
		if (result == CALL_PARKED) {
			task->resume = echo_on;
			return result;
		}
		if (task->saved[1] % ECHO_BREATH == 0) { /* to one's own core: let others in now and then */
			task->resume = echo_on;
			return kernel_go_on(result);
		}
	}
	return result < 0 ? linux_result(result) : 0;
}

static int64_t echo(const struct registers *registers)
{
	struct task *task = kernel_task();

	if (!is_core(registers->rdi) || registers->rsi > STREAM_MAX)
		return -LINUX_EINVAL;
	task->saved[0] = registers->rdi;
	task->saved[1] = registers->rsi;
	return echo_on(task, 0);
}

/* Bursts that fill the ring. Behind each goes a call: its answer says that the burst has arrived, and until
 * then this core may sleep. */
static int64_t stream_on(struct task *task, int64_t result)
{
	while (task->saved[1] && result >= 0 && !kernel_ending()) { /* bounded: each turn sends one message at least */
		task->saved[1] -= kernel_stream((unsigned)task->saved[0], task->saved[1]);
		result = kernel_call((unsigned)task->saved[0], SERVICE_NAMES, NAMES_NOTHING, (uint64_t[CALL_WORDS]){});
		if (result == CALL_PARKED) {
			task->resume = stream_on;
			return result;
		}
	}
	return result < 0 ? linux_result(result) : 0;
}

static int64_t stream(const struct registers *registers)
{
	struct task *task = kernel_task();

	if (!is_core(registers->rdi) || registers->rdi == kernel_core() || registers->rsi > STREAM_MAX)
		return -LINUX_EINVAL;
	task->saved[0] = registers->rdi;
	task->saved[1] = registers->rsi;
	return stream_on(task, 0);
}

static int64_t call_replica(const struct registers *registers)
{
	if (!is_core(registers->rdi))
		return -LINUX_EINVAL;
	return then(kernel_call(names_service.replica((unsigned)registers->rdi), SERVICE_NAMES, NAMES_NOTHING,
				(uint64_t[CALL_WORDS]){}), linux_answer);
}

/* An operation on an object that names another process: its space is held until the object's home has answered. The hold may be on its way
 * to the space's home still: what ends it goes by way of who has sent it, behind it. */
static int64_t let_go(struct task *task, int64_t result)
{
	kernel_notify(process_home((uint32_t)task->request[3]), SERVICE_LINUX, LINUX_SPACE_BACK, (uint64_t[CALL_WORDS]){ task->saved[0] });
	return linux_result(result);
}

static int64_t space_held(struct task *task, int64_t result)
{
	if (result < 0 && result >= -LINUX_ERRNO_MAX)
		return result;
	task->saved[0] = (uint64_t)result;
	return then(kernel_object_call(task->request[0], (enum object_operation)task->request[1], task->saved[0], task->request[2]), let_go);
}

static int64_t object_for_process(uint64_t token, enum object_operation operation, uint64_t process, uint64_t rights)
{
	struct task *task = kernel_task();

	task->request[0] = token;
	task->request[1] = operation;
	task->request[2] = rights;
	task->request[3] = process;
	if (!process || process > INT32_MAX || !is_core(process_home((uint32_t)process)))
		return -LINUX_ESRCH;
	return then(kernel_call(process_home((uint32_t)process), SERVICE_LINUX, LINUX_SPACE, (uint64_t[CALL_WORDS]){ process }), space_held);
}

static int64_t object(uint64_t token, enum object_operation operation, uint64_t a, uint64_t b)
{
	int64_t result = kernel_object_call(token, operation, a, b);

	return result == CALL_PARKED ? then(result, linux_answer) : linux_result(result);
}

static int64_t set_landing(uint64_t address)
{
	if (address >= VSPACE_END)
		return -LINUX_EFAULT;
	kernel_task()->token_landing = address;
	return 0;
}

int64_t native_call(struct registers *registers)
{
	uint64_t first = registers->rdi, second = registers->rsi;

	switch ((enum native_call)registers->error) {
	case NATIVE_name_lookup:
		return look_up(registers);
	case NATIVE_name_change:
		return change(registers);
	case NATIVE_replica_call:
		return call_replica(registers);
	case NATIVE_ring_echo:
		return echo(registers);
	case NATIVE_ring_stream:
		return stream(registers);
	case NATIVE_core_count:
		return kernel_core_count();
	case NATIVE_core_distance:
		if (!is_core(first) || !is_core(second))
			return -LINUX_EINVAL;
		return kernel_distance((unsigned)first, (unsigned)second);
	case NATIVE_core_footprint:
		return is_core(first) ? (int64_t)kernel_footprint((unsigned)first) : -LINUX_EINVAL;
	case NATIVE_boot_time:
		return is_core(first) ? (int64_t)kernel_online_time((unsigned)first) : -LINUX_EINVAL;
	case NATIVE_poke_foreign:
		if (!is_core(first) || first == kernel_core())
			return -LINUX_EINVAL;
		return linux_result(kernel_poke((unsigned)first));
	case NATIVE_core_mark_set:
		__atomic_store_n(&mark, first, __ATOMIC_RELEASE);
		return 0;
	case NATIVE_core_mark:
		return is_core(first) ? (int64_t)token_read(kernel_replica((unsigned)first, &mark)) : -LINUX_EINVAL;
	case NATIVE_kernel_count:
		if (first >= COUNTER_COUNT || !is_core(second))
			return -LINUX_EINVAL;
		return (int64_t)kernel_counter((unsigned)first, (unsigned)second);
	case NATIVE_server_end:
		if (first >= SERVER_COUNT || !is_core(second))
			return -LINUX_EINVAL;
		return then(kernel_server_end((enum server)first, (unsigned)second), linux_answer);
	case NATIVE_server_class:
		return first < SERVER_COUNT ? (int64_t)kernel_server_class((enum server)first) : -LINUX_EINVAL;
	case NATIVE_gate_point:
		return first < GATE_POINTS ? (int64_t)kernel_gate_point((enum gate_point)first) : -LINUX_EINVAL;
	case NATIVE_token_create:
		return linux_result(kernel_object_create((enum object_type)first));
	case NATIVE_token_grant:
		return object_for_process(first, OBJECT_GRANT, second, registers->rdx);
	case NATIVE_token_revoke:
		return object_for_process(first, OBJECT_REVOKE, second, 0);
	case NATIVE_token_write:
		return object(first, OBJECT_WRITE, second, registers->rdx);
	case NATIVE_token_read:
		return object(first, OBJECT_READ, second, 0);
	case NATIVE_token_destroy:
		return object(first, OBJECT_DESTROY, 0, 0);
	case NATIVE_token_landing:
		return set_landing(first);
	default:
		return -LINUX_ENOSYS;
	}
}
