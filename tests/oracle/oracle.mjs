// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// When may a phone ring? Asked of gateway/policy/quiet.c (by the program hours), and of this file, which knows nothing of it:
// the clock on the wall comes from Intl, the law is read off minute by minute, and the next permitted minute is found by walking
// there. Every minute from 26 hours before to 26 hours after every change of the clock, three years, more than thirty zones.
//
//	node oracle.mjs PROGRAM			"oracle: 45 zones, … 0 wrong"; ends early after five that are
//	node oracle.mjs PROGRAM --shift		the oracle's windows open a minute late: it must find that out
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const MINUTE = 60000, HOUR = 60, DAY = 1440, AHEAD = 14 * DAY, AROUND = 26 * HOUR, WRONG_MAX = 5;
const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

// ---- zones: where, and which years (the years before the zone gave its changes up, where it did)
const zones = [
	['America/New_York', 2023], ['America/Los_Angeles', 2023], ['America/Denver', 2023], ['America/Phoenix', 2023],
	['America/St_Johns', 2023], ['America/Halifax', 2023], ['America/Havana', 2023], ['America/Santiago', 2023],
	['Pacific/Easter', 2023], ['America/Asuncion', 2022], ['America/Nuuk', 2023], ['America/Scoresbysund', 2023],
	['America/Miquelon', 2023], ['America/Mexico_City', 2020], ['America/Tijuana', 2023], ['America/Port-au-Prince', 2023],
	['Atlantic/Azores', 2023], ['Atlantic/Bermuda', 2023], ['Europe/London', 2023], ['Europe/Dublin', 2023],
	['Europe/Berlin', 2023], ['Europe/Athens', 2023], ['Europe/Chisinau', 2023], ['Africa/Cairo', 2023],
	['Africa/Casablanca', 2023], ['Africa/El_Aaiun', 2023], ['Africa/Juba', 2020], ['Asia/Gaza', 2023], ['Asia/Hebron', 2023],
	['Asia/Jerusalem', 2023], ['Asia/Beirut', 2023], ['Asia/Amman', 2020], ['Asia/Damascus', 2020], ['Asia/Tehran', 2020],
	['Asia/Kathmandu', 2023], ['Antarctica/Troll', 2023], ['Australia/Lord_Howe', 2023], ['Australia/Adelaide', 2023],
	['Australia/Sydney', 2023], ['Pacific/Norfolk', 2023], ['Pacific/Auckland', 2023], ['Pacific/Chatham', 2023],
	['Pacific/Apia', 2019], ['Pacific/Apia', 2010], ['America/St_Johns', 2008],
];

// ---- the clock on the wall, by Intl

const formats = new Map();
const offsets = new Map();

// Minutes east of UTC at a minute since 1970.
const asked = (zone, minute) => {
	let format = formats.get(zone);
	if (!format) {
		format = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', era: 'short', year: 'numeric', month: 'numeric',
			day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
		formats.set(zone, format);
	}
	const part = {};
	for (const p of format.formatToParts(minute * MINUTE))
		part[p.type] = p.value;
	return Date.UTC(+part.year, part.month - 1, +part.day, +part.hour, +part.minute, +part.second) / MINUTE - minute;
};

// An hour has one offset or two, and these are told apart minute by minute.
const offset = (zone, minute) => {
	const hour = Math.floor(minute / 60), key = `${zone} ${hour}`;
	let known = offsets.get(key);
	if (known === undefined) {
		const first = asked(zone, hour * 60), last = asked(zone, hour * 60 + 59);
		known = first === last ? first : Array.from({ length: 60 }, (_, i) => asked(zone, hour * 60 + i));
		offsets.set(key, known);
	}
	return typeof known === 'number' ? known : known[minute - hour * 60];
};

const changes = (zone, year) => {
	const found = [];
	let was;
	for (let m = Date.UTC(year, 0, 1) / MINUTE; m < Date.UTC(year + 3, 0, 1) / MINUTE; m += 6 * HOUR) {
		const is = asked(zone, m);
		if (was !== undefined && is !== was) {
			let exact = m - 6 * HOUR;
			while (asked(zone, exact) === was)
				exact++;
			found.push(exact);
		}
		was = is;
	}
	return found;
};

