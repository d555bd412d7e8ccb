# locks.awk - finds identifiers that are locks; see locks
# SPDX-License-Identifier: MIT

function read_list(file, into, line) {
	while ((getline line < file) > 0)
		if (line != "" && line !~ /^#/)
			into[line] = 1
	close(file)
}
BEGIN {
	read_list(here "/locks.names", names)
	read_list(here "/locks.linux", allowed)
	for (name in names)
		if (name ~ /\*$/)
			prefixes[substr(name, 1, length(name) - 1)] = 1
	count = split("lock unlock trylock spinlock rwlock seqlock ticketlock mutex semaphore", list, " ")
	for (i = 1; i <= count; i++)
		lock_word[list[i]] = 1
}
function is_lock(name, word, i, count) {
	if (name in allowed)
		return 0
	if (name in names)
		return 1
	for (i in prefixes)
		if (index(name, i) == 1)
			return 1
	count = split(tolower(name), word, "_")
	for (i = 1; i <= count; i++)
		if (word[i] in lock_word)
			return 1
	return 0
}
function see_line(rest, name) {
	rest = code
	while (match(rest, /[A-Za-z_][A-Za-z0-9_]*/)) {
		name = substr(rest, RSTART, RLENGTH)
		rest = substr(rest, RSTART + RLENGTH)
		if (is_lock(name)) {
			printf "%s:%d: %s is a lock; give the state a home core and send it a message (a Linux name goes to tests/checks/locks.linux)\n", FILENAME, FNR, name
			failed = 1
		}
	}
}
END { exit failed }
