# checks.awk - judges what validate/run measured; writes one line for each figure that could be judged
# SPDX-License-Identifier: MIT
# Needs plots/csv.awk. Reads machine files, published.csv, and all.csv: rows of results.csv, each behind its sweep's name.
# Columns, tab-separated: check, subject, expected, modelled, difference, limit, verdict.
# Limits: published cycles 25 %; what no quantum, load or machine size may change 10 %; arithmetic 5 % (shared word) and 10 %
# (a lock that scales); a second run 3 %; efficiency of private work 0.99. Work of one's own has collapsed when its efficiency is below a
# half, and has not above three quarters; turns of a lock, when more cores have fewer of them than one.
# Tested by validate/test

BEGIN {
	OFS = "\t"
	print "check", "subject", "expected", "modelled", "difference", "limit", "verdict"
}

FILENAME ~ /\.machine$/ {
	machine = FILENAME
	gsub(/.*\/|\.machine$/, "", machine)
	if ($1 == "cost")
		cost[machine, $2] = $3
	if ($1 == "mhz")
		mhz[machine] = $2
	next
}

/^#/ || /^test,/ { next }

FILENAME ~ /published\.csv$/ {
	split_line($0)
	n_published++
	for (i = 1; i <= 7; i++)
		published[n_published, i] = field[i]
	real[field[1], field[2], field[3], field[4]] = field[5]
	next
}

# sweep test system composition machine mode cores metric value
{
	split_line($0)
	if (field[4] != "general" && field[4] != "-")
		next
	key = field[1] SUBSEP field[2] SUBSEP field[3] SUBSEP field[7] SUBSEP field[8]
	value[key] = field[9]
	if (!(key in seen) && field[8] == "throughput")
		points[++n_points] = field[1] SUBSEP field[2] SUBSEP field[3] SUBSEP field[7]
	seen[key] = 1
}

function get(sweep, test, kind, cores, metric) {
	return value[sweep, test, kind, cores, metric] + 0
}

function rate(sweep, test, kind, cores) {
	return get(sweep, test, kind, cores, "throughput")
}

function ratio(a, b) {
	return b ? a / b : 0
}

function number(x) {
	return x >= 100 ? sprintf("%.0f", x) : sprintf("%.3g", x)
}

function verdict(good) {
	return good ? "holds" : "falls short"
}

function within(check, subject, expected, found, limit,    error) {
	if (!expected || !found)
		return
	error = found / expected - 1
	print check, subject, number(expected), number(found), sprintf("%+.1f %%", 100 * error),
		sprintf("%.0f %%", 100 * limit), verdict(error <= limit && error >= -limit)
}

# A ratio, 0 when there is none, against a bound: `above` it or `below`.
function bounded(check, subject, found, side, bound) {
	if (!found)
		return
	print check, subject, side " " bound, sprintf("%.3g", found), "", "",
		verdict(side == "above" ? found >= bound : found <= bound)
}

# Of one access alone: the published figures, too, have the cost of an empty measurement taken off.
function access(sweep, test, cores) {
	return get(sweep, test, "tessera", cores, "cycles") - get(sweep, test, "tessera", cores, "instructions_user")
}

function check_published(    i, test, name, cores, sweep) {
	for (i = 1; i <= n_published; i++) {
		if (published[i, 6] != "cycles")
			continue
		test = published[i, 1]
		name = published[i, 3]
		cores = published[i, 4]
		sweep = name == "e7-8870" ? "published-e7" : "published-opteron"
		within("published, " (published[i, 7] == "fit" ? "fitted" : "held out"), test " " name " " cores " cores",
			published[i, 5], access(sweep, test, cores), 0.25)
	}
}

# Throughput per core at `to` cores over that at `from`: another kernel's can only tell that it is lost.
function check_shape(test, kind, from, to, bound,    modelled, measured) {
	modelled = ratio(rate("published-linux", test, kind, to), rate("published-linux", test, kind, from)) * from / to
	measured = real[test, kind, "e7-8870", to] / real[test, kind, "e7-8870", from] * from / to
	if (modelled)
		print "published, shape", test " " kind ", per core, " to "/" from " cores", number(measured), number(modelled), "",
			"below " bound, verdict(modelled <= bound)
}

