// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Answers and calls by the thousand, made of parts whose meaning is known: a day, a clock or daypart, the words around
// them, and talk about other things before and after. The corpus says what people say; this says that no part of it
// depends on its neighbours. Seeds make them repeatable.
import { instantOf, offsetAt } from './instants.mjs'

const DAY = 86400e3
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = 'January February March April May June July August September October November December'.split(' ')
const HOURS = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ')
const ZONES = ['America/New_York', 'Europe/London', 'Australia/Sydney', 'Asia/Kolkata', 'America/Los_Angeles']

/** A generator of whole numbers below n (mulberry32). */
export function dice(seed) {
  return n => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % n
  }
}

const iso = day => new Date(day).toISOString().slice(0, 10)
const weekday = day => new Date(day).getUTCDay()
const dayOfMonth = day => new Date(day).getUTCDate()
const month = day => MONTHS[new Date(day).getUTCMonth()]
const clockOf = minute => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

function ordinal(n) {
  const teen = n > 10 && n < 14
  return n + (teen ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th'))
}

/** R2: the nearest one after today. */
function nearest(today, wanted) {
  let day = today + DAY
  while (weekday(day) !== wanted) day += DAY
  return day
}

/** R2: that day of the Monday to Sunday week that follows today's. */
function ofNextWeek(today, wanted) {
  const monday = today - ((weekday(today) + 6) % 7) * DAY
  return monday + 7 * DAY + ((wanted + 6) % 7) * DAY
}

/** Each gives the words of a day and the day. Days of the month stay below 29, so that each month has them (R4). */
const DAYS = [
  (today, roll) => ['today', today],
  (today, roll) => ['tomorrow', today + DAY],
  (today, roll) => ['the day after tomorrow', today + 2 * DAY],
  (today, roll) => {
    const w = roll(7)
    return [['', 'on ', 'this coming '][roll(3)] + WEEKDAYS[w], nearest(today, w)]
  },
  (today, roll) => {
    const w = roll(7)
    return ['next ' + WEEKDAYS[w], ofNextWeek(today, w)]
  },
  (today, roll) => {
    const w = roll(7)
    return [WEEKDAYS[w] + [' next week', ' of next week'][roll(2)], ofNextWeek(today, w)]
  },
  (today, roll) => {
    const day = nearest(today, (weekday(today) + 1 + roll(6)) % 7)
    return [[`${WEEKDAYS[weekday(day)]} week`, `a week from ${WEEKDAYS[weekday(day)]}`][roll(2)], day + 7 * DAY]
  },
  (today, roll) => {
    const day = today + (1 + roll(80)) * DAY
    const n = ordinal(dayOfMonth(day))
    return [[`${month(day)} ${n}`, `the ${n} of ${month(day)}`, `${WEEKDAYS[weekday(day)]}, ${month(day)} ${n}`][roll(3)], day]
  },
  (today, roll) => {
    let day = today + (1 + roll(20)) * DAY
    while (dayOfMonth(day) > 28) day += DAY
    return [[`the ${ordinal(dayOfMonth(day))}`, `${WEEKDAYS[weekday(day)]} the ${ordinal(dayOfMonth(day))}`][roll(2)], day]
  },
  (today, roll) => ['a week from tomorrow', today + 8 * DAY],
  (today, roll) => {
    const n = 2 + roll(8)
    return [[`in ${HOURS[n]} days`, `in ${n} days`][roll(2)], today + n * DAY]
  }
]

/** R3 with a day: 1 to 7 are afternoon and evening, 8 to 11 morning, 12 is noon. */
const likely = (hour, minute) => (hour >= 8 ? hour : hour + 12) * 60 + minute
const past = (hour, minute) => likely(hour, minute)
const before = (hour, minute) => likely(hour === 1 ? 12 : hour - 1, 60 - minute)

/** Each gives the words of a clock or a daypart and the minute of the day. */
const CLOCKS = [
  h => [`at ${HOURS[h]}`, likely(h, 0)],
  h => [`at ${h}`, likely(h, 0)],
  h => [`at ${HOURS[h]} o'clock`, likely(h, 0)],
  h => [`at ${h}:15`, likely(h, 15)],
  h => [`at ${HOURS[h]} thirty`, likely(h, 30)],
  h => [`around ${HOURS[h]}`, likely(h, 0)],
  h => [`${HOURS[h]}-ish`, likely(h, 0)],
  h => [`at half past ${HOURS[h]}`, past(h, 30)],
  h => [`at quarter past ${HOURS[h]}`, past(h, 15)],
  h => [`at twenty past ${HOURS[h]}`, past(h, 20)],
  h => [`at quarter to ${HOURS[h]}`, before(h, 15)],
  h => [`at ten to ${HOURS[h]}`, before(h, 10)],
  h => [`at ${h} p.m.`, ((h % 12) + 12) * 60],
  h => [`at ${6 + (h % 6)} am`, (6 + (h % 6)) * 60],
  h => [`at ${12 + (h % 9)}:45`, (12 + (h % 9)) * 60 + 45],
  h => [`any time after ${HOURS[h]}`, likely(h, 0)],
  h => [`between ${HOURS[1 + (h % 5)]} and ${HOURS[2 + (h % 5)]}`, likely(1 + (h % 5), 0)],
  h => ['at noon', 12 * 60],
  h => ['in the morning', 9 * 60],
  h => ['in the afternoon', 14 * 60],
  h => ['in the evening', 18 * 60],
  h => ['first thing', 9 * 60],
  h => ['after lunch', 13 * 60 + 30],
  h => ['after work', 17 * 60 + 30]
]

/** Now, somewhere, and a time that is still ahead in words and as an instant. */
export function moment(roll) {
  const tz = ZONES[roll(ZONES.length)]
  const today = Date.UTC(2026, roll(12), 1 + roll(28))
  const minute = 9 * 60 + roll(6 * 60)
  const [dayWords, day] = DAYS[roll(DAYS.length)](today, roll)
  const [clockWords, at] = CLOCKS[roll(CLOCKS.length)](1 + roll(12))
  // Today's dayparts may be under way, and a bare hour that has passed today is the other half or tomorrow.
  if (day === today || day - today > 85 * DAY) return moment(roll)
  const here = `${iso(today)} ${clockOf(minute)}`
  const offset = offsetAt(tz, Date.parse(instantOf(here, tz))) / 60e3
  const sign = offset < 0 ? '-' : '+'
  return {
    now: `${here.replace(' ', 'T')}:00${sign}${clockOf(Math.abs(offset))}`,
    tz,
    words: [`${dayWords} ${clockWords}`, `${clockWords}, ${dayWords}`, `${dayWords}, ${clockWords}`][roll(3)],
    instant: instantOf(`${iso(day)} ${clockOf(at)}`, tz)
  }
}

const capital = text => text.replace(/^[a-z]/, letter => letter.toUpperCase())

const ANSWERS = [
  x => `${x}.`,
  x => `call me ${x}`,
  x => `could you call me back ${x}?`,
  x => `${x} works`,
  x => `let's do ${x}.`,
  x => `how about ${x}?`,
  x => `I'd prefer ${x}, please.`,
  x => `um, ${x}, I guess`,
  x => `ring me ${x} if you can.`,
  x => `I'm busy now, call ${x}.`,
  x => `${x} if that's all right with you`,
  x => `you can reach me ${x}.`
]

/** The whole answer to "when shall we call?" */
export function answer(roll) {
  const { words, ...rest } = moment(roll)
  return { text: capital(ANSWERS[roll(ANSWERS.length)](words)), ...rest }
}

/** Talk about other things: nobody is to be called, whatever the hour that is named. */
const ASIDES = [
  ['Your appointment is on Thursday at three.', 'Yes, Thursday at three, I have it down.'],
  ['We are open from nine to six on weekdays.', 'Okay, good to know.'],
  ['The delivery comes tomorrow between eight and twelve.', 'Great, someone will be home.'],
  ['That will be forty-nine dollars a month.', 'Forty-nine is a bit steep.'],
  ['How old is the roof?', 'Twelve years, maybe thirteen.'],
  ['When did you move in?', 'In March, the fifth I believe.'],
  ['And your date of birth?', 'June eleventh, nineteen eighty-four.'],
  ['What is the order number?', 'It is 4 4 1 9 7.'],
  ['The offer runs until Sunday at midnight.', 'I see.'],
  ['Our technician visited you last Tuesday at ten, is that right?', 'Yes, around ten.'],
  ['What time does the store open?', 'Eight thirty I think, they changed it in May.'],
  ['How many people live in the house?', 'Five, two adults and three kids.'],
  ['The flight leaves Friday at six forty.', 'Right, from gate twelve.'],
  ['Do you work on weekends?', 'Every other Saturday, nine to one.'],
  ['What is the unit number?', 'Unit 7, on the second floor.'],
  ['The class starts Monday at seven in the evening.', 'Yep, my daughter is excited.'],
  ['When does your lease end?', 'On the thirty-first.'],
  ['Your package was left at the door yesterday at two fifteen.', 'I found it, thanks.'],
  ['You can pick it up any time before five.', 'I will come by at four.'],
  ['The technician will be with you at eleven tomorrow.', 'Perfect, I will let him in.'],
  ['How long have you had the car?', 'Three years in April.'],
  ['Your payment is due on the twentieth.', 'I will pay it on Friday.'],
  ['The warranty lasts two years.', 'Until next July then.'],
  ['Did the email arrive?', 'It came in at nine this morning.'],
  ['Is it cold up there?', 'It was twenty degrees this morning.'],
  ['The interview is Wednesday at ten.', 'I will be there, Wednesday at ten.'],
  ['How much do you spend on energy?', 'Two hundred a month, more in winter.'],
  ['The restaurant has you down for seven on Saturday.', 'A table for six, yes.'],
  ['Last time we spoke you were off to Denver.', 'Yes, I got back Sunday night.'],
  ['The sale begins on the first.', 'I might stop in at the weekend.'],
  ['Your car will be ready at five.', 'I will grab it on my way home.'],
  ['What does he charge?', 'Thirty an hour, two hours minimum.'],
  ['We shipped it on Monday.', 'So it should be here by Thursday.'],
  ['It takes about ten minutes to set up.', 'That is not bad at all.'],
  ['Was it you who wrote to us on the third?', 'No, that was my wife.'],
  ["Would you like the ten o'clock or the two o'clock tour?", "The two o'clock tour, please."],
  ['Can you come in on Tuesday?', 'Tuesday at noon works for me.'],
  ['You are number three in the queue.', 'Okay.']
]

const OPENINGS = [
  [],
  ['Agent: Hi, this is Casey with Blue River.', 'User: Hi there.'],
  ['Agent: Good morning, am I speaking with Jordan?', 'User: Yes, this is Jordan.']
]

const ENDINGS = [
  [],
  ['Agent: Have a great day.', 'User: You too.'],
  ['Agent: Anything else I can help with?', 'User: No, that is all. Thanks.']
]

const QUESTIONS = [
  'When is a good time to call you back?',
  'When should we call you?',
  'What time works best for a callback?',
  'Which day and time would suit you for a call?'
]

const OFFERS = [
  x => `Can I call you ${x}?`,
  x => `Shall I ring you back ${x}?`,
  x => `How about I try you again ${x}?`,
  x => `Would you like a call ${x}?`
]

const ASSENTS = ['Yes, that works.', 'Sure.', 'Sounds good.', 'Yeah, fine.', 'Perfect.', 'Yes please.', "That's fine."]

const pick = (list, roll) => list[roll(list.length)]

function asides(most, roll) {
  const chosen = Array.from({ length: roll(most + 1) }, () => pick(ASIDES, roll))
  return chosen.flatMap(([agent, user]) => [`Agent: ${agent}`, `User: ${user}`])
}

/** How a time is agreed on, in turns. */
const AGREEMENTS = {
  said: (x, roll) => [`Agent: ${pick(QUESTIONS, roll)}`, `User: ${capital(pick(ANSWERS, roll)(x))}`, `Agent: Okay, ${x}.`],
  asked: (x, roll) => [`User: ${pick(['Could you call me back', 'Can somebody ring me'], roll)} ${x}?`, 'Agent: Of course.'],
  offered: (x, roll) => [`Agent: ${pick(OFFERS, roll)(x)}`, `User: ${pick(ASSENTS, roll)}`]
}

/** A call in which a time is agreed on in one of the AGREEMENTS, with up to `most` asides before and after. */
export function call(how, most, roll) {
  const { words, ...rest } = moment(roll)
  const lines = [...pick(OPENINGS, roll), ...asides(most, roll)]
  lines.push(...AGREEMENTS[how](words, roll), ...asides(most, roll), ...pick(ENDINGS, roll))
  return { transcript: lines.join('\n'), ...rest }
}

/** A call that is about other things only. */
export function smallTalk(most, roll) {
  const { words, instant, ...rest } = moment(roll)
  const lines = [...pick(OPENINGS, roll), ...asides(most, roll), ...pick(ENDINGS, roll)]
  return { transcript: ['Agent: Hello.', ...lines].join('\n'), ...rest }
}
