/** `role`: changes what a person who has signed in may do. */
import { roles } from '@osa/contract'
import { nobodyCalled, type OperatorCommand, onDatabase, parseIdentity } from './command.ts'

export const role: OperatorCommand = {
  name: 'role',
  summary: 'Give a person who has signed in a role: user, publisher or admin',
  positionals: `<issuer#subject> ${roles.join('|')}`,
  options: {},
  example: "osa-server role 'https://orcid.org#0000-0002-1825-0097' publisher",
  prepare({ positionals: [who = '', name, ...rest] }) {
    const identity = parseIdentity(who)
    const given = roles.find((known) => known === name)
    if (!identity || !given || rest.length > 0) return { usage: `Give a person and a role: ${role.positionals}.` }
    return onDatabase(async (operator) => {
      const changed = await operator.setRole(identity, given)
      if (changed === null) return nobodyCalled(who)
      const { userId, before } = changed
      return {
        text: `The role was ${before} and is ${given} now. A higher role in OSA_ADMINS takes precedence.\n`,
        documents: [{ user_id: userId, before, role: given }],
      }
    })
  },
}
