/* kernel.h - what the kernel offers to services
 * SPDX-License-Identifier: MIT
 * Every function acts on the core that calls it and never waits, unless it says so. "The thread" is the
 * one whose call is being served. */
#ifndef ABI_KERNEL_H
#define ABI_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#include "abi/hostile.h"
#include "abi/ipc.h"
#include "abi/registers.h"
#include "abi/services.h"
#include "abi/status.h"

struct core_set;  /* lib/core_set.h */
struct elf_image; /* lib/elf.h */

/* Machine. */
unsigned kernel_core(void);
unsigned kernel_core_count(void);
unsigned kernel_node(void); /* this core's memory node */
unsigned kernel_distance(unsigned core_a, unsigned core_b); /* 0 to 4, see native.def */
uint64_t kernel_time(void);            /* nanoseconds since boot */
unsigned kernel_home_of(uint64_t physical); /* the core whose partition holds a frame */
uint64_t kernel_memory_total(void);    /* bytes in all partitions */
uint64_t kernel_memory_free(void);     /* of them, those that nobody uses: what each core says of its own, at about this time */
uint64_t kernel_counter(unsigned counter, unsigned core);
uint64_t kernel_footprint(unsigned core);
uint64_t kernel_online_time(unsigned core);
int64_t kernel_poke(unsigned core);    /* test: a write to foreign memory; BAD_ADDRESS as it must */
uint64_t kernel_random(void);
bool kernel_option(const char *key, char *value, size_t size); /* key=value on the command line */
const uint8_t *kernel_initrd(uint64_t *size);

/* Text: from the kernel's side, or as a program's output. */
__attribute__((format(printf, 2, 3)))
void kernel_log(const char *room, const char *fmt, ...);
void kernel_console_write(unsigned process_id, const char *text, size_t length);

/* Ends the machine's run with the first program's status; does not return when called on core 0,
 * and soon after when called elsewhere. */
void kernel_finish(int status);

/* Calls of a replica, here or on another core. Result of the call, or CALL_PARKED. */
int64_t kernel_call(unsigned core, enum service service, unsigned operation, const uint64_t word[CALL_WORDS]);
void kernel_notify(unsigned core, enum service service, unsigned operation, const uint64_t word[CALL_WORDS]);
void kernel_reply(struct reply_to reply_to, int64_t result);
/* A service in a domain of its own, for the thread's system call: with the task's `call`, which stays as it is. It goes on in the task's `resume`, with the result (DEAD: its replica
 * has failed meanwhile) and the other words of the answer in `answer`. CALL_PARKED; or NO_MEMORY, DEAD: it has not been called. */
int64_t kernel_serve(enum server server);
struct reply_to kernel_reply_to(const struct task *task); /* as this core's calls name the task's thread */

/* Measuring: leaf messages without content to another core, as many as its ring takes now. How many that was. */
uint64_t kernel_stream(unsigned core, uint64_t count);

/* Where a variable of this service lies in its replica on another core: a token. */
const void *kernel_replica(unsigned core, const void *variable);

/* Pages of this core for a service's objects, zeroed; NULL: none left. */
void *kernel_page_take(void);
void kernel_page_give(void *page);
/* The same of memory that all cores may write: descriptors and open files. */
void *kernel_files_page_take(void);

/* The thread. */
struct task *kernel_task(void);
bool kernel_ending(void); /* it is to end: an operation of many steps should not begin another */
struct registers *kernel_registers(void);
void kernel_set_deadline(uint64_t deadline); /* of the park that follows: 0 for none */
int64_t kernel_sleep(void);                  /* parks until the deadline; the result is 0 */
int64_t kernel_yield(void);
int64_t kernel_exit_thread(void);
int64_t kernel_go_on(int64_t result); /* answers the thread by way of the event loop: all registers are loaded anew */
uint64_t kernel_base(unsigned which);              /* FS (0) or GS (1) base address */
void kernel_set_base(unsigned which, uint64_t address);
void kernel_affinity(struct core_set *set);
int64_t kernel_set_affinity(const struct core_set *set); /* moves the thread when it must */

/* A new thread in an address space, on a core; its registers and task are copied. 0 or NO_MEMORY. */
status_t kernel_start_thread(unsigned core, struct vspace *space, const struct registers *registers,
			     const struct task *task, uint64_t fs_base, const struct core_set *affinity);
