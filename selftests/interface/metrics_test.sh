#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: metrics_test
#
# What the reader writes for Prometheus, where it goes: into node_exporter's
# textfile collector, and from there into Prometheus, which knows our alerts.

here=$(cd "$(dirname "$0")" && pwd)
reader=$here/../tools/shutwatch
unpacked=$here/../tools/tests/unpacked
alerts=$here/../tools/examples/alerts.yml
demo=$here/demo/demo
[ -f "$demo" ] || demo=$here/demo	# installed
totals=/sys/kernel/debug/shutwatch/totals
ktap=$here/run/ktap.sh
[ -f "$ktap" ] || ktap=$here/ktap.sh	# installed
exporter=127.0.0.1:19100
server=127.0.0.1:19090
unread='by="close",sent="RST",why="unread_data"'

# shellcheck source=../run/ktap.sh
. "$ktap"

[ -r $totals ] || ktap_skip_all "shutwatch is not loaded, or this is not root"
ktap_begin
if [ ! -x "$reader" ] || [ ! -x "$unpacked" ]; then
	# Within a kernel tree there is no reader.
	ktap_skip metrics "there is no reader here"
	ktap_end
	exit
fi
for package in prometheus prometheus-node-exporter; do
	"$unpacked" $package "$package" --version >/dev/null 2>&1 && continue
	ktap_skip metrics "$package is not there: $unpacked $package, on the host, fetches it"
	ktap_end
	exit
done

work=$(mktemp -d) || exit 1
started=
# shellcheck disable=SC2086 # many
trap '[ ! "$started" ] || kill $started 2>/dev/null
      rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

# within SECONDS COMMAND...: until it succeeds
within()
{
	tries=$(($1 * 2))
	shift
	until "$@" >"$work/out" 2>"$work/err"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || { ktap_wrong "$* in vain: $(tail -n 5 "$work/out" "$work/err")"; return 1; }
		sleep 0.5
	done
}

# What there is so far, all at once.
write()
{
	"$reader" metrics -o "$work/textfile/shutwatch.prom" 2>"$work/err" || ktap_wrong "$(cat "$work/err")"
}

# The samples of ours, one per line: fetched PATH-OF-URL
fetched()
{
	python3 -c 'import sys, urllib.request; sys.stdout.write(
	    urllib.request.urlopen(sys.argv[1]).read().decode())' "http://$1"
}

# query EXPRESSION: what Prometheus knows: a number
query()
{
	python3 - "$server" "$1" <<-'END'
		import json, sys, urllib.parse, urllib.request
		url = f'http://{sys.argv[1]}/api/v1/query?' + urllib.parse.urlencode({'query': sys.argv[2]})
		print(json.load(urllib.request.urlopen(url))['data']['result'][0]['value'][1])
	END
}

is_scraped()
{
	fetched "$exporter/metrics" >"$work/scraped" && grep -q '^shutwatch_info' "$work/scraped"
}

knows()
{
	[ "$(query "$1")" = "$2" ]
}

# As it was written: whatever closes meanwhile is counted by the module.
count()
{
	sed -n "s/^shutwatch_endings_total{$unread} //p" "$work/textfile/shutwatch.prom"
}

start()
{
	"$unpacked" "$@" >"$work/$1.log" 2>&1 &
	started="$started $!"
}

exporter_serves_all()
{
	start prometheus-node-exporter prometheus-node-exporter --collector.disable-defaults \
		--collector.textfile "--collector.textfile.directory=$work/textfile" \
		--web.listen-address=$exporter
	within 120 is_scraped || ktap_note "$(tail -n 5 "$work/prometheus-node-exporter.log")"
	grep '^shutwatch_' "$work/textfile/shutwatch.prom" | sed 's/[ {].*//' | sort -u >"$work/written"
	grep '^shutwatch_' "$work/scraped" | sed 's/[ {].*//' | sort -u >"$work/served"
	cmp -s "$work/written" "$work/served" ||
		ktap_wrong "not served: $(diff "$work/written" "$work/served")"
	grep -q '^node_textfile_scrape_error 0' "$work/scraped" ||
		ktap_wrong "$(grep node_textfile_scrape_error "$work/scraped")"
	ktap_result metrics.exporter_serves_all
}

promtool_has_nothing_to_say()
{
	"$unpacked" prometheus promtool check metrics <"$work/textfile/shutwatch.prom" >"$work/out" 2>&1 ||
		ktap_wrong "$(cat "$work/out")"
	"$unpacked" prometheus promtool check config "$work/prometheus.yml" >"$work/out" 2>&1 ||
		ktap_wrong "$(cat "$work/out")"
	ktap_result metrics.promtool_has_nothing_to_say
}

# And counts on, when there is one more.
prometheus_counts()
{
	start prometheus prometheus "--config.file=$work/prometheus.yml" "--storage.tsdb.path=$work/data" \
		--web.listen-address=$server
	within 180 knows "shutwatch_endings_total{$unread}" "$(count)" ||
		ktap_note "$(tail -n 5 "$work/prometheus.log")"
	before=$(count)
	"$demo" -n -r 1 >/dev/null 2>&1
	write
	[ "$(count)" -gt "$before" ] || ktap_wrong "$before before one more, now $(count)"
	within 60 knows "shutwatch_endings_total{$unread}" "$(count)"
	within 60 knows 'count(shutwatch_info)' 1
	# Our alerts are there; that for what has just happened fires.
	within 60 fetched "$server/api/v1/rules"
	sed -n 's/.*- alert: //p' "$alerts" >"$work/alerts"
	while read -r alert; do
		grep -q "\"name\":\"$alert\"" "$work/out" || ktap_wrong "no alert $alert: $(cat "$work/out")"
	done <"$work/alerts"
	within 60 knows 'count(ALERTS{alertname="ClosedWithUnreadData",alertstate="firing"})' 1
	within 60 knows 'absent(ALERTS{alertname="ShutwatchStale"})' 1
	ktap_result metrics.prometheus_counts
}

mkdir "$work/textfile"
cat >"$work/prometheus.yml" <<END
global:
  scrape_interval: 1s
  evaluation_interval: 1s
rule_files: [ $alerts ]
scrape_configs:
  - job_name: node
    static_configs: [ { targets: [ '$exporter' ] } ]
END
"$demo" -n -r 1 >/dev/null 2>&1
write
exporter_serves_all
promtool_has_nothing_to_say
prometheus_counts
ktap_end
