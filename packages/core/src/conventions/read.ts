/** The public operations: listing conventions, and reading each of their versions. */
import { isSlug } from '@osa/contract'
import type { Reading } from './conventions.ts'
import { detailOf, summaryOf } from './documents.ts'
import { listedDescriptionLength, listedVersions } from './policy.ts'
import type { ConventionDependencies } from './ports.ts'

/** The largest `integer` of PostgreSQL. */
const maxVersionNumber = 2 ** 31 - 1

export const createReading = ({ store }: Pick<ConventionDependencies, 'store'>): Reading => ({
  async list() {
    const found = await store.listConventions({ descriptionLength: listedDescriptionLength })
    return found.map(({ slug, newest }) => summaryOf(slug, newest))
  },

  async get({ slug, version }) {
    const isVersion =
      version === undefined || (Number.isInteger(version) && version >= 1 && version <= maxVersionNumber)
    if (!isSlug(slug) || !isVersion) return null
    const found = await store.findConventionVersion({ slug, version: version ?? null })
    return found && detailOf(slug, found, await store.listConventionVersions({ slug, limit: listedVersions }))
  },
})
