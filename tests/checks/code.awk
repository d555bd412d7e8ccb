# code.awk - C without its comments and literals, line by line, so that a check sees code alone
# SPDX-License-Identifier: MIT
# Sets code (this line without comments, strings and characters) and calls see_line() for each line;
# the program that includes this one (awk -f code.awk -f check.awk) defines see_line().
FNR == 1 { in_comment = 0 }
{
	code = ""
	rest = $0
	while (rest != "") {
		if (in_comment) {
			end = index(rest, "*/")
			if (!end)
				break
			in_comment = 0
			rest = substr(rest, end + 2)
			code = code " "
		} else if (match(rest, /\/\*|\/\/|"|'/)) {
			code = code substr(rest, 1, RSTART - 1)
			opening = substr(rest, RSTART, RLENGTH)
			rest = substr(rest, RSTART + RLENGTH)
			if (opening == "//")
				break
			if (opening == "/*") {
				in_comment = 1
			} else {
				literal = opening == "\"" ? "^([^\"\\\\]|\\\\.)*\"" : "^([^'\\\\]|\\\\.)*'"
				if (match(rest, literal))
					rest = substr(rest, RLENGTH + 1)
				code = code opening opening
			}
		} else {
			code = code rest
			rest = ""
		}
	}
	see_line()
}