/* Ends every thread of a process on this core. */
void kernel_kill_threads(uint32_t process_id);
/* A thread of this core without a program, for what no program asks for: it goes on at `resume` when it is woken, and there sleeps again in the end. NULL: no memory. It is
 * woken while it sleeps without a deadline. */
struct task *kernel_start_worker(uint32_t thread_id, int64_t (*resume)(struct task *task, int64_t result));
void kernel_wake_worker(struct task *task);

/* User memory of the thread. BAD_ADDRESS: nothing, or a part, was copied. */
must_check status_t kernel_copy_in(void *to, uint64_t from, size_t size);
must_check status_t kernel_copy_out(uint64_t to, const void *from, size_t size);
must_check int64_t kernel_copy_in_text(char *to, uint64_t from, size_t size); /* length, or a status */
must_check status_t kernel_physical_of(uint64_t address, uint64_t *physical); /* faults it in, writable */
/* Any space, any core: who may have the page of an address, if a byte of it is `physical` by now: the space, or a number that all spaces with
 * this shared page have in common; 0: it is another page. */
struct vspace;
uint64_t kernel_page_key(const struct vspace *space, uint64_t address, uint64_t physical);

/* Address spaces. Changes are made at the space's home: results like kernel_call. */
enum vspace_right {
	VSPACE_READ = 1,
	VSPACE_WRITE = 2,
	VSPACE_EXECUTE = 4,
	VSPACE_SHARED = 8, /* of a mapping: a copied space has the same pages, and no copies */
	VSPACE_BACKED = 16, /* the same: of an object (VSPACE_MAP_OBJECT) */
};

/* Programs' addresses lie below; the page beneath it is the last. From VSPACE_PLACED up the kernel places mappings itself: images and
 * their heaps stay below. */
#define VSPACE_END    UINT64_C(0x00007ffffffff000)
#define VSPACE_PLACED UINT64_C(0x0000400000000000)

/* A range begins with a page and stands for whole ones. PROTECT, DISCARD, ADVISE and LOOK answer NO_MEMORY when one of them is not mapped: PROTECT
 * has changed what lies before it, the others what is mapped. */
enum vspace_operation {
	VSPACE_MAP,     /* address or 0, size, rights, VSPACE_FIXED... -> address */
	VSPACE_MAP_OBJECT, /* address or 0, size, VSPACE_OBJECT_..., holder (kernel/memory/backing.h), whose reference goes over -> address; else the caller keeps it */
	VSPACE_UNMAP,   /* address, size */
	VSPACE_PROTECT, /* address, size, rights */
	VSPACE_DISCARD, /* address, size: zero-filled again at the next touch */
	VSPACE_DROP,    /* address, size: the same, shared pages, too; of stores alone */
	VSPACE_ADVISE,  /* address, size, 1 or 0: the program wants huge pages there, as far as they fit and are left, or does not */
	VSPACE_LOOK,    /* address, size: changes nothing */
	VSPACE_MOVE,    /* address, size, new size, VSPACE_STAY... or another address, of the same home -> address */
	VSPACE_BREAK,   /* new end of the heap, or 0 -> the end as it now is */
};

enum vspace_map_flags {
	VSPACE_ANYWHERE,
	VSPACE_FIXED,          /* replaces what was there */
	VSPACE_FIXED_IF_EMPTY, /* EXISTS when something is there */
};

/* The third word of VSPACE_MAP_OBJECT. */
enum vspace_object {
	VSPACE_OBJECT_RIGHTS = 15,
	VSPACE_OBJECT_UNWRITABLE = 16, /* shared, and not to be written: not later either */
	VSPACE_OBJECT_FLAGS = 8,   /* from this bit on: enum vspace_map_flags */
	VSPACE_OBJECT_PAGE = 16,   /* the same: the first page of the object that is mapped */
};

enum vspace_move {
	VSPACE_STAY,          /* NO_MEMORY when it cannot grow where it is */
	VSPACE_MOVE_ANYWHERE, /* when it cannot */
};

/* Ends a core's replica of a service, whatever it is doing; like kernel_call. */
int64_t kernel_server_end(enum server server, unsigned core);

/* The isolation class that it has. */
unsigned kernel_server_class(enum server server);

