#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: demo.sh [SERIES]
#
# The recipes, played on Debian's kernel of a series (6.1) in a VM, with what
# shutwatch recorded of them and what was on the wire.
set -eu
top=$(realpath "$(dirname "$0")/../..")
series=${1:-6.1}
cd "$top"

selftests/vm/deps build vm
make -s -C selftests demo/demo
mkdir -p .build
selftests/vm/build "$series" >.build/demo-build.log 2>&1 || {
	cat .build/demo-build.log >&2
	exit 1
}
# shellcheck disable=SC2016 # for the shell in the VM
exec selftests/vm/run -k "$series" -t 240 -- \
	sh -c 'insmod "$SHUTWATCH_KO" && exec selftests/demo/demo'
