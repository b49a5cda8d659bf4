/**
 * The test suite that every `ConventionStore` must pass: the memory store, and the database's store on PGlite and on PostgreSQL. Behaviour
 * that needs many connections is tested in `db`.
 */
import { randomUUID } from 'node:crypto'
import { sampleManifest } from '@osa/contract/testing'
import { describe, expect, test } from 'vitest'
import type { AuthStore } from '../auth/store.ts'
import { canonicalContent, contentHash } from '../conventions/content.ts'
import type { ConventionStore } from '../conventions/ports.ts'
import type { ConventionRow, ConventionVersion } from '../conventions/rows.ts'
import { addFamily, addPerson } from './contract/add-rows.ts'
import { atSecond, sampleAuditEvent, sampleStart } from './sample-rows.ts'

/** Opens an empty store, and the `AuthStore` with its people. */
export type OpenConventionStore = () => Promise<
  { readonly store: AuthStore; readonly conventions: ConventionStore } & AsyncDisposable
>

/** Registers the suite for the store that is called `name`. */
export function conventionStoreContract(name: string, open: OpenConventionStore): void {
  describe(`ConventionStore: ${name}`, () => {
    test('a version is read back unchanged, by default the newest', async () => {
      await using opened = await open()
      const { user } = await addPerson(opened.store)
      const { first, second } = await addTwoVersions(opened.conventions, 'protein-structures', user.id)
      const find = (version: number | null, slug = 'protein-structures') =>
        opened.conventions.findConventionVersion({ slug, version })
      expect(await find(null)).toEqual(second)
      expect(await find(2)).toEqual(second)
      expect(await find(1)).toEqual(first)
      expect(await find(3)).toBeNull()
      expect(await find(null, 'another')).toBeNull()
    })

    test('the list has the newest version of each convention, sorted by slug, with descriptions cut between whole characters', async () => {
      await using opened = await open()
      const { user } = await addPerson(opened.store)
      await addTwoVersions(opened.conventions, 'zebrafish', user.id)
      await addTwoVersions(opened.conventions, 'a-b', user.id, { description: '🔬🔬🔬🔬' })
      await addTwoVersions(opened.conventions, 'abc', user.id)
      const list = await opened.conventions.listConventions({ descriptionLength: 3 })
      expect(list.map(({ slug, newest }) => [slug, newest.version, newest.description])).toEqual([
        ['a-b', 2, '🔬🔬🔬'],
        ['abc', 2, 'Str'],
        ['zebrafish', 2, 'Str'],
      ])
      expect(list[0]?.newest).not.toHaveProperty('manifest')
    })

    test('versions are listed newest first, with the present name of the person who deployed them', async () => {
      await using opened = await open()
      const { user } = await addPerson(opened.store, { displayName: 'Josiah Carberry' })
      await addTwoVersions(opened.conventions, 'protein-structures', user.id)
      await opened.store.transaction((tx) => tx.saveUser({ ...user, displayName: 'J. S. Carberry' }))
      const slug = 'protein-structures'
      const lines = await opened.conventions.listConventionVersions({ slug, limit: 10 })
      expect(lines.map(({ version, deployedByName }) => [version, deployedByName])).toEqual([
        [2, 'J. S. Carberry'],
        [1, 'J. S. Carberry'],
      ])
      expect(lines[0]).toMatchObject({ schemaId: 'protein-structure', schemaVersion: '1.2.0', createdAt: atSecond(2) })
      expect(await opened.conventions.listConventionVersions({ slug, limit: 1 })).toHaveLength(1)
      expect(await opened.conventions.listConventionVersions({ slug: 'another', limit: 1 })).toEqual([])
    })

    test('a version has no name if its person has no display name or was deleted', async () => {
      await using opened = await open()
      const { user } = await addPerson(opened.store, { displayName: null })
      await addTwoVersions(opened.conventions, 'nameless', user.id)
      await addTwoVersions(opened.conventions, 'forgotten', null)
      for (const slug of ['nameless', 'forgotten']) {
        const [line] = await opened.conventions.listConventionVersions({ slug, limit: 1 })
        expect(line?.deployedByName).toBeNull()
      }
    })

    test('a lock returns the convention and the outline of its newest version, and null for a free address', async () => {
      await using opened = await open()
      const { user } = await addPerson(opened.store)
      const { convention, second } = await addTwoVersions(opened.conventions, 'protein-structures', user.id)
      const found = await opened.conventions.transaction((tx) => tx.lockConvention('protein-structures'))
      const { manifest: _manifest, ...newest } = second
      expect(found).toEqual({ convention, newest })
      expect(await opened.conventions.transaction((tx) => tx.lockConvention('another'))).toBeNull()
    })

    test('content hashes are listed for the newest versions, and free addresses are left out', async () => {
      await using opened = await open()
      await addTwoVersions(opened.conventions, 'protein-structures', null)
      await addTwoVersions(opened.conventions, 'zebrafish', null)
      const hashes = await opened.conventions.listContentHashes(['another', 'zebrafish'])
      expect(hashes).toEqual([{ slug: 'zebrafish', contentHash: 'hash 2' }])
      expect(await opened.conventions.listContentHashes([])).toEqual([])
    })

    test('a second insert at the same address returns false and leaves the transaction usable', async () => {
      await using opened = await open()
      const { user } = await addPerson(opened.store)
      const { convention } = await addTwoVersions(opened.conventions, 'protein-structures', user.id)
      const outcome = await opened.conventions.transaction(async (tx) => [
        await tx.insertConvention({ ...convention, id: randomUUID() }),
        (await tx.lockConvention('protein-structures'))?.convention.id,
        await tx.countOtherConventions(['protein-structures']),
        await tx.countOtherConventions(['something-else']),
        await tx.countOtherConventions([]),
      ])
      expect(outcome).toEqual([false, convention.id, 0, 1, 1])
    })

    test('a version number cannot be inserted twice, and an unknown convention cannot be saved', async () => {
      await using opened = await open()
      const { user } = await addPerson(opened.store)
      const { convention, first } = await addTwoVersions(opened.conventions, 'protein-structures', user.id)
      const again = opened.conventions.transaction((tx) =>
        tx.insertConventionVersion({ ...first, id: randomUUID(), contentHash: 'other' }),
      )
      await expect(again).rejects.toThrow()
      const missing = opened.conventions.transaction((tx) =>
        tx.saveConvention({ ...convention, id: randomUUID(), slug: 'another' }),
      )
      await expect(missing).rejects.toThrow()
    })

    test('a transaction whose work throws leaves nothing behind, not even its audit event', async () => {
      await using opened = await open()
      const { user } = await addPerson(opened.store)
      const failure = new Error('on purpose')
      const attempt = opened.conventions.transaction(async (tx) => {
        const convention = conventionAt('protein-structures')
        await tx.insertConvention(convention)
        await tx.insertConventionVersion(versionOf(convention, 1, user.id))
        await tx.appendAuditEvent(sampleAuditEvent({ event: 'convention.deploy' }))
        throw failure
      })
      await expect(attempt).rejects.toBe(failure)
      expect(await opened.conventions.listConventions({ descriptionLength: 10 })).toEqual([])
      expect(await opened.store.listAuditEvents({ limit: 10 })).toEqual([])
    })

    test('audit events are stored with those of sign-ins', async () => {
      await using opened = await open()
      const event = sampleAuditEvent({ event: 'convention.deploy', outcome: 'refused', detail: 'forbidden' })
      await opened.conventions.appendAuditEvent(event)
      expect(await opened.store.listAuditEvents({ limit: 10 })).toEqual([event])
    })

    test('F16 the person of a session is read as they are now, and is null when the session has ended or they are disabled', async () => {
      await using opened = await open()
      const { user } = await addPerson(opened.store)
      const { family } = await addFamily(opened.store, user)
      const deployer = (userId = user.id, familyId = family.id) =>
        opened.conventions.transaction((tx) => tx.lockDeployer({ userId, familyId }))
      expect(await deployer()).toEqual(user)
      await opened.store.transaction((tx) => tx.saveUser({ ...user, role: 'publisher' }))
      expect(await deployer()).toMatchObject({ role: 'publisher' })
      expect(await deployer(randomUUID())).toBeNull()
      expect(await deployer(user.id, randomUUID())).toBeNull()
      await opened.store.transaction((tx) => tx.saveUser({ ...user, disabledAt: atSecond(1) }))
      expect(await deployer()).toBeNull()
      await opened.store.transaction((tx) => tx.saveUser(user))
      await opened.store.transaction((tx) =>
        tx.saveRefreshFamily({ ...family, revokedAt: atSecond(1), revokedBecause: 'operator' }),
      )
      expect(await deployer()).toBeNull()
    })

    test('a manifest is stored as exactly the same text, whatever it contains', async () => {
      await using opened = await open()
      const { user } = await addPerson(opened.store)
      const config = { 'Ångström \u2028 🔬': '\\u0000 \u0001 "', deep: [[[{ a: [1.5e-7, null, ''] }]]], __proto_: 'x' }
      const manifest = sampleManifest()
      const odd = { ...manifest, hooks: manifest.hooks.map((hook) => ({ ...hook, config })) }
      const { second } = await addTwoVersions(opened.conventions, 'odd-one', user.id, {
        manifest: canonicalContent(odd),
      })
      const found = await opened.conventions.findConventionVersion({ slug: 'odd-one', version: 2 })
      expect(found?.manifest).toBe(second.manifest)
      expect(contentHash(found?.manifest ?? '')).toBe(contentHash(canonicalContent(odd)))
    })
  })
}

