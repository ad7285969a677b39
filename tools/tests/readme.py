#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: readme.py RECORDS README...
#
# Writes what shutwatch ($SHUTWATCH) says of saved records into README, where it
# stands for what was typed there: the first picture, a record, and what expect
# says. selftests/pictures makes the records.

import os
import re
import subprocess
import sys
import tempfile

FENCE = '```\n'
PICTURE = '$ sudo tools/shutwatch\n'
EXPECT = '    $ sudo tools/shutwatch expect '
SHUTWATCH = os.path.abspath(os.environ.get('SHUTWATCH', 'tools/shutwatch'))


def shutwatch(*words, **how):
    return subprocess.run([SHUTWATCH, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False, encoding='utf-8', **how)


def between(text, begin, end, what):
    """Replace all between two strings, the first time that begin comes."""
    at = text.index(begin) + len(begin)
    return text[:at] + what + text[text.index(end, at):]


def fold(record):
    """A record is wider than a page."""
    for key in 'netns', 'call', 'unread':
        record = record.replace(f' {key}=', f'\n{key}=', 1)
    return record


def expect(words, records):
    """What expect says of records that come while it looks."""
    with tempfile.TemporaryDirectory() as scratch:
        with open(f'{scratch}/abi', 'w', encoding='ascii') as abi:
            abi.write('1\n')
        os.symlink('/bin/true', f'{scratch}/server_test')
        os.mkfifo(f'{scratch}/events_pipe')
        held = os.open(f'{scratch}/events_pipe', os.O_RDWR)
        reading = os.open(f'{scratch}/events_pipe', os.O_RDONLY)
        os.write(held, ''.join(records).encode())
        os.close(held)
        said = shutwatch('--dir', scratch, 'expect', *words, cwd=scratch).stderr
        os.close(reading)
    return said


def main():
    saved = sys.argv[1]
    with open(saved, encoding='utf-8') as file:
        records = file.readlines()[1:]
    # Since it was the server that closed.
    ended = next(record for record in records if ' comm=server ' in record and ' kind=call ' in record)
    first = records[:records.index(ended) + 1]
    for readme in sys.argv[2:]:
        with open(readme, encoding='utf-8') as file:
            text = file.read()
        text = between(text, FENCE + PICTURE, FENCE, shutwatch('-r', saved).stdout)
        at = text.index('In debugfs a record is a line')
        text = text[:at] + between(text[at:], FENCE, FENCE, fold(ended))
        line = text[text.index(EXPECT):].split('\n')[0]
        words = re.findall(r"'([^']*)'|(\S+)", line[len(EXPECT):])
        said = expect([quoted or plain for quoted, plain in words], first)
        text = between(text, line + '\n', '\n\n', ''.join(f'    {told}\n' for told in said.splitlines())[:-1])
        with open(readme, 'w', encoding='utf-8') as file:
            file.write(text)


main()
