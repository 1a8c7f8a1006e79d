// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Calls and chats of Acme's agent that the gateway did not place: as Retell reports them when they are over and analysed.
import { AGENT, CALLEE, FROM } from './acme.mjs'

const analysis = (name, data = {}) => ({ [name]: { custom_analysis_data: data, user_sentiment: 'Neutral' } })

/** direction, who was called or calls (callee), why it ended, how long it lasted (null: not told), what was said, and the analysis's own fields. */
export function otherCall(
  id,
  { direction = 'outbound', callee = CALLEE, own = FROM, reason = 'dial_no_answer', at, lasted = 60000, said, variables, metadata, found, agent = AGENT, event = 'call_analyzed' }
) {
  const connected = !/^dial_|^invalid/.test(reason)
  return {
    event,
    call: {
      call_id: id,
      call_type: 'phone_call',
      agent_id: agent,
      agent_version: 7,
      agent_name: 'Reminder Agent',
      call_status: connected ? 'ended' : 'not_connected',
      from_number: direction === 'outbound' ? own : callee,
      to_number: direction === 'outbound' ? callee : own,
      direction,
      ...(metadata && { metadata }),
      ...(variables && { retell_llm_dynamic_variables: variables }),
      ...(connected && lasted !== null && { start_timestamp: at - lasted, duration_ms: lasted }),
      end_timestamp: at,
      transcript: said ?? (connected ? 'Agent: Hello \nUser: Hello \n' : ''),
      disconnection_reason: reason,
      ...analysis('call_analysis', found)
    }
  }
}

/** A chat that is over. Whoever wrote has no number, unless it is one of messages. */
export function otherChat(id, { at, said = 'Agent: Hello \nUser: Hi \n', variables, found, type = 'api_chat', from, to }) {
  return {
    event: 'chat_analyzed',
    chat: {
      chat_id: id,
      agent_id: AGENT,
      version: 7,
      chat_type: type,
      chat_status: 'ended',
      start_timestamp: at - 60000,
      end_timestamp: at,
      transcript: said,
      ...(from && { from_number: from, direction: 'inbound' }),
      ...(to && { to_number: to }),
      ...(variables && { retell_llm_dynamic_variables: variables }),
      ...analysis('chat_analysis', found)
    }
  }
}
