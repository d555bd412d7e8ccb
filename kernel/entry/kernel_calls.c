/* kernel_calls.c - abi/kernel.h as services linked with the kernel get it: direct calls
 * SPDX-License-Identifier: MIT
 * Argument handling and nothing more: what is done lies in the rooms below. */
#include "abi/kernel.h"

#include "abi/token.h"
#include "ipc/call.h"
#include "ipc/gate.h"
#include "kernel/arch/cpu.h"
#include "kernel/arch/paging.h"
#include "kernel/entry/backed.h"
#include "kernel/entry/borrow.h"
#include "kernel/entry/classes.h"
#include "kernel/entry/composition.h"
#include "kernel/entry/finish.h"
#include "kernel/memory/arena.h"
#include "kernel/memory/backing.h"
#include "kernel/memory/copy.h"
#include "kernel/memory/frames.h"
#include "kernel/memory/load.h"
#include "kernel/memory/object.h"
#include "kernel/memory/store.h"
#include "kernel/memory/user.h"
#include "kernel/memory/vspace.h"
#include "lib/format.h"
#include "percpu/far.h"
#include "percpu/inbox.h"
#include "percpu/instance.h"
#include "percpu/log.h"
#include "percpu/machine.h"
#include "sched/dispatch.h"
#include "sched/timer.h"

_Static_assert(VSPACE_END == USER_END, "services and kernel agree on where programs end");
_Static_assert(VSPACE_PLACED == ARENA_BASE, "services and kernel agree on where images end");
_Static_assert(TOKEN_BASE == DIRECT_MAP, "the direct map is the token window of services in the kernel");

enum { LINE_SIZE = 200 };

void kernel_log(const char *room, const char *fmt, ...)
{
	char line[LINE_SIZE];
	va_list values;

	va_start(values, fmt);
	format_list(line, sizeof(line), fmt, values);
	va_end(values);
	log_line(room, "%s", line);
}

void kernel_console_write(unsigned process_id, const char *text, size_t length)
{
	log_write(process_id, text, length);
}

void kernel_finish(int status)
{
	call_notify(LOG_CORE, SERVICE_KERNEL, KERNEL_FINISH, (uint64_t[CALL_WORDS]){ (uint64_t)status });
}

int64_t kernel_call(unsigned core, enum service service, unsigned operation, const uint64_t word[CALL_WORDS])
{
	return call_replica(core, service, operation, word);
}

void kernel_notify(unsigned core, enum service service, unsigned operation, const uint64_t word[CALL_WORDS])
{
	call_notify(core, service, operation, word);
}

int64_t kernel_serve(enum server server)
{
	return gate_serve(thread_current, server);
}

void kernel_reply(struct reply_to reply_to, int64_t result)
{
	call_reply(reply_to, result);
}

struct reply_to kernel_reply_to(const struct task *task)
{
	return (struct reply_to){ this_core(), (uint64_t)task - offsetof(struct thread, task) };
}

uint64_t kernel_stream(unsigned core, uint64_t count)
{
	struct message message = { .kind = MESSAGE_stream };

	return inbox_send_burst(core, &message, count);
}

const void *kernel_replica(unsigned core, const void *variable)
{
	return direct(machine.memory[core].instance + ((uint64_t)variable - INSTANCE_BASE));
}

void *kernel_page_take(void)
{
	uint64_t frame = frame_take(FRAME_service);

	return frame ? direct(frame) : NULL;
}

void *kernel_files_page_take(void)
{
	uint64_t frame = frame_take(FRAME_files);

	return frame ? direct(frame) : NULL;
}

void kernel_page_give(void *page)
{
	frame_give(direct_physical(page));
	frame_give_flush();
}

struct task *kernel_task(void)
{
	return &thread_current->task;
}

bool kernel_ending(void)
{
	return thread_current->dying;
}

struct registers *kernel_registers(void)
{
	return &thread_current->program.registers;
}

void kernel_set_deadline(uint64_t deadline)
{
	if (deadline)
		timer_set(thread_current, deadline);
	else
		timer_cancel(thread_current);
}

int64_t kernel_sleep(void)
{
	thread_current->wait = WAIT_NOTHING;
	dispatch_park();
	return CALL_PARKED;
}

int64_t kernel_yield(void)
{
	if (!dispatch_others_ready())
		return STATUS_OK;
	thread_current->program.registers.rax = 0;
	dispatch_yield();
	return CALL_PARKED;
}

int64_t kernel_go_on(int64_t result)
{
	dispatch_park();
	dispatch_complete(thread_current, result);
	return CALL_PARKED;
}

uint64_t kernel_base(unsigned which)
{
	return which ? thread_current->gs_base : thread_current->fs_base;
}

void kernel_set_base(unsigned which, uint64_t address)
{
	*(which ? &thread_current->gs_base : &thread_current->fs_base) = address;
	dispatch_bases_changed();
}

void kernel_affinity(struct core_set *set)
{
	*set = thread_current->affinity;
}

status_t kernel_copy_in(void *to, uint64_t from, size_t size)
{
	return user_copy_in(to, from, size);
}

status_t kernel_copy_out(uint64_t to, const void *from, size_t size)
{
	return user_copy_out(to, from, size);
}

int64_t kernel_copy_in_text(char *to, uint64_t from, size_t size)
{
	return user_copy_in_text(to, from, size);
}

