# retry.awk - finds loops that nothing bounds; see retry
# SPDX-License-Identifier: MIT

BEGIN {
	while ((getline line < (here "/retry.reasons")) > 0)
		if (line != "" && line !~ /^#/)
			reasons[line] = 1
	atomic = "compare_exchange|_cas|cas_|atomic_load|atomic_exchange|fetch_(or|and|add|sub)|far_read(32|64)|test_and_set|volatile"
}

function justified(text, reason) {
	for (reason in reasons)
		if (index(text, "/* " reason))
			return 1
	return 0
}

# Parentheses that text leaves open.
function depth_of(text, opened) {
	opened = gsub(/\(/, "", text)
	return opened - gsub(/\)/, "", text)
}

function judge(text) {
	if (text ~ /while[ \t]*\([ \t]*(1|true)[ \t]*\)/ || text ~ /for[ \t]*\([^;]*;[ \t]*;[^)]*\)/)
		return "a loop without end"
	if (text ~ /while[ \t]*\(/ && text ~ atomic)
		return "a loop that waits for an atomic word"
	if (text ~ /while[ \t]*\([ \t]*!/)
		return "a loop that goes on until something succeeds"
	if (text ~ /goto[ \t]+(retry|again)/)
		return "a jump back to try again"
	return ""
}

# What was found waits for one more line: the comment may be the first of the loop's body.
function complain_unless(excuse) {
	if (found != "" && !excuse) {
		printf "%s:%d: %s; bound it, or say why it ends: a comment that begins as in tests/checks/retry.reasons\n", found_file, found_line, found
		failed = 1
	}
	found = ""
}

function see_line(excused_here) {
	excused_here = justified($0)
	complain_unless(FNR > 1 && excused_here)
	if (FNR == 1)
		gathering = excused_before = 0
	if (!gathering && match(code, /(^|[^A-Za-z0-9_])(while|for|goto)([^A-Za-z0-9_]|$)/)) {
		statement = substr(code, RSTART)
		first_line = FNR
		excused = excused_before
		gathering = 1
	} else if (gathering) {
		statement = statement " " code
	}
	if (gathering) {
		excused = excused || excused_here
		if (depth_of(statement) <= 0) {
			gathering = 0
			if (!excused) {
				found = judge(statement)
				found_file = FILENAME
				found_line = first_line
			}
		}
	}
	excused_before = excused_here
}

END {
	complain_unless(0)
	exit failed
}