// ---- the law, read off

const iso = (day) => new Date(day * DAY * MINUTE).toISOString().slice(0, 10);
const weekdayOf = (day) => (new Date(day * DAY * MINUTE).getUTCDay() + 6) % 7;

// Of a year, as "MM-DD": found by walking its days, not by arithmetic.
const federal = (year) => {
	const set = new Set(), days = [];
	for (let d = Date.UTC(year, 0, 1); d < Date.UTC(year + 1, 0, 1); d += DAY * MINUTE)
		days.push(new Date(d));
	const nth = (month, weekday, n) => days.filter((d) => d.getUTCMonth() + 1 === month && d.getUTCDay() === weekday).at(n);
	const fixed = [[1, 1], [6, 19], [7, 4], [11, 11], [12, 25]].map(([m, d]) => new Date(Date.UTC(year, m - 1, d)));
	for (const d of [nth(1, 1, 2), nth(2, 1, 2), nth(5, 1, -1), nth(9, 1, 0), nth(10, 1, 1), nth(11, 4, 3), ...fixed])
		set.add(d.toISOString().slice(0, 10));
	for (const d of [...fixed, new Date(Date.UTC(year + 1, 0, 1))]) {
		const w = d.getUTCDay();
		if (w === 6 || w === 0)
			set.add(new Date(+d + (w === 6 ? -1 : 1) * DAY * MINUTE).toISOString().slice(0, 10));
	}
	return set;
};
const years = new Map();
const holiday = (day) => {
	const year = new Date(day * DAY * MINUTE).getUTCFullYear();
	if (!years.has(year))
		years.set(year, federal(year));
	return years.get(year).has(iso(day));
};

const clock = (minutes) => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

// A rule: week[d] is a list of [open, close]; closed, dates, federal, from, until. What it says of a date:
const spellsOf = (rule, day) => {
	if ((rule.from !== undefined && day < rule.from) || (rule.until !== undefined && day >= rule.until))
		return [[-1, DAY]];
	const weekday = weekdayOf(day);
	if (rule.closed?.includes(weekday) || rule.dates?.includes(day) || (rule.federal && holiday(day)))
		return [];
	return rule.week[weekday];
};

// Of each of the local minutes: 1 if it is permitted. late: every window opens a minute late.
const permitted = (rule, local, late) => {
	let day, spells;
	return Uint8Array.from(local, (at) => {
		const date = Math.floor(at / DAY), minute = at - date * DAY - (late ? 1 : 0);
		if (date !== day) {
			day = date;
			spells = spellsOf(rule, day);
		}
		for (const [open, close] of spells)
			if (open <= minute && minute < close)
				return 1;
		return 0;
	});
};

// As a pack writes it. XX is no country that has a law of its own here.
const written = (rule, i) => {
	const days = weekdays.filter((_, d) => !rule.closed?.includes(d)).map((name) => {
		const spells = rule.week[weekdays.indexOf(name)].map(([open, close]) => `"${clock(open)}-${clock(close)}"`);
		return `${name}: ${spells.length ? `[${spells.join(', ')}]` : 'closed'}`;
	});
	return `  - {id: r${i}, where: XX, source: S, checked: 2026-11-21, verified: no, hours: {${days.join(', ')}}` +
		(rule.closed?.length ? `, closed: [${rule.closed.map((d) => weekdays[d]).join(', ')}]` : '') +
		(rule.dates?.length ? `, dates: [${rule.dates.map(iso).join(', ')}]` : '') +
		(rule.federal ? ', holidays: [us_federal]' : '') +
		(rule.from !== undefined ? `, effective_from: ${iso(rule.from)}` : '') +
		(rule.until !== undefined ? `, effective_until: ${iso(rule.until)}` : '') + '}\n';
};

// ---- questions

const every = (...spells) => Array.from({ length: 7 }, () => spells);
const inDay = (m) => Math.max(0, Math.min(DAY, m));
// Windows within the day that stand in order and apart.
const tidy = (spells) => {
	const kept = [];
	for (const [open, close] of spells.map(([a, b]) => [inDay(a), inDay(b)]).sort((a, b) => a[0] - b[0]))
		if (open < close && (!kept.length || open > kept.at(-1)[1]) && kept.length < 4)
			kept.push([open, close]);
	return kept.length ? kept : [[0, 1]];
};

