#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Switchhook Authors
"""Writes the C table of number prefixes that prefix.c reads: python3-phonenumbers' data with prefix.overlay laid over it.

usage: prefix_table.py check | prefix_table.py OVERLAY STATES ZONEINFO >prefix_table.c

The data is read where the package has it; nothing of it is kept in this tree. What is done to it on the way:
  - A prefix of +1 that has longer ones in other zones gets their zones too, behind its own: its row stands for all exchanges
    that nobody listed.
  - Zones of a row are put in order, those first in which most of the numbers below the prefix lie.
  - Old names of zones are replaced by those of today's zone data.
  - Rows that say what the next shorter prefix says anyway are dropped.
"""
import datetime
import re
import subprocess
import sys
import zoneinfo

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata
from phonenumbers.geodata import GEOCODE_DATA
from phonenumbers.tzdata import TIMEZONE_DATA

# Names that the zone data links to a neighbour, although it has the same place under another name.
RENAMED = {"Africa/Asmera": "Africa/Asmara", "Pacific/Ponape": "Pacific/Pohnpei", "Pacific/Truk": "Pacific/Chuuk"}


def parents(prefix):
    return [prefix[:n] for n in range(len(prefix) - 1, 0, -1)]


def read_overlay(path):
    """The three kinds of rows, each by prefix; zones of "-" are None."""
    zones, states, countries = {}, {}, {}
    for number, line in enumerate(open(path, encoding="ascii"), 1):
        words = line.split("#")[0].split()
        if not words:
            continue
        kind = {"state": states, "country": countries}.get(words[1], zones) if len(words) > 1 else None
        rest = words[1:] if kind is zones else words[2:]
        if kind is None or not rest or not re.fullmatch("[1-9][0-9]{0,7}", words[0]) or words[0] in kind:
            sys.exit(f"{path}:{number}: not a row, or one that stands twice")
        kind[words[0]] = None if rest == ["-"] else tuple(rest)
    return zones, states, countries


def name_reader(zoneinfo_dir):
    """Today's name of a zone: its own, if zone.tab has a place of that name, else what it is a link to."""
    places = {line.split("\t")[2].strip() for line in open(f"{zoneinfo_dir}/zone.tab", encoding="utf-8") if line[0] != "#"}
    links = dict(reversed(line.split()[1:3]) for line in open(f"{zoneinfo_dir}/tzdata.zi", encoding="utf-8") if line[:2] == "L ")

    def name(zone):
        zone = RENAMED.get(zone, zone)
        while zone not in places and zone in links:
            zone = links[zone]
        return zone
    return name


def clock(zone, known={}):
    if zone not in known:
        info = zoneinfo.ZoneInfo(zone)
        known[zone] = tuple(datetime.datetime(2026, month, 1, tzinfo=info).utcoffset() for month in (1, 7))
    return known[zone]


def in_order(zones):
    """Each row's zones by the share of the numbers below the prefix, then of those below each shorter one."""
    share = {}
    for prefix, row in zones.items():
        for above in [prefix, *parents(prefix)]:
            for c in {clock(z) for z in row}:
                by_clock = share.setdefault(above, {})
                by_clock[c] = by_clock.get(c, 0) + 10.0 ** -len(prefix) / len(row)

    def weight(prefix, zone):
        return [-share[p].get(clock(zone), 0) for p in [prefix, *parents(prefix)]]
    return {p: tuple(sorted(row, key=lambda z: weight(p, z))) for p, row in zones.items()}


def widened(zones, overlay):
    """Those of +1, as said at the top. What the overlay says stays as it is."""
    wide = dict(zones)
    for prefix, row in sorted(zones.items()):
        for above in parents(prefix):
            if prefix[0] == "1" and len(above) > 1 and above in zones and above not in overlay:
                wide[above] = tuple(dict.fromkeys([*wide[above], *row]))
    return wide


def read_zones(overlay, name):
    data = {p: row for p, row in TIMEZONE_DATA.items() if overlay.get(p, row) is not None}
    data = {p: tuple(dict.fromkeys(map(name, row))) for p, row in data.items()}
    zones = in_order({**data, **{p: row for p, row in overlay.items() if row}})
    return widened({p: overlay.get(p) or row for p, row in zones.items()}, overlay)


