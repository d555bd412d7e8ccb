# svg.awk - mends gnuplot's SVG: bold text, fallback fonts, a title for readers, no empty groups
# SPDX-License-Identifier: MIT
# gnuplot writes "DejaVu Sans:Bold" as a family, which no browser knows; Verdana has the same widths. Its titles of
# curves, its own commands, would pop up under the pointer. `title` is the picture's.
# Tested by plots/test

/^<title>/ { $0 = "<title>" title "</title>" }
!/^<title>/ { gsub(/<title>[^<]*<\/title>/, "") }
{
	gsub(/ id="gnuplot_[a-z0-9_]*"/, "")
	gsub(/font-family="DejaVu Sans:Bold"/, "font-family=\"DejaVu Sans, Verdana, sans-serif\" font-weight=\"bold\"")
	gsub(/font-family="DejaVu Sans"/, "font-family=\"DejaVu Sans, Verdana, sans-serif\"")
}

# A group is held back until something stands in it.
held != "" && /^<\/g>$/ { held = ""; next }
held != "" { print held; held = "" }
/^<g fill="none" .*>$/ { held = $0; next }
{ print }
END { if (held != "") print held }
