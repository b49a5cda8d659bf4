/** `users list` and `users show`: who has signed in here, what they may do, and where they are signed in (L10). */
import type { Person, RefreshFamily } from '@osa/core'
import {
  nobodyCalled,
  type OperatorCommand,
  onDatabase,
  parseLimit,
  parsePerson,
  personForms,
  personUsage,
} from './command.ts'
import { table, timestamp } from './table.ts'

const limits = { preset: 50, most: 10_000 }

export const usersList: OperatorCommand = {
  name: 'users list',
  summary: 'List the people who have signed in, newest first',
  positionals: '',
  options: {
    search: { type: 'string', value: '<text>', help: 'Only whose name, ORCID iD or other subject has this in it' },
    limit: { type: 'string', value: '<n>', help: `At most n people (${limits.preset})` },
  },
  example: 'osa-server users list --search carberry',
  prepare({ text }) {
    const limit = parseLimit(text('limit'), limits)
    if (limit === null) return { usage: `--limit takes a whole number from 1 to ${limits.most}.` }
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
            ? 'Nobody of that kind has signed in here.\n'
            : table(['NAME', 'IDENTITY', 'ROLE', 'SINCE', 'ID'], rows),
        documents: people.map(personDocument),
      }
    })
  },
}

export const usersShow: OperatorCommand = {
  name: 'users show',
  summary: 'Show a person and where they are signed in',
  positionals: personForms,
  options: {},
  example: 'osa-server users show 0000-0002-1825-0097',
  prepare({ positionals: [who = '', ...rest] }) {
    const reference = parsePerson(who)
    if (reference === null || rest.length > 0) return { usage: personUsage }
    return onDatabase(async (operator) => {
      const shown = await operator.showPerson(reference)
      if (shown === null) return nobodyCalled(who)
      const { user, identities, sessions } = shown
      const facts: [string, string][] = [
        ['Name', user.displayName ?? '-'],
        ['Id', user.id],
        ...identities.map((identity): [string, string] => ['Identity', identityName(identity)]),
        ['Role', `${roleOf(user)} (a higher one in OSA_ADMINS prevails)`],
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
