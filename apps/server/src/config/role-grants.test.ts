/** L05: roles granted by configuration. */
import { testAuth } from '@osa/core/testing'
import { expect, test } from 'vitest'
import { developmentPeople } from '../identity/development-people.ts'
import { createRoleGrants } from './role-grants.ts'

const subject = '0000-0002-1825-0097'

test('L05 an administrator is an exact pair of issuer and subject', () => {
  const grants = createRoleGrants({ admins: [{ issuer: 'https://orcid.org', subject }], developmentIssuer: null })
  expect(grants({ issuer: 'https://orcid.org', subject })).toBe('admin')
  expect(grants({ issuer: 'https://sandbox.orcid.org', subject })).toBeNull()
  expect(grants({ issuer: 'https://orcid.org', subject: subject.replace('7', '8') })).toBeNull()
  expect(grants({ issuer: `https://orcid.org#${subject}`, subject: '' })).toBeNull()
})

test('L05 removing an entry removes the role at the next request', async () => {
  let admins = [{ issuer: 'https://orcid.example', subject: 'carberry' }]
  const node = testAuth({ roleGrants: (identity) => createRoleGrants({ admins, developmentIssuer: null })(identity) })
  const { access_token } = await node.logIn('carberry')
  const roles = async () => {
    const principal = await node.auth.authenticate(access_token)
    return 'me' in principal ? principal.me.roles : principal.error
  }
  expect(await roles()).toEqual(['admin'])
  admins = []
  expect(await roles()).toEqual(['user'])
})

test('the three people of the development sign-in have their roles only with its issuer', () => {
  const grants = createRoleGrants({ admins: [], developmentIssuer: 'http://localhost:8000/development' })
  const roles = developmentPeople.map((person) => grants({ ...person, issuer: 'http://localhost:8000/development' }))
  expect(roles).toEqual(['admin', 'publisher', 'user'])
  expect(grants({ issuer: 'https://orcid.org', subject })).toBeNull()
})

test('E14 the ORCID iDs of the development people have valid check digits (ISO 7064 MOD 11-2)', () => {
  for (const person of developmentPeople) {
    const digits = person.subject.replaceAll('-', '')
    const total = [...digits.slice(0, -1)].reduce((sum, digit) => (sum + Number(digit)) * 2, 0)
    const check = (12 - (total % 11)) % 11
    expect(digits.at(-1), person.subject).toBe(check === 10 ? 'X' : String(check))
  }
})
