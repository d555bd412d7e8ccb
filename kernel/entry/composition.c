/* composition.c - see composition.h
 * SPDX-License-Identifier: MIT */
#include "kernel/entry/composition.h"

#include "ipc/call.h"
#include "ipc/proxy.h"
#include "ipc/remote.h"
#include "ipc/replica.h"
#include "kernel/arch/paging.h"
#include "kernel/entry/audit.h"
#include "kernel/entry/finish.h"
#include "kernel/entry/threads.h"
#include "kernel/memory/backing.h"
#include "kernel/memory/copy.h"
#include "kernel/memory/frames.h"
#include "kernel/memory/loans.h"
#include "kernel/memory/object.h"
#include "kernel/memory/vspace.h"
#include "percpu/backlog.h"
#include "percpu/inbox.h"

static void stream_arrived(const struct message *message)
{
	(void)message;
}

const message_handler message_handlers[MESSAGE_KIND_COUNT] = {
	[MESSAGE_reply] = call_answer,
	[MESSAGE_invalidate] = vspace_invalidate,
	[MESSAGE_frames] = frames_came_home,
	[MESSAGE_lent] = loans_arrived,
	[MESSAGE_answered] = remote_answered,
	[MESSAGE_freeze] = audit_freeze,
	[MESSAGE_audit] = audit_count,
	[MESSAGE_stream] = stream_arrived,
	[MESSAGE_borrow] = loans_asked,
	[MESSAGE_call_at] = proxy_asked,
	[MESSAGE_request] = call_request,
	[MESSAGE_notify] = call_notification,
};

static void *take_page(void)
{
	uint64_t frame = frame_take(FRAME_backlog);

	return frame ? direct(frame) : NULL;
}

void *(*const backlog_page)(void) = take_page;

static void page_moved(const struct vspace *space, uint64_t old_frame)
{
	linux_service.page_moved(thread_current ? &thread_current->task : NULL, space, old_frame);
}

void (*const copy_moved)(const struct vspace *space, uint64_t old_frame) = page_moved;

static uint64_t mapped_object(uint64_t holder)
{
	return linux_service.mapped_object(holder);
}

static void mapped_keep(uint64_t holder)
{
	linux_service.mapped_keep(holder);
}

static void mapped_let_go(uint64_t holder)
{
	linux_service.mapped_let_go(holder);
}

uint64_t (*const backing_object)(uint64_t holder) = mapped_object;
void (*const backing_keep)(uint64_t holder) = mapped_keep;
void (*const backing_let_go)(uint64_t holder) = mapped_let_go;

static int64_t serve_kernel(const struct call *call)
{
	struct vspace *space = (struct vspace *)call->word[0];

	switch ((enum kernel_operation)call->operation) {
	case KERNEL_ADOPT:
		return thread_adopt(call->word[0], (struct vspace *)call->word[1]);
	case KERNEL_VSPACE_CHANGE:
		return vspace_change(space, (enum vspace_operation)call->word[1], &call->word[2]);
	case KERNEL_VSPACE_HOLD:
		space->users++;
		return STATUS_OK;
	case KERNEL_VSPACE_RELEASE:
		vspace_release(space);
		return STATUS_OK;
	case KERNEL_OBJECT_CHANGE:
		if (!object_is(call->word[1], (uint32_t)call->word[2]))
			return STATUS_NOT_FOUND;
		return object_change((enum object_operation)call->word[3], call->word[1], space, call->word[4], call->word[5]);
	case KERNEL_SERVER_END:
		replica_fail(replicas[call->word[0]]);
		return STATUS_OK;
	case KERNEL_FINISH:
		finish((int)call->word[0]);
	}
	return STATUS_NO_CALL;
}

int64_t serve_call(enum service service, const struct call *call)
{
	switch (service) {
	case SERVICE_KERNEL:
		return serve_kernel(call);
	case SERVICE_NAMES:
		return names_service.call(call);
	case SERVICE_LINUX:
		return linux_service.call(call);
	case SERVICE_PAGER:
		return pager_service.fault((struct vspace *)call->word[0], call->word[1], (unsigned)call->word[2]);
	default:
		return STATUS_NO_CALL;
	}
}
