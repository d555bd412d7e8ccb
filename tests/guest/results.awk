# results.awk - whether bench's result lines are those of a whole run: -v workers=, repetitions=, operations=[, without=]
# SPDX-License-Identifier: MIT
# Workers 0 to workers - 1, but for the one named by `without`, each have one line for each repetition, sit on
# the core of their number, and did what they were asked to in more than no time. Says what is not so.

/^result / {
	lines[$3]++
	if ($3 != $4)
		complain("worker " $3 " sits on core " $4)
	if ($6 != operations)
		complain("worker " $3 " did " $6 " operations, not " operations)
	if ($7 <= 0)
		complain("worker " $3 " took no time")
}

function complain(what) {
	print what
	failed = 1
}

END {
	for (worker in lines)
		if (worker + 0 >= workers || worker == without "")
			complain("worker " worker " has " lines[worker] " lines, and none are meant to be there")
	for (worker = 0; worker < workers; worker++)
		if (worker != without "" && lines[worker] != repetitions)
			complain("worker " worker " has " lines[worker] + 0 " lines, not " repetitions)
	exit failed
}