// What may go wrong at a change that skips or repeats the local minutes [a, b) of a date.
const shapes = (zone, at) => {
	const before = at + offset(zone, at - 1), after = at + offset(zone, at), from = Math.min(before, after);
	const day = Math.floor(from / DAY), a = from - day * DAY, b = a + Math.abs(after - before), mid = Math.floor((a + b) / 2), w = weekdayOf(day);
	const one = (rule, more = {}) => ({ ask: 'hours', rules: [rule], zones: [[zone]], margin: MINUTE, late: 0, ...more });
	const week = (spells) => ({ week: every(...tidy(spells)) });
	const own = weekdays.map((_, d) => [[(7 + d) * HOUR + 13 * d, (14 + d) * HOUR + 7 * d]]);
	const ahead = Array.from({ length: 13 }, (_, i) => day + i).find((d) => holiday(d)) ?? day;
	const only = (d, spells) => ({ week: Array.from({ length: 7 }, (_, i) => (i === d ? tidy(spells) : [])) });
	return [
		one({ week: every([9 * HOUR, 20 * HOUR]), closed: [6] }),					// the default
		one({ week: every([0, 8 * HOUR], [21 * HOUR, DAY]) }),						// round midnight
		one(week([[mid, mid + 6 * HOUR]])),								// opens in it
		one(week([[a - 6 * HOUR, mid]])),								// closes in it
		one(week([[a, b]])),										// it
		one(week([[a + 5, b - 5]]), { late: 30000 }),							// within it, asked half a minute on
		one(week([[a - 90, a - 30], [a - 10, a + 10], [b - 10, b + 10], [b + 30, b + 90]])),	// several spells
		one(week([[mid, mid + 1]])),									// a minute of it
		one(only(w, [[mid, DAY]])),									// that weekday alone, which may close early
		one(only((w + 6) % 7, [[20 * HOUR, DAY]])),							// the evening before, until 24:00
		one(only((w + 1) % 7, [[0, 4 * HOUR]])),							// from the midnight after
		one({ week: own }),										// each day its own
		one({ week: every([0, DAY]), closed: [w], dates: [day + 1, day + 3] }),				// the date is closed
		one({ week: own, from: day, until: day + 1 }),							// holds on that date alone
		one({ week: every([mid ? inDay(mid) - 1 : 0, inDay(mid) + 1]), until: day }),			// until it begins
		one({ week: every([11 * HOUR, 11 * HOUR + 30]), from: day + 1 }),				// from its end on
		one({ ...only(weekdayOf(ahead), [[10 * HOUR, 18 * HOUR]]), federal: true }),			// the holiday ahead, if any
		one({ ...only(w, [[12 * HOUR, 13 * HOUR]]), dates: [day, day + 7] }),				// 14 days on to the minute, or never
		one(week([[a - 90, a + 1], [a + 3, b + 45]]), { margin: 5 * MINUTE }),				// rings for five minutes
		one(week([[a - 30, mid]]), { margin: 1, late: 59999 }),						// to the end of the minute
		{ ask: 'hours', rules: [{ week: every([9 * HOUR, 20 * HOUR]) }], zones: [[zone, 'America/New_York', 'America/Los_Angeles']], margin: MINUTE, late: 0 },
		{ ask: 'hours', rules: [week([[mid - 120, mid + 120]]), { week: every([0, 6 * HOUR], [7 * HOUR, 12 * HOUR], [13 * HOUR, 24 * HOUR]), closed: [(w + 2) % 7] }],
			zones: [[zone], ['Asia/Kolkata', zone]], margin: MINUTE, late: 0 },			// two rules, two clocks
		{ ask: 'hours', rules: [only(w, [[0, 12 * HOUR]]), only(w, [[12 * HOUR, DAY]])], zones: [[zone], [zone]], margin: MINUTE, late: 0 },	// never
		// The same law through the decisions that every call goes through
		one(week([[a - 90, a - 30], [mid, b + 90]]), { ask: 'decide', zones: [[zone, 'Europe/Berlin']], late: 12345 }),
		one({ week: own, dates: [day + 1] }, { ask: 'admit' }),
		one({ ...only(w, [[mid, 12 * HOUR + mid]]), dates: [day] }, { ask: 'admit', zones: [[zone, 'America/Chicago']] }),
	];
};

