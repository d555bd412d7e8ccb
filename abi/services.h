/* services.h - the interface tables through which the kernel reaches services
 * SPDX-License-Identifier: MIT
 * One table a service; its replica on a core is the service's own static data there. A service linked with
 * the kernel (IC0) never waits: an operation that must returns CALL_PARKED, and answers later with kernel_reply.
 * Every function runs on the core whose replica is meant. */
#ifndef ABI_SERVICES_H
#define ABI_SERVICES_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/pcache.h"
#include "abi/registers.h"
#include "abi/status.h"
#include "abi/unit_note.h"

struct vspace; /* opaque to services */
struct file;   /* opaque to the kernel (services/linux/files.h) */

enum service {
	SERVICE_KERNEL, /* the instance itself: address spaces and threads of other cores */
	SERVICE_NAMES,
	SERVICE_LINUX,
	SERVICE_PAGER,
	SERVICE_COUNT,
};

/* A call's result when the answer comes later. Outside Linux's range of results. */
enum { CALL_PARKED = -65536 };

enum { CALL_WORDS = 6 };

/* Whom to answer: the thread (by its cookie) on a core. */
struct reply_to {
	uint32_t core;
	uint64_t cookie;
};

struct call {
	struct reply_to reply_to;
	uint32_t operation;
	uint64_t word[CALL_WORDS];
};

/* Memory of a caller's, for the length of a call. */
struct lent {
	uint64_t address;
	uint64_t size; /* bytes, with IPC_WRITABLE (abi/ipc.h) */
};

enum { LENT_MOST = 2 };

/* A system call's call of a service in a domain of its own. */
struct service_call {
	uint64_t word[CALL_WORDS];
	struct lent lent[LENT_MOST];
};

/* Words a service keeps with a thread; the kernel carries them along when the thread moves. */
struct task {
	uint64_t process;     /* token of the process object */
	uint32_t process_id;
	uint32_t thread_id;
	uint64_t clear_on_exit; /* user address to zero and wake, or 0 */
	uint64_t token_landing; /* user address where a thread goes on that has reached for a token it has not, or 0 */
	uint64_t saved[2];    /* of an operation that goes on after an answer */
	uint64_t request[8];  /* the same: what was asked for */
	int64_t (*resume)(struct task *task, int64_t result); /* what goes on; NULL: the answer is the result */
	void (*cancel)(struct task *task); /* undo the call that is out, on timeout or death; NULL: nothing to undo */
	struct service_call call;    /* kernel_serve's */
	uint64_t answer[CALL_WORDS]; /* the words of its answer, from 1 on */
	int64_t (*served)(struct task *task, int64_t result); /* what goes on with that */
	uint32_t sequence;           /* of calls that change something (abi/fs.h) */
	uint32_t tries;              /* of the one that is out */
	bool unheard;                /* it ends without having heard of one */
	struct file *file;           /* that this system call holds; NULL: none */
	uint64_t missed;             /* page of a mapped file that the thread needs, and enum vspace_right; 0: none */
	int64_t (*mapped)(struct task *task, int64_t result); /* what goes on with it */
	uint32_t anew;               /* how often it was asked for */
	int32_t exit_status;  /* as wait4 reports it, should this be the last thread */
};

struct memory_service {
	/* Frames of this core's partition, [start, end), all of one unit, that are the replica's from now on; and so is the note. */
	void (*donate)(enum frame_kind kind, uint64_t start, uint64_t end, struct unit_note *note);
	/* Adds prepared frames to the cache as far as there are any for this use. */
	void (*stock)(enum frame_kind kind, enum frame_use use, struct pcache *cache);
	/* A frame of this partition is free again. Its content does not matter. */
	void (*release)(enum frame_kind kind, uint64_t frame, struct unit_note *note);
	/* The same of a whole private unit, for programs alone; its content is whatever it was. 0: none. */
	uint64_t (*take_unit)(void);
	void (*release_unit)(struct unit_note *note);
	/* Zeroes so many bytes, a multiple of 8, of the core's private memory. */
	void (*clear)(uint64_t start, uint64_t size);
	uint64_t (*free_frames)(enum frame_kind kind); /* those in PCache not counted */

	/* Loans of private frames (kernel/memory/loans.h). How many of so many this core can lend now. */
	uint64_t (*lends)(uint64_t wanted);
	/* Whom this core is to ask, not the only one of the machine; and how it has answered. False: so have all. */
	unsigned (*lender)(void);
	void (*lender_lent)(void);
	bool (*lender_refused)(void);
};

/* The memory service once more, as programs' page faults call it in the ablation paging=service. */
struct pager_service {
	/* The page at an address, for one access (enum vspace_right): kernel_vspace_fault's results. */
	int64_t (*fault)(struct vspace *space, uint64_t address, unsigned right);
};

struct names_service {
	void (*start)(void);
	/* Results like kernel_call: a value, or NOT_FOUND; from any core without a message. */
	int64_t (*look_up)(const char *name, uint32_t length);
	/* 0, or NO_SPACE; made at the name's home. */
	int64_t (*change)(const char *name, uint32_t length, uint64_t value);
	/* The core whose replica serves that core. */
	unsigned (*replica)(unsigned core);
	int64_t (*call)(const struct call *call);
};

struct vspace;

struct linux_service {
	int64_t (*system_call)(struct registers *registers);
	/* The running thread did what only a signal answers; `status` and `address` are a memory fault's. */
	void (*fault)(struct task *task, int signal, status_t status, uint64_t address, uint64_t instruction);
	/* First program: 0, or why not. */
	int (*start_first)(const char *path, char *const argv[]);
	/* A thread has come to this core, or has ended on it. */
	bool (*may_live)(struct task *task);
	void (*thread_gone)(struct task *task);
	/* The page that the task has missed; `next` gets OK: try again, or a status. Like a system call: a result, or CALL_PARKED. */
	int64_t (*page)(struct task *task, int64_t (*next)(struct task *task, int64_t result));
	/* Open files that are mapped: the object; one reference more, one less. Any core. */
	uint64_t (*mapped_object)(uint64_t file);
	void (*mapped_keep)(uint64_t file);
	void (*mapped_let_go)(uint64_t file);
	/* A page of a space that runs here has got another frame, because this task wrote to it; NULL: a task that waits meanwhile. */
	void (*page_moved)(const struct task *task, const struct vspace *space, uint64_t old_frame);
	/* Every page that the replica has taken and not given back. */
	void (*visit_pages)(void (*visit)(const void *page));
	void (*visit_files)(void (*visit)(const void *page)); /* those of kernel_files_page_take */
	int64_t (*call)(const struct call *call);
};

extern const struct memory_service memory_service;
extern const struct pager_service pager_service;
extern const struct names_service names_service;
extern const struct linux_service linux_service;

#endif