const conventionAt = (slug: string): ConventionRow => ({ id: randomUUID(), slug, version: 1, createdAt: sampleStart })

const versionOf = (
  convention: ConventionRow,
  version: number,
  deployedBy: string | null,
  changes: Partial<ConventionVersion> = {},
): ConventionVersion => ({
  id: randomUUID(),
  conventionId: convention.id,
  version,
  title: 'Protein structures',
  description: 'Structures',
  schemaId: 'protein-structure',
  schemaVersion: '1.2.0',
  hookNames: 'find_pockets other_hook',
  contentHash: `hash ${version}`,
  deployedBy,
  createdAt: atSecond(version),
  manifest: canonicalContent(sampleManifest()),
  ...changes,
})

async function addTwoVersions(
  store: ConventionStore,
  slug: string,
  deployedBy: string | null,
  changes: Partial<ConventionVersion> = {},
) {
  const inserted = conventionAt(slug)
  const convention = { ...inserted, version: 2 }
  const first = versionOf(convention, 1, deployedBy, changes)
  const second = versionOf(convention, 2, deployedBy, changes)
  await store.transaction(async (tx) => {
    await tx.insertConvention(inserted)
    await tx.insertConventionVersion(first)
  })
  await store.transaction(async (tx) => {
    await tx.insertConventionVersion(second)
    await tx.saveConvention(convention)
  })
  return { convention, first, second }
}
