/** `sessions revoke`: ends the sessions of one person or of everybody, and sign-ins under way (H09, L10). */
import { nobodyCalled, type OperatorCommand, onDatabase, parsePerson, personForms } from './command.ts'

export const sessionsRevoke: OperatorCommand = {
  name: 'sessions revoke',
  summary: 'End all sessions and sign-ins under way of a person or of everybody; they have to sign in again',
  positionals: '',
  options: {
    user: { type: 'string', value: personForms, help: 'Whose sessions' },
    all: { type: 'boolean', help: 'All sessions of everybody' },
  },
  example: "osa-server sessions revoke --user 'https://orcid.org#0000-0002-1825-0097'",
  prepare({ text, isSet }) {
    const user = text('user')
    if (isSet('all') === (user !== undefined)) return { usage: 'Give either --user <person> or --all.' }
    const person = user === undefined ? null : parsePerson(user)
    if (person !== null && 'usage' in person) return person
    return onDatabase(async (operator) => {
      const outcome = await operator.revokeSessions(person)
      if (outcome === null) return nobodyCalled(user ?? '')
      const { revoked, codes } = outcome
      const count = revoked === 1 ? '1 session has' : `${revoked} sessions have`
      const underWay = codes === 0 ? '' : `, and ${codes === 1 ? '1 sign-in' : `${codes} sign-ins`} under way`
      return { text: `${count} ended${underWay}.\n`, documents: [{ revoked, sign_ins_ended: codes }] }
    })
  },
}
