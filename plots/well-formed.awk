# well-formed.awk - checks that a file is well-formed XML, as far as this project's SVG and page need it
# SPDX-License-Identifier: MIT
# Tags nest and close; attributes are quoted, unlike each other and free of "<"; every "&" begins an entity.
# Not known: CDATA, internal DTDs. Exit status 1 and one line per file with a fault. Tested by plots/test

{ text = text $0 "\n" }

function fault(words) {
	print FILENAME ": " words
	bad = 1
	exit 1
}

function check_entities(words, where) {
	gsub(/&(amp|lt|gt|quot|apos|#[0-9]+|#x[0-9A-Fa-f]+);/, "", words)
	if (index(words, "&"))
		fault("a bare & in " where)
}

# The inside of a tag behind its name: name="value" pairs only.
function check_attributes(words, tag,    name, mark, end, seen) {
	split("", seen)
	while (match(words, /^[ \t\n]+[A-Za-z_:][A-Za-z0-9_:.-]*[ \t\n]*=[ \t\n]*["']/)) {
		name = substr(words, 1, RLENGTH)
		mark = substr(words, RLENGTH, 1)
		words = substr(words, RLENGTH + 1)
		gsub(/[ \t\n]|=.*/, "", name)
		if (name in seen)
			fault("attribute " name " twice in <" tag ">")
		seen[name]
		end = index(words, mark)
		if (end == 0)
			fault("no end of attribute " name " in <" tag ">")
		if (index(substr(words, 1, end - 1), "<"))
			fault("a < in attribute " name " of <" tag ">")
		check_entities(substr(words, 1, end - 1), "attribute " name)
		words = substr(words, end + 1)
	}
	if (words !~ /^[ \t\n]*$/)
		fault("cannot read the attributes of <" tag ">")
}

# Length of the tag at the start of `rest`, a ">" inside quotes not being its end.
function tag_length(rest,    at, letter, mark) {
	mark = ""
	for (at = 2; at <= length(rest); at++) {
		letter = substr(rest, at, 1)
		if (mark != "")
			mark = letter == mark ? "" : mark
		else if (letter == "\"" || letter == "'")
			mark = letter
		else if (letter == ">")
			return at
	}
	fault("a tag without an end")
}

function check_tag(tag,    name, empty) {
	if (tag ~ /^<[?!]/)
		return
	if (tag ~ /^<\//) {
		name = substr(tag, 3, length(tag) - 3)
		gsub(/[ \t\n]/, "", name)
		if (depth == 0 || open[depth] != name)
			fault("</" name "> closes <" (depth ? open[depth] : "nothing") ">")
		depth--
		return
	}
	empty = tag ~ /\/>$/
	tag = substr(tag, 2, length(tag) - (empty ? 3 : 2))
	if (!match(tag, /^[A-Za-z_][A-Za-z0-9_:.-]*/))
		fault("a < that begins no tag")
	name = substr(tag, 1, RLENGTH)
	check_attributes(substr(tag, RLENGTH + 1), name)
	elements++
	if (!empty)
		open[++depth] = name
}

# Takes the text in pieces: mawk copies a string that it cuts, and a page is long.
END {
	if (bad)
		exit 1
	n = split(text, piece, "<")
	check_entities(piece[1], "text")
	for (i = 2; i <= n; i++) {
		rest = "<" piece[i]
		if (rest ~ /^<!--/) {
			while (index(rest, "-->") == 0 && i < n)
				rest = rest "<" piece[++i]
			rest = substr(rest, index(rest, "-->") + 3)
		} else {
			size = tag_length(rest)
			check_tag(substr(rest, 1, size))
			rest = substr(rest, size + 1)
		}
		check_entities(rest, "text")
		if (depth == 0 && rest ~ /[^ \t\n]/)
			fault("text outside the outermost element")
	}
	if (depth > 0)
		fault("<" open[depth] "> is not closed")
	if (elements == 0)
		fault("no element at all")
}
