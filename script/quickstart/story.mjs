// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The story: from an empty database to a chain of calls that is closed, in steps that either happen or do not. The same
// story is asserted in more depth by tests/scenarios/story.test.mjs.
import { eventually, moment } from '../../tests/scenarios/lib/time.mjs'
import { NUMBERS } from './stage.mjs'

const ZONE = 'America/New_York'
const CALLEE = '+12125550142'
const HOUR_MS = 3600000

/**
 * The Monday after next, so that the told clock is ahead of the machine's. Half past three: an unanswered call is followed
 * at half past four, and what would follow a voicemail four hours later falls into the quiet hours, which begin at eight.
 */
function monday(hour, plusDays = 0) {
  const day = new Date()
  day.setUTCDate(day.getUTCDate() + ((8 - day.getUTCDay()) % 7 || 7) + 7 + plusDays)
  return moment(`${day.toISOString().slice(0, 10)} ${hour} ${ZONE}`)
}

const START = monday('15:30')
const QUIET_UNTIL = monday('09:00', 1)

const wallClock = ms =>
  new Intl.DateTimeFormat('en-US', { timeZone: ZONE, weekday: 'long', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(ms)

function must(condition, otherwise) {
  if (!condition) throw new Error(otherwise)
}

/** The told clock was set a moment ago and runs on, on a slow machine for minutes. What a policy plans lies hours apart. */
function mustBeAbout(found, wanted, what) {
  must(
    Math.abs(Date.parse(found) - wanted) < 600000,
    `${what} is due at ${wallClock(Date.parse(found))} (${found}), not at ${wallClock(wanted)}`
  )
}

// ---- the chain of calls, asked quietly while the story waits ----

async function chain({ teller, callback }) {
  const { body } = await teller.curl(`$URL/v1/callbacks/${callback}/chain`, { key: 'KEY', quiet: true })
  return body.data.toSorted((a, b) => a.attempt - b.attempt)
}

const untilScheduled = (story, attempt) =>
  eventually(
    async () => (await chain(story)).find(one => one.attempt === attempt && one.state === 'scheduled'),
    `attempt ${attempt} was scheduled`
  )

/** How the simulated provider is called in commands. */
const shell = provider => '$' + provider.name.toUpperCase()

/** The nth call that the provider was asked for: its variables, as soon as it knows them. */
async function untilDialled({ teller, stage: { provider } }, n, { answered } = {}) {
  return eventually(async () => {
    const { body } = await teller.curl(`${shell(provider)}/_sim/dials`, { quiet: true })
    return body[n - 1] && (body[n - 1].variables ?? (!answered && {}))
  }, `${provider.title} was asked for call ${n}`)
}

function showVariables(teller, { title }, variables) {
  teller.says(`What ${title} was given with this call, for the prompt of its agent:`)
  teller.answer(Object.entries(variables).map(([name, value]) => `  ${name}=${value}`))
}

async function lineOfChain({ teller }) {
  await teller.curl('$URL/v1/callbacks/$CALLBACK/chain', { key: 'KEY', only: ['attempt', 'state', 'outcome', 'due_at'] })
}

// ---- the steps ----

export const steps = ({ name, title, agent: agentId, makeAgent, point }) => [
  {
    title: `A gateway starts, with a Postgres of its own, beside a simulated ${title}`,
    async happens({ stage, teller, port }) {
      stage.setClock(START)
      await stage.startProvider()
      await stage.startGateway(port)
      if (stage.portTaken) teller.says(`Port ${stage.portTaken} is taken, so the gateway takes requests on ${stage.port}.`)
      teller.says('Commands below can be repeated in another terminal once these variables are set there.')
      teller.keep('URL', stage.url)
      teller.keep(name.toUpperCase(), stage.simulator.url)
      await teller.curl('$URL/readyz')
      teller.means(`Both follow a clock that they are told. It says ${wallClock(stage.clock.now())} in New York.`)
    }
  },
  {
    title: 'The empty database gets its first tenant, and an admin key',
    async happens({ stage, teller }) {
      teller.command(`${stage.program} bootstrap \\\n  --config ${stage.config}`)
      const { status, stdout, stderr } = await stage.run(stage.program, ['bootstrap', '--config', stage.config, '--json'], {
        SWITCHHOOK_URL: stage.url
      })
      must(status === 0, `switchhook bootstrap: ${stderr}`)
      const { key } = JSON.parse(stdout)
      must(/^shk_/.test(key), 'there is no shk_ key in its answer')
      teller.keep('KEY', key)
      teller.means('Shown this once; the gateway keeps its hash only. A second bootstrap would be refused.')
    }
  },
  {
    title: `An account at ${title} is connected`,
    async happens({ teller, stage }) {
      const made = await teller.curl('$URL/v1/workspaces', {
        key: 'KEY',
        body: { name: 'Acme', provider: name, timezone: ZONE },
        only: ['id', 'name', 'timezone']
      })
      teller.keep('WORKSPACE', made.body.id)
      await teller.curl('$URL/v1/workspaces/$WORKSPACE/credentials', {
        method: 'PUT',
        key: 'KEY',
        body: stage.simulator.credentials,
        only: ['name', 'settings', 'secrets_set']
      })
      const tested = await teller.curl('$URL/v1/workspaces/$WORKSPACE/credentials/test', {
        method: 'POST',
        key: 'KEY',
        only: ['name', 'credentials_ok']
      })
      must(tested.body.credentials_ok === true, 'the credentials do not work')
      teller.means(`Its keys went in sealed and never come out again; ${title} was asked, and takes them.`)
    }
  },
  {
    title: 'Three numbers are imported from it',
    async happens(story) {
      const { teller } = story
      const found = await teller.curl('$URL/v1/numbers/importable?workspace=$WORKSPACE', {
        key: 'KEY',
        only: ['number', 'provider_id', 'imported']
      })
      must(found.body.data.length === NUMBERS.length, `${found.body.data.length} numbers can be imported, not ${NUMBERS.length}`)
      await teller.curl('$URL/v1/numbers/import', {
        key: 'KEY',
        body: { workspace_id: teller.variables.WORKSPACE, numbers: found.body.data.map(one => one.provider_id) },
        only: ['imported', 'number']
      })
      const { body } = await teller.curl('$URL/v1/numbers', { key: 'KEY', only: ['id', 'number'] })
      must(body.data.length === NUMBERS.length, `there are ${body.data.length} numbers, not ${NUMBERS.length}`)
      teller.keep('NUMBER', body.data.find(one => one.number === NUMBERS[0]).id)
      teller.means('Importing them again would change nothing and drop no assignment.')
    }
  },
  {
    title: 'One of them is assigned to the customer "Acme Dental", who has 10 credits',
    async happens({ teller }) {
      const made = await teller.curl('$URL/v1/customers', { key: 'KEY', body: { name: 'Acme Dental' }, only: ['id', 'name'] })
      teller.keep('CUSTOMER', made.body.id)
      const { body } = await teller.curl('$URL/v1/customers/$CUSTOMER/credits', {
        key: 'KEY',
        body: { amount: 10, note: 'to begin with' },
        only: ['kind', 'amount', 'balance']
      })
      await teller.curl('$URL/v1/numbers/$NUMBER/customer', {
        method: 'PUT',
        key: 'KEY',
        body: { customer_id: made.body.id },
        only: ['number', 'customer_id']
      })
      must(body.balance === undefined || body.balance === 10, `the balance is ${body.balance}, not 10`)
      teller.means('Each placed call that counts as an attempt takes one. Without credits no phone rings.')
    }
  },
  {
    title: makeAgent
      ? 'An agent is made, and gets this number, for calls out too'
      : `Agents are read from ${title}, and one of them gets this number, for calls out too`,
    async happens({ teller }) {
      // The verbs that tests/scenarios/lib/acme.mjs has, told as they are done.
      const post = async (path, body) => (await teller.curl('$URL' + path, { key: 'KEY', body })).body
      const listed = async () => {
        await post('/v1/agents/sync', { workspace_id: teller.variables.WORKSPACE })
        const { body } = await teller.curl('$URL/v1/agents', { key: 'KEY', only: ['id', 'name', 'provider_agent_id'] })
        return body.data.find(one => one.provider_agent_id === agentId)
      }
      const agent = makeAgent ? await makeAgent({ gateway: { post }, workspace: { id: teller.variables.WORKSPACE } }) : await listed()
      must(agent, `no agent ${agentId} among those that were read`)
      teller.keep('AGENT', agent.id)
      await teller.curl('$URL/v1/numbers/$NUMBER/agent', {
        method: 'PUT',
        key: 'KEY',
        body: { agent_id: agent.id, inbound: true, outbound: true },
        only: ['number', 'agent_id', 'inbound', 'outbound']
      })
      teller.means(makeAgent ? `${title} has none of its own: this one says how its calls are answered.` : `The roster is only read; nothing is changed at ${title}.`)
    }
  },
  {
    title: point ? `The agent's webhook URL goes into ${title}'s dashboard` : `The agent's webhook URL, which each dial will tell ${title}`,
    async happens({ teller, stage }) {
      const { body } = await teller.curl('$URL/v1/agents/$AGENT/webhook-url', { key: 'KEY', only: ['url'] })
      must(body.url.includes(`/api/webhooks/${name}/wh_`), `no webhook URL: ${body.url}`)
      teller.keep('WEBHOOK', body.url.replace(stage.url, '$URL'))
      if (point) await teller.curl(`${shell({ name })}/_sim/webhook`, { method: 'PUT', body: '"{\\"url\\":\\"$WEBHOOK\\"}"' })
      teller.means(`${point ? 'A person would paste it. ' : ''}What comes there must carry a valid signature of ${title}, or gets 401.`)
    }
  },
  {
    title: 'A key is made that may place calls from this number, and nothing else',
    async happens({ teller }) {
      const { body } = await teller.curl('$URL/v1/numbers/$NUMBER/outbound-keys', { key: 'KEY', body: { name: 'website' }, only: ['id', 'name', 'key'] })
      must(/^owk_/.test(body.key), 'the answer holds no owk_ key')
      teller.keep('OWK', body.key)
      teller.means('Shown this once. This is what a website or a CRM gets.')
    }
  },
  {
    title: 'One request places a call',
    async happens(story) {
      const { teller } = story
      teller.says(`The simulated ${title} is told who picks up: nobody, then a machine, then a person.`)
      await teller.curl(`${shell({ name })}/_sim/scripts`, { body: { to: CALLEE, scripts: ['no_answer', 'voicemail', 'answers'] } })
      const { status, body } = await teller.curl('$URL/v1/outbound/calls', {
        key: 'OWK',
        body: { from_number: NUMBERS[0], to_number: CALLEE, dynamic_variables: { customer_name: 'Ada' } },
        only: ['call_id', 'callback_id', 'state']
      })
      must(status === 201 && body.call_id, `the call was answered ${status}, not 201 with a call id of ${title}'s`)
      story.callback = body.callback_id
      story.firstCall = body.call_id
      await untilDialled(story, 1)
      teller.means(`201, with ${title}'s own call id: it has taken the call, and a phone rings.`)
    }
  },
  {
    title: `Nobody answers: ${title} says so, and the next attempt is in an hour`,
    async happens(story) {
      const { teller, stage } = story
      teller.keep('CALLBACK', story.callback)
      const second = await untilScheduled(story, 2)
      await lineOfChain(story)
      mustBeAbout(second.due_at, stage.clock.now() + HOUR_MS, 'attempt 2')
      must(second.reason === 'no_answer_followup', `attempt 2 has the reason ${second.reason}`)
      story.second = second
      teller.means(
        `Signed webhooks told the gateway how the call ended. By policies/default.yaml an unanswered call is tried again 1 h after its end: ${wallClock(Date.parse(second.due_at))}.`
      )
    }
  },
  {
    title: 'An hour passes: a machine answers, and what would follow falls into the quiet hours',
    async happens(story) {
      const { teller, stage } = story
      await stage.clock.set(Date.parse(story.second.due_at) + 1000)
      teller.time(`an hour passes; it is ${wallClock(stage.clock.now())}`)
      const variables = await untilDialled(story, 2, { answered: true })
      showVariables(teller, stage.provider, variables)
      must(variables.switchhook_attempt === '2', `the call says attempt ${variables.switchhook_attempt}`)
      must(variables.switchhook_redial_reason === 'no_answer_followup', `its reason is ${variables.switchhook_redial_reason}`)
      must(variables.customer_name === 'Ada', 'the variables of the first call were not replayed')
      const third = await untilScheduled(story, 3)
      await lineOfChain(story)
      mustBeAbout(third.due_at, QUIET_UNTIL, 'attempt 3')
      story.third = third
      teller.means(
        `Voicemail is followed after 4 h. That would be half past eight in the evening in New York, and phones are quiet from eight on, so it is ${wallClock(Date.parse(third.due_at))}.`
      )
    }
  },
  {
    title: 'The next morning: the last attempt is answered, and the chain is closed',
    async happens(story) {
      const { teller, stage } = story
      await stage.clock.set(Date.parse(story.third.due_at) + 1000)
      teller.time(`the night passes; it is ${wallClock(stage.clock.now())}`)
      const variables = await untilDialled(story, 3, { answered: true })
      showVariables(teller, stage.provider, variables)
      must(variables.switchhook_is_final_attempt === 'true', 'the call does not say that it is the last one')
      await eventually(async () => (await chain(story)).at(-1).state === 'completed', 'the chain was closed')
      await lineOfChain(story)
      const rows = await chain(story)
      must(rows.map(one => one.outcome).join() === 'no_answer,voicemail,terminal', `the outcomes are ${rows.map(one => one.outcome).join(', ')}`)
      const rings = await teller.curl(`${shell({ name })}/_sim/state?only=rings`)
      must(Object.values(rings.body.rings.by_dial).join() === '1,1,1', 'a phone rang twice for one dial, or not at all')
      const credits = await teller.curl('$URL/v1/customers/$CUSTOMER/credits', { key: 'KEY', only: ['balance'] })
      must(credits.body.balance === 7, `the balance is ${credits.body.balance}, not 7`)
      teller.means('Three dials, three rings, three credits. Every step stands in the activity list, without a number in it:')
      const activity = await teller.curl('$URL/v1/activity?limit=200', { key: 'KEY', quiet: true })
      const told = activity.body.data.toReversed()
      teller.command('curl -sS "$URL/v1/activity" -H "Authorization: Bearer $KEY"')
      teller.answer(told.map(one => `${wallClock(Date.parse(one.at)).padEnd(15)} ${one.text}`))
      must(told.length > 0 && !JSON.stringify(told).includes(CALLEE), 'the activity list is empty, or holds a number')
    }
  }
]

/** What is left to the reader when the story is over. */
export function outlook(teller, stage) {
  teller.line(`
The gateway stays up until Ctrl-C: ${stage.url}. To try next, in another terminal:`)
  for (const [name, value] of Object.entries(teller.variables)) teller.line(`    export ${name}=${value}`)
  const asks = stage.simulator.people.includes('asks_for_callback')
  const tries = {
    [`Somebody else ${asks ? 'asks to be called back' : 'is busy'}: who answers, a call, two hours, and what became of it`]: [
      `curl -sS ${shell(stage.provider)}/_sim/scripts --json '{"to":"*","scripts":["${asks ? 'asks_for_callback' : 'busy'}","answers"]}'`,
      `curl -sS $URL/v1/outbound/calls -H "Authorization: Bearer $OWK" \\`,
      `  --json '{"from_number":"${NUMBERS[0]}","to_number":"+13105550177"}'`,
      `echo $(($(cat ${stage.clockFile}) + ${2 * HOUR_MS})) >${stage.clockFile}`,
      'curl -sS $URL/v1/callbacks -H "Authorization: Bearer $KEY"'
    ],
    'What is refused: a number that is none, and a webhook without a signature': [
      `curl -sS $URL/v1/outbound/calls -H "Authorization: Bearer $OWK" \\`,
      `  --json '{"from_number":"${NUMBERS[0]}","to_number":"555-0177"}'`,
      `curl -sS $WEBHOOK --json '{"event":"call_ended"}'`
    ],
    'The same from the command line, which `switchhook --help` shows': [
      'export SWITCHHOOK_URL=$URL SWITCHHOOK_KEY=$KEY',
      `${stage.program} callback list`,
      `${stage.program} customer show $CUSTOMER`
    ],
    'Health and figures': ['curl -sS "$URL/readyz?verbose"', 'curl -sS $URL/metrics'],
    'The log, one JSON object a line': [`tail -f ${stage.log}`]
  }
  for (const [what, lines] of Object.entries(tries)) {
    teller.line(`\n  ${what}:`)
    for (const one of lines) teller.line(`    ${one}`)
  }
}
