/* classes.c - see classes.h
 * SPDX-License-Identifier: MIT */
#include "kernel/entry/classes.h"

#include "abi/domain.h"
#include "abi/store.h"
#include "ipc/replica.h"
#include "kernel/arch/defences.h"
#include "kernel/arch/keys.h"
#include "kernel/entry/domain.h"
#include "lib/command_line.h"
#include "lib/elf.h"
#include "lib/format.h"
#include "lib/image_check.h"
#include "lib/string.h"
#include "percpu/log.h"
#include "percpu/machine.h"
#include "sched/thread.h"

/* No service calls itself by way of others: the longest chain has each of them once at most. */
#define X(name, number, callees, meaning) _Static_assert((uint64_t)(callees) >> number == 0, "a service calls those before it alone");
#include "abi/server.def"
#undef X

struct class classes[SERVER_COUNT] sealed;
static sealed unsigned chain[SERVER_COUNT]; /* of calls that begins with it */
static sealed bool no_keys_wanted;

static const uint64_t callees_of[SERVER_COUNT] = {
#define X(name, number, callees, meaning) [number] = callees,
#include "abi/server.def"
#undef X
};

static const char *const name_of[SERVER_COUNT] = {
#define X(name, number, callees, meaning) [number] = #name,
#include "abi/server.def"
#undef X
};

static enum composition read_composition(void)
{
	char name[32];

	if (!command_line_value(machine.boot.command_line, "compose", name, sizeof(name)))
		return (enum composition)0;
	return composition_find(name) % COMPOSITIONS; /* one that there is not is complained of later */
}

/* Whom those call who are in a service's domain. */
static uint64_t callees_of_domain(enum composition composition, unsigned server)
{
	uint64_t callees = 0;

	for (unsigned other = 0; other < SERVER_COUNT; other++)
		if (composition_domain(composition, (enum server)other) == server)
			callees |= callees_of[other];
	return callees;
}

static unsigned length_of_chain(enum composition composition, unsigned server)
{
	uint64_t callees = callees_of_domain(composition, server);
	unsigned longest = 0;

	for (unsigned other = 0; other < server; other++)
		if (callees >> other & 1 && chain[other] > longest)
			longest = chain[other];
	return longest + 1;
}

/* What the build says of an image that it refuses stands in its place. */
static const char *refused_by_build(struct class *class, const struct image *image)
{
	size_t size = (size_t)(image->end - image->start);

	if (size >= 4 && !memcmp(image->start, "\177ELF", 4))
		return NULL;
	if (size >= sizeof(class->where))
		size = sizeof(class->where) - 1;
	memcpy(class->where, image->start, size);
	while (size && class->where[size - 1] == '\n')
		size--;
	class->where[size] = '\0';
	return class->where;
}

const struct image *class_image(enum server server, enum isolation isolation)
{
	bool wanted = server == SERVER_crude && isolation == ISOLATION_KEY && !defence_holds(DEFENCE_images);

	return wanted ? &refused_image : &server_images[classes[server].image][isolation];
}

static const char *refused(struct class *class, enum server server, enum isolation isolation)
{
	const struct image *image = class_image(server, isolation);
	const char *why = refused_by_build(class, image);
	struct elf_image elf;

	if (!defence_holds(DEFENCE_images))
		return why;
	if (why || domain_read(server, isolation, &elf, &why))
		return why;
	for (unsigned i = 0; i < elf.segment_count; i++) {
		const struct elf_segment *segment = &elf.segment[i];
		const char *name;
		size_t where;

		if (!(segment->rights & ELF_EXECUTE))
			continue;
		name = image_check(image->start + segment->file_offset, segment->file_size, &where);
		if (!name)
			continue;
		format(class->where, sizeof(class->where), "it has %s at 0x%lx", name, segment->address + where);
		return class->where;
	}
	return NULL;
}

/* Where a store is for who is in ring 0 (kernel/memory/window.h). */
static const char *no_window(enum server server)
{
	char value[sizeof("shared")];

	if (!(IPC_KEEP >> server & 1))
		return NULL;
	if (command_line_value(machine.boot.command_line, "tables", value, sizeof(value)))
		return "its store has tables that cores share";
	if (machine_cores() > (STORE_INNER_END - store_inner(STORE_BASE)) >> STORE_SHIFT)
		return "so many shards do not fit beside the kernel";
	if (machine.boot.initrd.end - machine.boot.initrd.start > ARCHIVE_INNER_MAX - UNIT_SIZE)
		return "the initramfs does not fit beside it";
	return NULL;
}

/* NULL: the service gets it. */
static const char *denied(struct class *class, enum server server, enum isolation isolation, unsigned key)
{
	if (isolation == ISOLATION_SPACE)
		return NULL;
	if (no_window(server))
		return no_window(server);
	if (isolation == ISOLATION_NONE)
		return chain[server] > SERVICES_DEEP ? "too long a chain of calls begins with it" : refused_by_build(class, &server_images[class->image][isolation]);
	if (!keys_there())
		return "the processor has no supervisor protection keys";
	if (key >= keys_there())
		return "there is no key left";
	return refused(class, server, isolation);
}

void classes_choose(void)
{
	enum composition composition = read_composition();
	unsigned key = KEY_FIRST;
	char value[sizeof("off")];

	no_keys_wanted = command_line_value(machine.boot.command_line, "keys", value, sizeof(value));
	for (unsigned server = 0; server < SERVER_COUNT; server++) {
		struct class *class = &classes[server];
		enum server domain = composition_domain(composition, (enum server)server);

		chain[server] = length_of_chain(composition, server);
		if (domain != server) { /* it comes behind the domain's own service */
			*class = classes[domain];
			chain[server] = chain[domain];
			continue;
		}
		class->domain = domain;
		class->image = composition_image(composition, domain);
		class->wanted = composition_isolation(composition, domain);
		class->why = denied(class, (enum server)server, class->wanted, key);
		class->isolation = class->why ? ISOLATION_SPACE : class->wanted;
		if (class->isolation == ISOLATION_KEY)
			class->key = no_keys_wanted ? KEY_KERNEL : key++;
	}
}

void classes_join(void)
{
	for (unsigned server = 0; server < SERVER_COUNT; server++)
		if (classes[server].domain != server)
			replica_join((enum server)server, classes[server].domain);
}

const char *class_service_name(enum server server)
{
	return name_of[server];
}

const char *class_composition_name(void)
{
	return composition_name(read_composition());
}

void classes_say(void)
{
	log_line("entry", "composition %s%s", class_composition_name(), no_keys_wanted ? ", and no domain has a key: nothing keeps those in "
		 "class 1 from anything" : "");
	for (unsigned server = 0; server < SERVER_COUNT; server++) {
		const struct class *class = &classes[server];

		if (class->domain != server)
			log_line("entry", "service %s: joined to %s, class %u", name_of[server], name_of[class->domain], class->isolation);
		else if (class->why)
			log_line("entry", "service %s: class %u, not %u: %s", name_of[server], class->isolation, class->wanted, class->why);
		else if (class->isolation == ISOLATION_KEY)
			log_line("entry", "service %s: class 1, key %u", name_of[server], class->key);
		else
			log_line("entry", "service %s: class %u", name_of[server], class->isolation);
	}
}
