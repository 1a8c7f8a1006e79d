#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Switchhook Authors
"""What tests/unit/policy_prefix.c compares with: "+NUMBER u|k ZONE..." a line, u for a place that is unknown.

One number a prefix of the package and of the overlay, and random ones. Written apart from prefix_table.py, slow and plain:
dictionaries, and the rules of docs/callee-time.md section 2.
"""
import random
import sys

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE
from phonenumbers.tzdata import TIMEZONE_DATA

corrected = {}
for line in open(sys.argv[1], encoding="ascii"):
    words = line.partition("#")[0].split()
    if words and words[1] not in ("state", "country"):
        corrected[words[0]] = words[1:]
rows = dict(TIMEZONE_DATA)
rows.update(corrected)
rows = {prefix: set(zones) for prefix, zones in rows.items() if list(zones) != ["-"]}


def longest(digits):
    return next((digits[:n] for n in range(len(digits), 0, -1) if digits[:n] in rows), "")


def answer(prefix):
    """The row's zones; of an area code those of its exchanges as well."""
    zones = set(rows[prefix])
    if prefix[0] == "1" and len(prefix) > 1 and prefix not in corrected:
        for longer, more in rows.items():
            if longer.startswith(prefix):
                zones |= more
    return zones


def place(digits):
    prefix = longest(digits)
    if not prefix:
        return False, set()
    zones = answer(prefix)
    # A row that says what the shorter one says adds nothing: the shorter one decides.
    while longest(prefix[:-1]) and answer(longest(prefix[:-1])) == zones:
        prefix = longest(prefix[:-1])
    if prefix == "1":
        return True, {"America/New_York", "America/Los_Angeles"}
    return int(prefix) in COUNTRY_CODE_TO_REGION_CODE and several(zones), zones


def several(zones):
    import datetime
    import zoneinfo
    clocks = set()
    for zone in zones:
        day, clock = datetime.datetime(2025, 1, 1, tzinfo=datetime.timezone.utc), []
        while day.year < 2040:
            clock.append(day.astimezone(zoneinfo.ZoneInfo(zone)).utcoffset())
            day += datetime.timedelta(days=1)
        clocks.add(tuple(clock))
    return len(clocks) > 1


def numbers():
    for prefix in {**rows, **TIMEZONE_DATA}:
        tails = [str(tail).rjust(3, "5") + "5550100" for tail in range(0, 1000, 7)]
        yield next((prefix + tail for tail in tails if longest(prefix + tail) == prefix), prefix + tails[0])[:12].ljust(9, "0")
    dice = random.Random(2026)
    for _ in range(5000):
        yield str(dice.randint(10 ** 9, 10 ** 11))
    for _ in range(1000):
        yield "1" + str(dice.randint(2 * 10 ** 9, 10 ** 10 - 1))


known = {}
for number in numbers():
    key = longest(number)
    if key not in known:
        known[key] = place(number)
    print(f"+{number}", "u" if known[key][0] else "k", *sorted(known[key][1]))