def read_states(overlay, states_path):
    codes = {}
    for code, name in re.findall(r'^STATE\("(.*?)", "(.*?)"\)', open(states_path, encoding="utf-8").read(), re.M):
        codes[name] = codes[code[3:]] = code
    states = {}
    for prefix, texts in GEOCODE_DATA.items():
        if len(prefix) == 4 and prefix[0] == "1" and "en" in texts:
            # "Florida", "Chicago, IL", "Nova Scotia/Prince Edward Island"
            found = [codes.get(part.split(", ")[-1]) for part in texts["en"].split("/")]
            if all(found):
                states[prefix] = tuple(found)
    return {**states, **{p: row for p, row in overlay.items() if row}}


def read_countries(overlay, zones, states):
    countries = {str(code): regions[0] for code, regions in COUNTRY_CODE_TO_REGION_CODE.items() if regions[0] != "001"}
    areas = {p for p in [q[:4] for q in zones] + list(states) if len(p) == 4 and p[0] == "1"}
    for region in COUNTRY_CODE_TO_REGION_CODE[1]:
        digits = PhoneMetadata.metadata_for_region(region).leading_digits
        countries.update((p, region) for p in areas if digits and re.match(f"(?:{digits})", p[1:]))
    countries.update((p, row[0][:2]) for p, row in states.items())
    return {**countries, **{p: row[0] for p, row in overlay.items() if row}}


def without_redundant(rows, same=lambda a, b: a == b):
    kept = {}
    for prefix in sorted(rows, key=len):
        above = next((p for p in parents(prefix) if p in kept), None)
        if above is None or not same(kept[above], rows[prefix]):
            kept[prefix] = rows[prefix]
    return kept


def numbered(rows):
    texts = sorted({" ".join(row) for row in rows.values()})
    return texts, {p: texts.index(" ".join(row)) + 1 for p, row in rows.items()}


def key(prefix):
    return int(prefix.ljust(8, "0")) * 16 + len(prefix)


def package_version():
    try:
        return subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "python3-phonenumbers"], check=True, capture_output=True,
                              text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return phonenumbers.__version__


def strings(name, texts):
    return f"static const char *const {name}[] = {{\n" + "".join(f'\t"{t}",\n' for t in texts) + "};\n\n"


def main(overlay_path, states_path, zoneinfo_dir):
    over_zones, over_states, over_countries = read_overlay(overlay_path)
    zones = read_zones(over_zones, name_reader(zoneinfo_dir))
    states = read_states(over_states, states_path)
    countries = read_countries(over_countries, zones, states)
    lists, list_of = numbered(without_redundant(zones, lambda a, b: set(a) == set(b)))
    groups, group_of = numbered(without_redundant(states))
    # Calling codes stay: a number that tells no more than its country is told by them.
    country_of = {**without_redundant(countries), **{p: c for p, c in countries.items() if len(p) <= 3}}
    source = f"python3-phonenumbers {package_version()}"
    out = [f"""/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Made by prefix_table.py from {source}, with prefix.overlay laid over it.
 * The package's data: Copyright (C) 2009-2022 The Libphonenumber Authors, under the Apache License, version 2.0. It was changed.
 */
#include "gateway/policy/prefix_table.h"

""", strings("lists", lists), strings("states", groups), "static const struct sh_prefix_row rows[] = {\n"]
    for p in sorted({*list_of, *group_of, *country_of}, key=key):
        out.append(f'\t{{ {key(p)}u, {list_of.get(p, 0)}, {group_of.get(p, 0)}, "{country_of.get(p, "")}" }},\n')
    out.append(f"""}};

const struct sh_prefix_table sh_prefix_table = {{
	"{source}", lists, sizeof(lists) / sizeof(lists[0]), states, sizeof(states) / sizeof(states[0]),
	rows, sizeof(rows) / sizeof(rows[0])
}};
""")
    sys.stdout.write("".join(out))


if __name__ == "__main__":
    if sys.argv[1:] != ["check"]:
        main(*sys.argv[1:])
