/** `users list` and `users show`: people who have signed in, with their roles and sessions (L10). */
import type { Person, RefreshFamily } from '@osa/core'
import {
  limitOption,
  nobodyCalled,
  type OperatorCommand,
  onDatabase,
  parseLimit,
  parsePerson,
  personForms,
} from './command.ts'
import { table, timestamp } from './table.ts'

export const usersList: OperatorCommand = {
  name: 'users list',
  summary: 'List the people who have signed in, newest first',
  positionals: '',
  options: {
    search: {
      type: 'string',
      value: '<text>',
      help: 'Only people whose name, ORCID iD or other subject contains this',
    },
    limit: limitOption('people'),
  },
  example: 'osa-server users list --search carberry',
  prepare({ text }) {
    const limit = parseLimit(text('limit'))
    if (typeof limit === 'object') return limit
    const search = text('search')
    return onDatabase(async (operator) => {
      const people = await operator.listPeople({ limit, ...(search === undefined ? {} : { search }) })
      const rows = people.map(({ user, identities }) => {
        return [
          user.displayName,
          identities.map(identityName).join(' '),
          roleOf(user),
          timestamp(user.createdAt),
          user.id,
        ]
      })
      return {
        text:
          rows.length === 0
            ? 'No matching people have signed in here.\n'
            : table(['NAME', 'IDENTITY', 'ROLE', 'SINCE', 'ID'], rows),
        documents: people.map(personDocument),
      }
    })
  },
}

export const usersShow: OperatorCommand = {
  name: 'users show',
  summary: 'Show a person and the terminals they are signed in from',
  positionals: personForms,
  options: {},
  example: 'osa-server users show 0000-0002-1825-0097',
  prepare({ positionals: [who = '', ...rest] }) {
    const reference = parsePerson(who)
    if ('usage' in reference) return reference
    if (rest.length > 0) return { usage: 'users show takes one person.' }
    return onDatabase(async (operator) => {
      const shown = await operator.showPerson(reference)
      if (shown === null) return nobodyCalled(who)
      const { user, identities, sessions } = shown
      const facts: [string, string][] = [
        ['Name', user.displayName ?? '-'],
        ['Id', user.id],
        ...identities.map((identity): [string, string] => ['Identity', identityName(identity)]),
        ['Role', `${roleOf(user)} (a higher role in OSA_ADMINS takes precedence)`],
        ['Since', timestamp(user.createdAt)],
      ]
      return {
        text: `${table(['', ''], facts).replace(/^\n/, '')}\n${sessionsText(sessions)}`,
        documents: [{ ...personDocument(shown), sessions: sessions.map(sessionDocument) }],
      }
    })
  },
}

const identityName = ({ issuer, subject }: { issuer: string; subject: string }): string => `${issuer}#${subject}`

const roleOf = ({ role, disabledAt }: Person['user']): string => (disabledAt === null ? role : `${role}, disabled`)

function sessionsText(sessions: readonly RefreshFamily[]): string {
  if (sessions.length === 0) return 'Not signed in from any terminal.\n'
  const rows = sessions.map(({ deviceName, clientId, createdAt, lastUsedAt, ip, id }) => {
    return [deviceName, clientId, timestamp(createdAt), timestamp(lastUsedAt), ip, id]
  })
  return table(['DEVICE', 'CLIENT', 'SIGNED IN', 'LAST USED', 'ADDRESS', 'SESSION'], rows)
}

const personDocument = ({ user, identities }: Person): object => ({
  id: user.id,
  name: user.displayName,
  role: user.role,
  identities: identities.map(({ provider, issuer, subject }) => ({ provider, issuer, subject })),
  created_at: user.createdAt,
  disabled_at: user.disabledAt,
})

const sessionDocument = (session: RefreshFamily): object => ({
  id: session.id,
  client_id: session.clientId,
  scope: session.scope,
  device_name: session.deviceName,
  ip: session.ip,
  created_at: session.createdAt,
  last_used_at: session.lastUsedAt,
  expires_at: session.expiresAt,
})