status_t kernel_physical_of(uint64_t address, uint64_t *physical)
{
	status_t status = vspace_physical(thread_current->program.view, address, physical);

	if (status != STATUS_BACKED)
		return status;
	backed_miss(address, ACCESS_WRITE);
	return STATUS_BAD_ADDRESS;
}

uint64_t kernel_page_key(const struct vspace *space, uint64_t address, uint64_t physical)
{
	return vspace_key(space, address, physical & ~(uint64_t)(PAGE_SIZE - 1));
}

struct vspace *kernel_vspace_create(uint64_t heap_start)
{
	return vspace_create(heap_start);
}

struct vspace *kernel_vspace(void)
{
	return thread_current->program.view->space;
}

struct vspace *kernel_vspace_fork(status_t *status)
{
	return vspace_fork(thread_current->program.view->space, status);
}

status_t kernel_vspace_fill_shared(uint64_t *address)
{
	return vspace_fill_shared(thread_current->program.view->space, address);
}

int64_t kernel_borrow(void)
{
	borrow_and_wait();
	return CALL_PARKED;
}

void kernel_vspace_cores(const struct vspace *space, struct core_set *cores)
{
	vspace_members(space, cores);
}

int64_t kernel_vspace_hold(struct vspace *space)
{
	return call_replica(space->home, SERVICE_KERNEL, KERNEL_VSPACE_HOLD, (uint64_t[CALL_WORDS]){ (uint64_t)space });
}

void kernel_vspace_hold_for(struct vspace *space)
{
	call_notify(space->home, SERVICE_KERNEL, KERNEL_VSPACE_HOLD, (uint64_t[CALL_WORDS]){ (uint64_t)space });
}

int64_t kernel_server_end(enum server server, unsigned core)
{
	return call_replica(core, SERVICE_KERNEL, KERNEL_SERVER_END, (uint64_t[CALL_WORDS]){ server });
}

unsigned kernel_server_class(enum server server)
{
	return classes[server].isolation;
}

const char *kernel_composition(void)
{
	return class_composition_name();
}

void kernel_server_about(enum server server, struct server_about *about)
{
	const struct class *class = &classes[server];

	*about = (struct server_about){
		.name = class_service_name(server), .domain = class_service_name(class->domain), .why = class->why, .wanted = class->wanted, .class = class->isolation,
	};
	for (unsigned core = 0; core < machine_cores(); core++)
		about->ended += far_read64(far_of(core, &replicas[server]->ended));
}

int64_t kernel_object_create(enum object_type type)
{
	return object_create(thread_current->program.view->space, type);
}

__attribute__((noinline)) static int64_t call_object(uint64_t frame, enum object_operation operation, uint64_t a, uint64_t b)
{
	uint64_t word[CALL_WORDS] = { (uint64_t)thread_current->program.view->space, frame, frame_generation(frame), operation, a, b };

	return call_replica(machine_home(frame), SERVICE_KERNEL, KERNEL_OBJECT_CHANGE, word);
}

int64_t kernel_object_call(uint64_t token, enum object_operation operation, uint64_t a, uint64_t b)
{
	uint64_t frame = token - TOKEN_WINDOW;
	unsigned home = machine_home(frame);

	if (home == this_core())
		return object_change(operation, frame, thread_current->program.view->space, a, b);
	return home < CORES_MAX ? call_object(frame, operation, a, b) : STATUS_NOT_FOUND;
}

void kernel_vspace_release(struct vspace *space)
{
	call_notify(space->home, SERVICE_KERNEL, KERNEL_VSPACE_RELEASE, (uint64_t[CALL_WORDS]){ (uint64_t)space });
}

int64_t kernel_vspace_call(struct vspace *space, enum vspace_operation operation, uint64_t a, uint64_t b,
			   uint64_t c, uint64_t d)
{
	uint64_t word[CALL_WORDS] = { (uint64_t)space, operation, a, b, c, d };

	return call_replica(vspace_changer(space, operation, a, b), SERVICE_KERNEL, KERNEL_VSPACE_CHANGE, word);
}

status_t kernel_vspace_fault(struct vspace *space, uint64_t address, enum vspace_right right)
{
	return vspace_fault(view_find(space), address, (enum access)right);
}

status_t kernel_object_page_find(uint64_t address, struct object_page *page)
{
	return backing_find(thread_current->program.view->space, address, page);
}

status_t kernel_object_page_put(uint64_t address, const struct object_page *page, enum server server, const uint64_t where[3], enum vspace_right right)
{
	struct store_page from = { server, where[0], where[1], where[2] };

	return backing_put(thread_current->program.view, address, page, &from, (enum access)right);
}

status_t kernel_vspace_reserve(struct vspace *space, uint64_t start, uint64_t size, unsigned rights)
{
	return vspace_reserve(space, start, start + size, rights);
}

status_t kernel_vspace_put(struct vspace *space, uint64_t address, const void *from, uint64_t size)
{
	return vspace_put(space, address, from, size);
}

status_t kernel_vspace_load(struct vspace *space, const struct elf_image *elf, const uint8_t *file)
{
	return vspace_load(space, elf, file);
}

status_t kernel_vspace_enter(struct vspace *space)
{
	struct view *view = view_get(space);

	if (!view)
		return STATUS_NO_MEMORY;
	thread_current->program.view = view;
	view_activate(view);
	dispatch_forget(thread_current);
	fpu_clear(&thread_current->fpu);
	return STATUS_OK;
}
