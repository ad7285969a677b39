# SPDX-License-Identifier: GPL-2.0-only
"""How Python programs print the results of tests, in KTAP; run/ktap.sh for shell."""


def report(results):
    """Each test's name and, as soon as they are asked for, the sentences that say
    what is wrong; returns how many tests failed."""
    failed = 0
    print("TAP version 13")
    print(f"1..{len(results)}")
    for number, (name, sentences) in enumerate(results, 1):
        wrong = False
        for sentence in sentences:
            wrong = True
            print("\n".join(f"# {line}" for line in sentence.splitlines()))
        failed += wrong
        print(f"{'not ok' if wrong else 'ok'} {number} {name}")
    return failed