/* What the machine is made of: the composition's name; and of each service, what it is called, in whose domain it is, the class that the composition wants for it, the one
 * that it has, why it is another one (NULL: it is not), and how many of its replicas have ended since boot, on all cores. */
struct server_about {
	const char *name, *domain, *why;
	unsigned wanted, class;
	uint64_t ended;
};
const char *kernel_composition(void);
void kernel_server_about(enum server server, struct server_about *about);

/* For tests: where the kernel has what one would attack. */
uint64_t kernel_gate_point(enum gate_point point);

/* Objects that programs share by token (abi/token.h). Changes are made at the object's home: results like kernel_call. */
enum object_type {
	OBJECT_VALUES, /* 512 words, which programs write as they like */
	OBJECT_BOARD,  /* 511 words, which the kernel writes for them, and before these a word that counts the writes */
};

enum object_operation {
	OBJECT_GRANT,   /* space, enum token_right; the caller made it. EXISTS: it has it already */
	OBJECT_REVOKE,  /* space; the caller made it */
	OBJECT_WRITE,   /* index of a word that is a value, value; the caller has TOKEN_CHANGE */
	OBJECT_READ,    /* index -> the word, its highest bit lost */
	OBJECT_DESTROY, /* the caller made it */
};

/* Of the thread's space, at this core: its token, or BAD_ARGUMENT, NO_MEMORY. */
int64_t kernel_object_create(enum object_type type);
int64_t kernel_object_call(uint64_t token, enum object_operation operation, uint64_t a, uint64_t b);

struct vspace *kernel_vspace_create(uint64_t heap_start); /* home: this core; one user */
struct vspace *kernel_vspace(void); /* the thread's */
void kernel_vspace_cores(const struct vspace *space, struct core_set *cores); /* where threads of it may be */
/* A copy of the thread's, its home this core, one user. NULL: *status NO_MEMORY; or NO_PAGE: fill its shared mappings first, from address 0 on.
 * That is OK when it is done, and goes on where it stopped: BUSY: at the thread's next turn; NO_PAGE: after a loan; NO_MEMORY. */
struct vspace *kernel_vspace_fork(status_t *status);
must_check status_t kernel_vspace_fill_shared(uint64_t *address);
/* Parks the thread until frames for its pages have been borrowed: OK, or NO_MEMORY: nobody lends any. */
int64_t kernel_borrow(void);
int64_t kernel_vspace_hold(struct vspace *space); /* one user more; like kernel_call */
void kernel_vspace_hold_for(struct vspace *space); /* the same by notification; while somebody else holds it; that release and this one's come from here */
void kernel_vspace_release(struct vspace *space); /* anywhere; the last one frees it */
int64_t kernel_vspace_call(struct vspace *space, enum vspace_operation operation, uint64_t a, uint64_t b,
			   uint64_t c, uint64_t d);
/* This core's view of a space gets the page at an address. BAD_ADDRESS: nothing there that gives the right; NO_MEMORY; OVER_LIMIT; NO_PAGE: a frame
 * may be borrowed; BUSY: try again. */
must_check status_t kernel_vspace_fault(struct vspace *space, uint64_t address, enum vspace_right right);
/* Pages of objects that are mapped (kernel/memory/backing.h). Which one an address of the thread stands for: BAD_ADDRESS. And it comes there, from the store of the service
 * that has it: by its address, and a word (address, value) that says it is still this page. RESTART: it is not any more; NOT_ALLOWED: the page is not
 * for others, or the word is none; BUSY; and as kernel_vspace_fault. */
struct object_page {
	uint64_t object, index;
};

must_check status_t kernel_object_page_find(uint64_t address, struct object_page *page);
must_check status_t kernel_object_page_put(uint64_t address, const struct object_page *page, enum server server, const uint64_t where[3], enum vspace_right right);

/* Building a space at its home before it runs. NO_MEMORY. */
must_check status_t kernel_vspace_reserve(struct vspace *space, uint64_t start, uint64_t size, unsigned rights);
must_check status_t kernel_vspace_put(struct vspace *space, uint64_t address, const void *from, uint64_t size); /* bytes into it */
must_check status_t kernel_vspace_load(struct vspace *space, const struct elf_image *elf, const uint8_t *file); /* an image's segments */
/* The thread goes on in another space, with vector registers as after reset. */
must_check status_t kernel_vspace_enter(struct vspace *space);

#endif
