/* control.c - what the runner asks QEMU over QMP
 * SPDX-License-Identifier: MIT */
#include "control.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

void control_ask(int fd)
{
	static const char requests[] = "{\"execute\":\"qmp_capabilities\"}\n{\"execute\":\"query-cpus-fast\"}\n";

	/* A dead emulator shows in its exit status; nothing more is to be done about it here. */
	(void)!send(fd, requests, sizeof(requests) - 1, MSG_NOSIGNAL);
}

void control_append(struct control *control, const char *bytes, size_t length)
{
	char *text = realloc(control->text, control->length + length + 1);

	if (!text)
		return; /* without it there is no binding; the run itself goes on */
	memcpy(text + control->length, bytes, length);
	control->length += length;
	text[control->length] = 0;
	control->text = text;
}

size_t control_threads(const struct control *control, pid_t *threads, size_t room)
{
	static const char key[] = "\"thread-id\": ";
	const char *answer = control->text ? strstr(control->text, "{\"return\": [") : NULL;
	size_t count = 0;
	int depth = 0;

	if (!answer || !strchr(answer, '\n'))
		return 0;
	/* A vCPU's own thread-id stands at depth 2; the one in its "props", at depth 3, is its place in a core. */
	for (; *answer != '\n' && count < room; answer++) {
		depth += (*answer == '{') - (*answer == '}');
		if (depth == 2 && !strncmp(answer, key, sizeof(key) - 1))
			threads[count++] = (pid_t)strtol(answer + sizeof(key) - 1, NULL, 10);
	}
	return count;
}

int control_was_reset(const struct control *control)
{
	return control->text && strstr(control->text, "\"guest-reset\"");
}

void control_free(struct control *control)
{
	free(control->text);
	*control = (struct control){ 0 };
}
