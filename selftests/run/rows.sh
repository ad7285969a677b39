# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What check and matrix have in common: run the tests on a kernel or on the
# host, count what they came to, and print a row for it.
#
# The logs are in $logs, a directory for each row and a file for each program:
#
#	PROGRAM.log	what it printed
#	PROGRAM.status	how it ended, and seconds; missing if it did not

run=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
tests=${run%/run}
top=${tests%/selftests}
vm=$tests/vm
passed=0 failed=0 skipped=0

# rows_begin NAME [KERNEL...]
rows_begin()
{
	local module_missing=

	logs=$top/.build/$1
	rm -rf "$logs" && mkdir -p "$logs" && logs=$(realpath "$logs") || exit
	"$vm/deps" build vm || exit
	# Without them, those tests are skipped that want them.
	for package in prometheus prometheus-node-exporter; do
		"$top/tools/tests/unpacked" $package
	done
	shift
	[ "$WITHOUT" != 1 ] || module_missing=1
	[ $# = 0 ] || SHUTWATCH_WITHOUT=$module_missing "$vm/examine" "$@" || exit
	export KSRC
	KSRC=${KSRC:-$("$vm/ksrc" 6.12)} || exit
	make -s -j "$(nproc)" --no-print-directory -C "$top/tools" &&
		make -s -j "$(nproc)" --no-print-directory -C "$tests" || exit
	begun=$SECONDS
	printf '%-12s %-19s %7s %7s %7s %7s\n' "" "" passed failed skipped seconds
}

# The kselftest's way: a line for each test, at the margin.
results()
{
	grep -aE "^$1 [0-9]+" "$2" 2>/dev/null
}

# Why a program has left out all that it has; nothing if it has not.
skipped_all()
{
	sed -n 's/^1\.\.0 # SKIP \(.*\)/\1/p' "$1"
}

# What a program came to beyond its own lines; nothing if all is well.
fault()
{
	local log=$1 status planned told

	read -r status _ 2>/dev/null <"${log%.log}.status" || {
		echo "did not end"
		return
	}
	[ -z "$(skipped_all "$log")" ] || return
	planned=$(awk -F '[. ]' '/^1\.\.[0-9]/ { sum += $3; some = 1 } END { if (some) print sum }' "$log")
	told=$(results "(not )?ok" "$log" | wc -l)
	if [ "$told" = 0 ]; then
		echo "no test ran (status $status)"
	elif [ "$told" != "${planned:-none}" ]; then
		echo "${planned:-no number of} tests were planned, $told ran (status $status)"
	elif [ "$status" != 0 ] && ! results "not ok" "$log" >/dev/null; then
		echo "status $status"
	fi
}

# What was not ok, and what was said about it.
tell()
{
	local log=$1 name fault

	name=$(basename "$log" .log)
	fault=$(fault "$log")
	results ok "$log" | sed -n "s/^ok [0-9]* \(.*# SKIP\)/    $name: \1/p"
	[ -z "$(skipped_all "$log")" ] || echo "    $name: all of it # SKIP $(skipped_all "$log")"
	results "not ok" "$log" | sed "s/^not ok [0-9]*/    $name: NOT OK:/"
	[ -z "$fault" ] || echo "    $name: NOT OK: $fault"
	if results "not ok" "$log" >/dev/null; then
		grep -a -B 50 '^not ok ' "$log" | tail -n 100 | sed 's/^/        /'
	elif [ "$fault" ]; then
		tail -n 30 "$log" 2>/dev/null | sed 's/^/        /'
	fi
}

# row NAME WHAT DIR SECONDS: count what the logs of DIR say, and tell.
row()
{
	local dir=$3 log good=0 bad=0 skip=0 n

	for log in "$dir"/*.log; do
		n=$(results ok "$log" | grep -c '# SKIP')
		[ -z "$(skipped_all "$log")" ] || skip=$((skip + 1))
		skip=$((skip + n)) good=$((good - n + $(results ok "$log" | wc -l)))
		bad=$((bad + $(results "not ok" "$log" | wc -l)))
		[ -z "$(fault "$log")" ] || bad=$((bad + 1))
	done
	if [ $good = 0 ] && [ $bad = 0 ]; then
		bad=1
		echo "    $1: NOT OK: nothing was tested"
	fi
	passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + skip))
	printf '%-12s %-19s %7d %7d %7d %7d\n' "$1" "$2" $good $bad $skip "$4"
	for log in "$dir"/*.log; do
		tell "$log"
	done
}

# job_on_host NAME COMMAND...: how to run a program for which there is one row
job_on_host()
{
	echo "$run/on_host $logs/host-$1 $*"
}

host_jobs()
{
	local program

	job_on_host tools make -s --no-print-directory -C tools check
	job_on_host install "$run/install_test"
	job_on_host module make -s --no-print-directory -C module/tests check
	job_on_host paths "$tests/semantics/paths_test"
	job_on_host table "$tests/semantics/semantics_test"
	job_on_host compare "$tests/semantics/compare_test"
	job_on_host kernels "$vm/tests/given_test"
	job_on_host crashes "$vm/tests/crash_test"
	job_on_host suites "$tests/suites/judge_test"
	for program in $(make -s --no-print-directory -C "$tests" list-host OUTPUT="$tests"); do
		job_on_host "$(basename "$program")" "$program"
	done
}

# kernel_jobs [KERNEL...]: how to run each of them, or of those that vm/list prints, by
# env; those of $WITHOUT once more, without the module, or if it is 1, all of them and
# only so.  What takes longest, those for another machine, comes first, what takes
# least last: so no CPU waits long in the end.
kernel_jobs()
{
	local kernel name all foreign known

	mapfile -t known < <("$vm/list")
	[ $# != 0 ] || set -- "${known[@]}"
	all=$(printf '%s\n' "$@")
	foreign=$("$vm/list" -f)
	[ "$WITHOUT" = 1 ] ||
		{ grep -Fx "$foreign" <<<"$all"; grep -Fxv "$foreign" <<<"$all"; } | while read -r kernel; do
			echo "SHUTWATCH_WITHOUT= $run/on_kernel $kernel $logs/$("$vm/name" "$kernel")"
		done
	for kernel; do
		name=$("$vm/name" "$kernel")
		case " $WITHOUT " in
		*" 1 "* | *" $name "*)
			echo "SHUTWATCH_WITHOUT=1 $run/on_kernel $kernel $logs/$name-without"
			;;
		esac
	done
}

# rows_of_jobs: a row for each of the jobs that come in, as they are done; AT_ONCE at a
# time, or twice as many as there are CPUs: a VM keeps one of them for half of the
# time.  Those of $BUSY run beside busy loops.
rows_of_jobs()
{
	local name status seconds at_once=${AT_ONCE:-$((2 * $(nproc)))} beside=()
	local -x BUSY=$BUSY

	# As many loops as CPUs, however many VMs.
	[ "$BUSY" != 1 ] || {
		BUSY=shared
		beside=("$run/busy")
	}
	while read -r name status seconds; do
		case $name in
		host-*) row host "${name#host-}" "$logs/$name" "$seconds" ;;
		*) kernel_row "$name" "$status" "$seconds" ;;
		esac
	done < <("${beside[@]}" xargs -P "$at_once" -L 1 env)
}

# kernel_row NAME STATUS SECONDS: as on_kernel tells it
kernel_row()
{
	local name=$1 dir=$logs/$1

	if [ "$2" = 3 ]; then
		missing "$name"
		return
	fi
	[ ! -e "$dir/busy" ] || name="$name busy"
	row "$name" "$(cat "$dir/kernel" 2>/dev/null)" "$dir" "$3"
}

# The newest release candidate comes and goes; the others have to be there.
missing()
{
	echo "$1 IS MISSING: $(cat "$logs/$1/missing")"
	[ "$1" != rc ] || return
	failed=$((failed + 1))
}

# semantics_row [KERNEL...]: what they did, all of them, is held against the table of
# it, which has those of the list, and is made of records.
semantics_row()
{
	local known listed

	mapfile -t known < <("$vm/list")
	[ $# != 0 ] || set -- "${known[@]}"
	mapfile -t listed < <(printf '%s\n' "$@" | grep -Fx -f <("$vm/list" -a))
	[ ${#listed[@]} = 0 ] || [ "$WITHOUT" = 1 ] ||
		rows_of_jobs < <(job_on_host semantics "$tests/semantics/generate" --check "$logs")
}

rows_end()
{
	echo "$(((SECONDS - begun) / 60)) minutes"
	[ $skipped = 0 ] || echo "$skipped skipped, for the reasons above"
	echo "$passed passed, $failed failed"
	[ $failed = 0 ] && [ $passed != 0 ]
}
