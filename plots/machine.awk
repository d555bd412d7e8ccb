# machine.awk - reads machine.txt into key and value, tab-separated
# SPDX-License-Identifier: MIT
# A line is "key value", "key: value" or "key=value"; only with a colon may a key have several words.
# Spaces in a key become underscores, so "host cores" and "host_cores" are one key. Tested by plots/test

/^[ \t]*$/ { next }
{
	gsub(/\t/, " ")
	if (match($0, /^[A-Za-z][A-Za-z_ -]*:( |$)/))
		n = RLENGTH
	else if (match($0, /^[A-Za-z_]+=/))
		n = RLENGTH
	else if ($0 ~ /^tessera commit /)
		n = length("tessera commit ")
	else
		n = match($0, / /) ? RSTART : length($0)
	key = substr($0, 1, n)
	value = substr($0, n + 1)
	sub(/[:= ]*$/, "", key)
	gsub(/^ +| +$/, "", value)
	gsub(/ /, "_", key)
	print key "\t" value
}