# One word, one transfer after the other: that is all there is to it, however many cores.
function check_shared_word(    n, cores, service) {
	service = cost["e7-8870", "transfer"]
	n = split("2 4 10", cores, " ")
	for (i = 1; i <= n; i++)
		within("analytic", "line_written " cores[i] " cores, cycles a transfer", service,
			ratio(1e6 * mhz["e7-8870"], rate("analytic", "line_written", "tessera", cores[i])), 0.05)
}

function check_locks(    mcs, ticket) {
	mcs = ratio(rate("analytic", "lock_mcs", "tessera", 10), rate("analytic", "lock_mcs", "tessera", 4))
	ticket = ratio(rate("analytic", "lock_ticket", "tessera", 10), rate("analytic", "lock_ticket", "tessera", 4))
	within("analytic", "lock_mcs 10/4 cores of a package", 1, mcs, 0.1)
	bounded("analytic", "lock_ticket 10/4 cores of a package", ticket, "below", 0.9)
}

function check_private(    cores, one) {
	one = rate("private", "line_private", "tessera", 1)
	for (cores = 64; cores <= 128; cores *= 2)
		bounded("analytic", "line_private efficiency at " cores " cores",
			ratio(rate("private", "line_private", "tessera", cores), cores * one), "above", 0.99)
}

function check_invariance(sweep, base, words, cores, limit,    i, part) {
	for (i = 1; i <= n_points; i++) {
		split(points[i], part, SUBSEP)
		if (part[1] == base)
			within("invariance", part[2] " " part[3] " " part[4] " cores, " words,
				rate(base, part[2], part[3], part[4]), rate(sweep, part[2], part[3], cores), limit)
	}
}

# What falls under contention must not, once lines cost nothing to move.
function check_ablation(test, kind,    with, without) {
	with = ratio(rate("contended", test, kind, 20), 20 * rate("contended", test, kind, 1))
	without = ratio(rate("ablation", test, kind, 20), 20 * rate("ablation", test, kind, 1))
	if (!with || !without)
		return
	bounded("ablation", test " " kind " efficiency at 20 cores, as modelled", with, "below", 0.5)
	bounded("ablation", test " " kind " efficiency at 20 cores, lines move for nothing", without, "above", 0.75)
}

# A lock's turns come one after the other whatever they cost, so it has no efficiency; but more cores must not have fewer.
function check_ablation_of_turns(test, kind,    with, without) {
	with = ratio(rate("contended", test, kind, 20), rate("contended", test, kind, 1))
	without = ratio(rate("ablation", test, kind, 20), rate("ablation", test, kind, 1))
	bounded("ablation", test " " kind " 20 cores over one, as modelled", with, "below", 1)
	bounded("ablation", test " " kind " 20 cores over one, lines move for nothing", without, "above", 1)
}

END {
	check_published()
	check_shape("mapping", "linux", 1, 10, 0.5)
	check_shape("mapping", "linux", 1, 80, 0.05)
	check_shape("open_separate", "linux", 1, 10, 0.5)
	check_shape("open_separate", "linux", 1, 80, 0.05)
	check_shared_word()
	check_locks()
	check_private()
	check_invariance("again", "quantum-10000", "a second run", 16, 0.03)
	check_invariance("quantum-200", "quantum-10000", "quantum 200 for 10000", 16, 0.1)
	check_invariance("quantum-1000", "quantum-10000", "quantum 1000 for 10000", 16, 0.1)
	check_invariance("loaded-host", "quantum-10000", "a loaded host", 16, 0.1)
	check_invariance("of-64", "quantum-10000", "idle ones up to 64", 64, 0.1)
	check_ablation("line_written", "tessera")
	check_ablation_of_turns("lock_ticket", "tessera")
	check_ablation("page_fault_threads", "linux")
}
