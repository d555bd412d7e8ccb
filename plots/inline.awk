# inline.awk - a picture as part of the page: colours become the page's, markers are shared
# SPDX-License-Identifier: MIT
# Needs page.awk (escape). The colours are those of style.gp, the variables those of page.css. link_of[words] makes a text
# of a picture a link. Tested by plots/test

function map_colours() {
	split("31, 35, 40|89, 99,110|189,193,197|152,158,165|195,199,203|228,230,232|216,222,228|255,244,214|255,255,255|0,114,178|97,168,207|163,204,227|213, 94, 0|0,158,115|204,121,167|230,159, 0|86,180,233|138,143,152|140,109, 31", rgb, "|")
	n_colours = split("ink faint faint-light faint-second faint-third faint-fourth line shade card tessera tessera-second tessera-third linux replica queue other-1 other-2 other-3 other-4", variable, " ")
	for (i = 1; i <= n_colours; i++) {
		gsub(/ /, "", rgb[i])
		colour[rgb[i]] = "var(--" variable[i] ")"
	}
}

function recolour(line,    out, code) {
	out = ""
	while (match(line, /rgb\( *[0-9]+, *[0-9]+, *[0-9]+\)/)) {
		code = substr(line, RSTART + 4, RLENGTH - 5)
		gsub(/ /, "", code)
		out = out substr(line, 1, RSTART - 1) (code in colour ? colour[code] : "rgb(" code ")")
		line = substr(line, RSTART + RLENGTH)
	}
	return out line
}

# A text that names a test leads to the test's section.
function linked(line,    words) {
	if (!match(line, /<text>.*<\/text>/))
		return line
	words = substr(line, RSTART + 6, RLENGTH - 13)
	return words in link_of ? "<a href=\"" link_of[words] "\"><text>" words "</text></a>" : line
}

# A picture in the page: without its own background and without the markers, which all pictures share.
function inline(stem, words,    line, skipping) {
	while ((getline line < (stem ".svg")) > 0) {
		if (line ~ /^<\?xml/ || line ~ /^<(title|desc)>/ || line ~ /^<rect .*fill="#ffffff"/)
			continue
		if (line ~ /<defs>/)
			skipping = 1
		if (!skipping) {
			if (line ~ /^<svg/)
				line = "<svg role=\"img\" aria-label=\"" escape(words) "\""
			print linked(recolour(line))
		}
		if (line ~ /<\/defs>/)
			skipping = 0
	}
	close(stem ".svg")
}

# A picture's own width; few panels must not be blown up to the page's.
function picture_width(stem,    line, width) {
	while (width == 0 && (getline line < (stem ".svg")) > 0)
		if (match(line, /viewBox="0 0 [0-9]+/))
			width = substr(line, RSTART + 13, RLENGTH - 13) + 0
	close(stem ".svg")
	return width
}

function fill_markers(    line, inside) {
	print "<svg width=\"0\" height=\"0\" style=\"position:absolute\" aria-hidden=\"true\" xmlns:xlink=\"http://www.w3.org/1999/xlink\">"
	while ((getline line < (figure_stem[1] ".svg")) > 0) {
		if (line ~ /<defs>/)
			inside = 1
		if (inside)
			print line
		if (line ~ /<\/defs>/)
			break
	}
	close(figure_stem[1] ".svg")
	print "</svg>"
}