// ---- answers

const localCache = new Map();
const locals = (zone, from, n) => {
	const key = `${zone} ${from} ${n}`;
	let list = localCache.get(key);
	if (!list) {
		list = Float64Array.from({ length: n }, (_, i) => from + i + offset(zone, from + i));
		localCache.set(key, list);
	}
	return list;
};

const answer = (question, shift) => {
	const { rules, from, until, margin, late } = question, n = until - from + AHEAD + 10, open = new Uint8Array(n).fill(1);
	rules.forEach((rule, r) => question.zones[r].forEach((zone) => {
		const list = permitted(rule, locals(zone, from, n), shift);
		for (let i = 0; i < n; i++)
			open[i] &= list[i];
	}));
	// Through how many minutes a phone rings that starts on the minute, and late in it.
	const whole = Math.ceil(margin / MINUTE), part = Math.floor((late + margin - 1) / MINUTE) + 1;
	const rings = (i, minutes) => {
		for (let k = 0; k < minutes; k++)
			if (!open[i + k])
				return false;
		return true;
	};
	const said = [];
	const next = new Int32Array(n + 1).fill(-1);
	for (let i = n - part - 1; i >= 0; i--)
		next[i] = rings(i, whole) ? i : next[i + 1];
	let was = '';
	for (let i = 0; i < until - from; i++) {
		let is;
		if (rings(i, part)) {
			is = 'R';
		} else {
			// On the minute a ring that begins late in it may still fit in whole.
			const then = late ? next[i + 1] : next[i], ahead = (then - i) * MINUTE - late;
			is = then < 0 || ahead > AHEAD * MINUTE ? 'X' : `N ${(from + then) * MINUTE}`;
		}
		if (is !== was)
			said.push(is[0] === 'N' ? `N ${from + i} ${is.slice(2)}` : `${is} ${from + i}`);
		was = is;
	}
	return said.join(' ');
};

const tell = (question, got, want) => {
	const split = (s) => s.split(/ (?=[RNX])/);
	const g = split(got), w = split(want), i = g.findIndex((x, j) => x !== w[j]);
	console.log(`wrong: ${JSON.stringify(question.zones)} margin ${question.margin} late ${question.late}\n${question.pack}` +
		`  the program: ${g[i]}\n  the oracle:  ${w[i]}`);
};

const main = async () => {
	const [program, flag] = process.argv.slice(2), shift = flag === '--shift';
	const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
	const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	let questions = 0, wrong = 0, minutes = 0, points = 0;
	for (const [zone, year] of zones) {
		// Where the clock never changes any day of the years is as good.
		const all = changes(zone, year), at = all.length ? all : [Date.UTC(year, 2, 8, 7) / MINUTE, Date.UTC(year + 1, 10, 1, 6) / MINUTE];
		offsets.clear();
		localCache.clear();
		for (const change of at) {
			points++;
			for (const shape of shapes(zone, change)) {
				const question = { ...shape, from: change - AROUND, until: change + AROUND,
					pack: `name: q\nversion: 1.0.0\ntitle: Q\nrules:\n${shape.rules.map(written).join('')}` };
				const { rules, ...sent } = question;
				child.stdin.write(`${JSON.stringify(sent)}\n`);
				const want = answer(question, shift), { value: got } = await lines.next();
				questions++;
				minutes += 2 * AROUND;
				if (got !== want)
					tell(question, got ?? 'nothing', want);
				wrong += got !== want;
				if (got === undefined || wrong === WRONG_MAX) {
					console.log(`oracle: ${wrong} wrong of ${questions} questions: the rest was not asked`);
					process.exit(1);
				}
			}
		}
	}
	child.stdin.end();
	console.log(`oracle: ${zones.length} zones, ${points} changes of the clock, ${questions} questions, ${minutes} minutes, ${wrong} wrong`);
	process.exit(wrong ? 1 : 0);
};

await main();
