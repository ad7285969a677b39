#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: manual_test
#
# Each command line of the reader's manual, as it stands there, but for what is of
# this machine (its connections, processes and files), and for the time that it
# takes: what would go on for ever is told to end.

here=$(cd "$(dirname "$0")" && pwd)
reader=$here/../tools/shutwatch
manual=$here/../tools/shutwatch.8
demo=$here/demo/demo
[ -f "$demo" ] || demo=$here/demo	# installed
events=/sys/kernel/debug/shutwatch/events
ktap=$here/run/ktap.sh
[ -f "$ktap" ] || ktap=$here/ktap.sh	# installed
namespace=shutwatch-blue

# shellcheck source=../run/ktap.sh
. "$ktap"

[ -r $events ] || ktap_skip_all "shutwatch is not loaded, or this is not root"
if [ ! -x "$reader" ] || [ ! -f "$manual" ]; then
	# Within a kernel tree there is no reader.
	echo "TAP version 13"
	echo "1..0 # SKIP there is no reader here"
	exit 4
fi
for tool in tcpdump ip; do
	command -v $tool >/dev/null || ktap_skip_all "no $tool: selftests/vm/deps vm installs it"
done

work=$(mktemp -d) || exit 1
background=
trap '[ ! "$background" ] || kill "$background" 2>/dev/null
      ip netns del $namespace 2>/dev/null
      rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

# Examples of one paragraph belong together, and are one line here. Those that
# stand in the text are set off.
examples()
{
	awk '
		function end() { if (example) print example; example = "" }
		/^\.SH/ { among = /EXAMPLES/ }
		/^\.RS/ { off = 1 }
		/^\.(TP|SH|RE)/ { off = 0; end() }
		/^\.B / && (among || off) {
			sub(/^\.B "?/, ""); sub(/"$/, ""); gsub(/\\-/, "-")
			example = example (example ? "|" : "") $0
		}
		END { end() }' "$manual"
}

# One connection of ours that was reset for unread data: $local, $remote, $cookie,
# and the process that did it.
connection()
{
	"$demo" -n -r 1 >/dev/null 2>&1
	record=$(grep 'kind=call .*call=close .*why=unread_data' $events | tail -n 1)
	[ "$record" ] || ktap_wrong "recipe 1 leaves no record"
	local=$(value_of local) remote=$(value_of remote) cookie=$(value_of cookie) pid=$(value_of pid)
}

value_of()
{
	printf '%s\n' "$record" | sed "s/.* $1=\([^ ]*\) .*/\1/"
}

# fit EXAMPLE: that of this machine
fit()
{
	printf '%s\n' "$1" | sed -e "s/192\.0\.2\.1:80 198\.51\.100\.7:40112/$local $remote/" \
		-e "s/\<1a2b\>/$cookie/" -e "s/-p 812\>/-p $pid/" -e "s/-N blue\>/-N $namespace/" \
		-e "s|/var/lib/prometheus/node-exporter|$work|"
}

# ends COMMAND: so that it does; one that follows says nothing else of it
ends()
{
	case $1 in
	*' -- '* | *' -d '*) ;;
	*' top '*) set -- "$(printf '%s\n' "$1" | sed 's/-i 10/-i 1/')" ;;
	'shutwatch -r '*) ;;
	'shutwatch -'* | 'shutwatch record '*) set -- "$1 -d 1" ;;
	esac
	printf '%s\n' "$1"
}

# What waits for something that does not come says so.
expected_status()
{
	case $1 in
	'shutwatch -Wq '*) echo 1 ;;
	*) echo 0 ;;
	esac
}

listens()
{
	tries=600
	until grep -q 'listening on' "$work/capture" 2>/dev/null; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || { ktap_wrong "tcpdump: $(cat "$work/capture")"; return; }
		sleep 0.1
	done
}

# In this shell, of which the page asks what it has started in the background. That
# is tcpdump; something has to happen while it runs.
run_one()
{
	case $1 in
	*' &')
		eval "$1" >"$work/capture" 2>&1
		background=$!
		listens
		"$demo" -n -r 1 >/dev/null 2>&1
		return
		;;
	esac
	for _ in 1 2 3 4 5; do
		eval "$1" >"$work/out" 2>"$work/err" </dev/null
		status=$?
		# What the kernel has skipped meanwhile is not known, which expect says.
		[ "$status" != "$(expected_status "$1")" ] || break
		grep -q skipped "$work/err" || break
	done
	[ "$status" = "$(expected_status "$1")" ] ||
		ktap_wrong "$1: status $status: $(cat "$work/err")"
	case $1 in
	*' record '* | *' -Wq '* | *' expect '* | *' -o '* | *'>'*) ;;
	'kill '*) background= ;;
	*) [ -s "$work/out" ] || ktap_wrong "$1: prints nothing" ;;
	esac
}

# What the examples run.
mkdir "$work/bin"
ln -s "$(realpath "$reader")" "$work/bin/shutwatch"
ln -s /bin/true "$work/bin/make"
printf '#!/bin/sh\n"%s" -n -r 1 >&2\n' "$(realpath "$demo")" >"$work/test"
chmod 755 "$work/test"
PATH=$work/bin:$PATH
ip netns add $namespace || exit 1
cd "$work" || exit 1

ktap_begin
connection
examples >"$work/examples"
[ "$(wc -l <"$work/examples")" -gt 10 ] || ktap_wrong "too few examples: $(cat "$work/examples")"
while IFS= read -r example <&3; do
	rest=$example
	while [ "$rest" ]; do
		run_one "$(ends "$(fit "${rest%%|*}")")"
		case $rest in
		*'|'*) rest=${rest#*|} ;;
		*) rest= ;;
		esac
	done
	ktap_result "manual.$(printf '%s' "$example" | tr -cs 'a-zA-Z0-9' '_')"
done 3<"$work/examples"
ktap_end
