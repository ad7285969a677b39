# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# How shell scripts print the results of tests, in KTAP.  To be sourced.
#
# A test says ktap_wrong once for each thing that is wrong, and ktap_result at
# its end, which fails if something was.  What is said about a result comes
# before it, as KTAP wants it.  In a subshell, what is wrong would be forgotten.

ktap_count=0 ktap_failed=0 ktap_skipped=0
ktap_planned='' ktap_something_wrong=''

ktap_begin()
{
	echo "TAP version 13"
}

# ktap_plan COUNT: so many results are to come; if not said, counted at the end
ktap_plan()
{
	ktap_planned=1
	echo "1..$1"
}

# ktap_note TEXT...: something to be known, each line of it
ktap_note()
{
	printf '%s\n' "$*" | sed 's/^/# /'
}

ktap_wrong()
{
	ktap_note "$@"
	ktap_something_wrong=1
}

# ktap_result NAME
ktap_result()
{
	ktap_count=$((ktap_count + 1))
	if [ "$ktap_something_wrong" ]; then
		ktap_failed=$((ktap_failed + 1))
		ktap_something_wrong=
		echo "not ok $ktap_count $1"
	else
		echo "ok $ktap_count $1"
	fi
}

# ktap_skip NAME REASON
ktap_skip()
{
	ktap_count=$((ktap_count + 1))
	ktap_skipped=$((ktap_skipped + 1))
	echo "ok $ktap_count $1 # SKIP $2"
}

# ktap_skip_all REASON...: nothing can be tested here, which in our own VM is a
# failure, unless the module is left out; exits.
ktap_skip_all()
{
	echo "TAP version 13"
	if [ "${SHUTWATCH_VM:-}" ] && [ -z "${SHUTWATCH_WITHOUT:-}" ]; then
		echo "Bail out! $*"
		exit 1
	fi
	echo "1..0 # SKIP $*"
	exit 4
}

# ktap_end: fails if a test did, or if something was wrong after the last result
ktap_end()
{
	[ "$ktap_planned" ] || ktap_plan "$ktap_count"
	echo "# Totals: pass:$((ktap_count - ktap_failed - ktap_skipped)) fail:$ktap_failed skip:$ktap_skipped"
	[ $ktap_failed = 0 ] && [ -z "$ktap_something_wrong" ]
}
