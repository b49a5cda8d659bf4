/**
 * The test suite that every `AuthStore` must pass: the memory store, and the database's store on PGlite and on PostgreSQL. It is a separate
 * entry because it imports vitest. Behaviour that needs many connections (locks, races) is tested in `db`.
 */
import { describe } from 'vitest'
import type { AuthStore } from '../auth/store.ts'
import { decisionContract } from './contract/decisions.ts'
import { deviceContract } from './contract/devices.ts'
import { historyContract } from './contract/history.ts'
import { peopleContract } from './contract/people.ts'
import { pollContract } from './contract/polls.ts'
import { readContract } from './contract/reads.ts'
import { sweepContract } from './contract/sweep.ts'
import { tokenContract } from './contract/tokens.ts'
import { transactionContract } from './contract/transactions.ts'

/** Opens an empty store. */
export type OpenStore = () => Promise<{ readonly store: AuthStore } & AsyncDisposable>

/** Registers the suite for the store that is called `name`. */
export function authStoreContract(name: string, open: OpenStore): void {
  describe(`AuthStore: ${name}`, () => {
    describe('transactions', () => transactionContract(open))
    describe('device authorizations and login transactions', () => deviceContract(open))
    describe('polls', () => pollContract(open))
    describe('notices of decisions', () => decisionContract(open))
    describe('people and browsers', () => peopleContract(open))
    describe('refresh tokens and signing keys', () => tokenContract(open))
    describe('look-ups', () => readContract(open))
    describe('look-ups of operators', () => historyContract(open))
    describe('sweep', () => sweepContract(open))
  })
}

export { authorityContract } from './contract/authority.ts'
export { flowInterleavings, type OpenStores } from './contract/flow-interleavings.ts'
export { refreshesAtOnce } from './contract/refreshes-at-once.ts'
