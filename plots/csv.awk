# csv.awk - parts one line of a CSV file, shared by what reads results.csv and contended/*.csv
# SPDX-License-Identifier: MIT
# Commas and doubled quotes inside quotes belong to the field; a field does not run over lines.
# Tested by plots/test

# Splits a line into field[] and returns how many there are.
function split_line(line,    at, letter, quoted, n) {
	n = 1
	field[1] = ""
	for (at = 1; at <= length(line); at++) {
		letter = substr(line, at, 1)
		if (letter == "\"") {
			if (quoted && substr(line, at + 1, 1) == "\"")
				field[n] = field[n] substr(line, ++at, 1)
			else
				quoted = !quoted
		} else if (letter == "," && !quoted)
			field[++n] = ""
		else
			field[n] = field[n] letter
	}
	return n
}

function is_number(text) {
	return (text ~ /^[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?$/ || text ~ /^[0-9]+\.$/) && text + 0 < 1e300
}
