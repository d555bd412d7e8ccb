/* proxy.c - see proxy.h
 * SPDX-License-Identifier: MIT */
#include "ipc/proxy.h"

#include <stddef.h>

#include "abi/ipc.h"
#include "abi/services.h"
#include "ipc/gate.h"
#include "ipc/monitor.h"
#include "kernel/arch/layout.h"
#include "kernel/memory/pool.h"
#include "percpu/inbox.h"
#include "sched/dispatch.h"

/* In a proxy's instruction pointer, as the gate keeps it: what waits at the door of a replica that fails is set back by a system call's size. */
enum { TO_BE_MADE = 0, MADE = SYSTEM_CALL_SIZE };

/* What a proxy's task keeps in `request`. */
enum proxy_request { PROXY_SERVER, PROXY_CALLER, PROXY_COOKIE };

struct waiting_call {
	struct waiting_call *next;
	struct message message;
};

static struct service_calls {
	unsigned proxies;                  /* that have one */
	struct waiting_call *first, *last; /* which wait for one */
} calls[SERVER_COUNT];

static struct pool pool = POOL(sizeof(struct waiting_call));
static struct run_queue idle;

static void send_answer(unsigned core, uint64_t cookie, const struct registers *registers)
{
	struct message message = {
		.kind = MESSAGE_answered, .cookie = cookie,
		.word = { registers->rax, registers->rsi, registers->rdx, registers->r10, registers->r8, registers->r9 },
	};

	inbox_send_leaf(core, &message);
}

static void refuse(const struct message *message, status_t status)
{
	send_answer(message->from, message->cookie, &(struct registers){ .rax = (uint64_t)status });
}

static void give_call(struct thread *proxy, const struct message *message)
{
	proxy->task.request[PROXY_SERVER] = message->operation;
	proxy->task.request[PROXY_CALLER] = message->from;
	proxy->task.request[PROXY_COOKIE] = message->cookie;
	proxy->program.registers = (struct registers){
		.rdi = message->word[0], .rsi = message->word[1], .rdx = message->word[2],
		.r10 = message->word[3], .r8 = message->word[4], .r9 = message->word[5],
		.error = IPC_CALL + (uint64_t)message->operation, .rip = TO_BE_MADE, .cs = SELECTOR_USER_CODE,
	};
}

static bool take_waiting(struct service_calls *of, struct thread *proxy)
{
	struct waiting_call *call = of->first;

	if (!call)
		return false;
	of->first = call->next;
	give_call(proxy, &call->message);
	pool_give(&pool, call);
	return true;
}

static void begin(struct thread *proxy);

/* It has answered: the next call, behind the proxies that are ready; or it is idle. */
static void take_next(struct thread *proxy, struct service_calls *of)
{
	thread_current = NULL;
	proxy->state = THREAD_PARKED;
	if (take_waiting(of, proxy)) {
		begin(proxy);
		return;
	}
	of->proxies--;
	proxy->wait = WAIT_ANSWER;
	run_queue_append(&idle, proxy);
}

/* Its turn, in no replica: it makes the call, or it is back from one. */
static int64_t go_on(struct task *task, int64_t result)
{
	struct thread *proxy = thread_current;
	struct registers *registers = &proxy->program.registers;
	uint64_t server = task->request[PROXY_SERVER];

	task->resume = go_on;
	if (registers->rip == TO_BE_MADE) {
		registers->rip = MADE;
		result = gate_call(proxy, server);
		if (result == CALL_PARKED)
			return CALL_PARKED;
		registers->rax = (uint64_t)(result == STATUS_NO_MEMORY ? STATUS_BUSY : result); /* it has not been asked: what it answers itself comes another way */
	}
	send_answer((unsigned)task->request[PROXY_CALLER], task->request[PROXY_COOKIE], registers);
	take_next(proxy, &calls[server]);
	return CALL_PARKED;
}

bool proxy_is_through(const struct thread *thread)
{
	return thread->activation == &thread->program && thread->program.on_return & ON_RETURN_REMOTE && thread->program.registers.rip == MADE;
}

/* To a closed door it goes at once: to switch to it, and back to whoever it has to wait for, would keep that one longer. */
static void begin(struct thread *proxy)
{
	proxy->task.resume = go_on;
	if (monitor_queue_at(replicas[proxy->task.request[PROXY_SERVER]], proxy)) {
		proxy->program.registers.rip = MADE;
		return;
	}
	proxy->wait = WAIT_NOTHING;
	dispatch_precede(proxy);
}

static struct thread *take_proxy(void)
{
	struct thread *proxy = run_queue_take(&idle);

	if (proxy)
		return proxy;
	proxy = thread_create(view_nobodys());
	if (!proxy)
		return NULL;
	proxy->program.on_return |= ON_RETURN_REMOTE;
	proxy->program.replica = &replica_of_proxies;
	return proxy;
}

static void wait_for_proxy(struct service_calls *of, const struct message *message)
{
	struct waiting_call *call = pool_take(&pool);

	if (!call) {
		refuse(message, STATUS_BUSY);
		return;
	}
	*call = (struct waiting_call){ .message = *message };
	if (of->first)
		of->last->next = call;
	else
		of->first = call;
	of->last = call;
}

void proxy_asked(const struct message *message)
{
	struct service_calls *of = &calls[message->operation];
	struct thread *proxy;

	if (of->proxies == PROXIES_EACH) {
		wait_for_proxy(of, message);
		return;
	}
	proxy = take_proxy();
	if (!proxy) {
		refuse(message, STATUS_BUSY);
		return;
	}
	of->proxies++;
	give_call(proxy, message);
	begin(proxy);
}
