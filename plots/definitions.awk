# definitions.awk - takes name, unit and sentence of each test out of scalability-tests/tests.def
# SPDX-License-Identifier: MIT
# Reads X(name, "arguments", systems, kind, "unit", "sentence") as the C preprocessor would: comments are
# skipped, neighbouring strings joined, an entry may run over lines. Writes name, unit, sentence, tab-separated.
# Tested by plots/test

{ text = text $0 "\n" }

function skip_comments(    at, end) {
	while ((at = index(text, "/*")) > 0) {
		end = index(substr(text, at + 2), "*/")
		if (end == 0)
			end = length(text)
		text = substr(text, 1, at - 1) " " substr(text, at + end + 3)
	}
}

# Reads one entry from behind its "X(" and returns how far it reaches.
function read_entry(rest,    at, letter, quoted, depth, n, field) {
	n = 1
	depth = 1
	field[1] = ""
	for (at = 1; at <= length(rest) && depth > 0; at++) {
		letter = substr(rest, at, 1)
		if (quoted && letter == "\\")
			field[n] = field[n] substr(rest, ++at, 1)
		else if (letter == "\"")
			quoted = !quoted
		else if (quoted)
			field[n] = field[n] letter
		else if (letter == "," && depth == 1)
			field[++n] = ""
		else if (letter !~ /[ \t\n]/) {
			depth += (letter == "(") - (letter == ")")
			if (depth > 0)
				field[n] = field[n] letter
		}
	}
	if (n >= 3 && field[1] ~ /^[A-Za-z0-9_]+$/)
		print field[1] "\t" clean(field[n - 1]) "\t" clean(field[n])
	return at
}

function clean(words) {
	gsub(/[\t\n]/, " ", words)
	return words
}

END {
	skip_comments()
	while (match(text, /(^|[^A-Za-z0-9_])X\(/)) {
		text = substr(text, RSTART + RLENGTH)
		text = substr(text, read_entry(text))
	}
}
