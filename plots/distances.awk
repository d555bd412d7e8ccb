# distances.awk - what each distance between cores means, from the words of core_distance in abi/native.def
# SPDX-License-Identifier: MIT
# Reads what definitions.awk writes; "0 same core, 1 same physical core" becomes a line of number and words each.
# Tested by plots/test

BEGIN { FS = "\t" }

$1 == "core_distance" {
	n = split($3, part, ", ")
	for (i = 1; i <= n; i++)
		if (match(part[i], /^[0-9]+ /))
			print substr(part[i], 1, RLENGTH - 1) "\t" substr(part[i], RLENGTH + 1)
}
