/** Checks conventions as authors write them, all at once, with the schema that the node checks with too. */
import {
  checkConvention,
  conventionSource,
  isSlug,
  maxConventionsInDeploy,
  maxDeployBytes,
  slugOf,
} from '@osa/contract'
import type { Convention, Gap } from './convention.ts'

/** Where a gap is: one convention needs no number; of several, each is named by its place in the file. */
export const gapPath = (path: string, index: number, count: number): string =>
  count === 1 ? path : ['conventions', index, path].filter((part) => part !== '').join('.')

/** Looked at also where other things are wrong, so that one reading tells everything. */
const titleIn = (value: unknown): string => {
  const title = typeof value === 'object' && value !== null && 'title' in value ? value.title : ''
  return typeof title === 'string' ? title : ''
}

/** Checks all values. Answers typed conventions, or every gap in every one of them. */
export const checkConventions = (values: readonly unknown[]): { conventions: Convention[] } | { gaps: Gap[] } => {
  const conventions: Convention[] = []
  const gaps: Gap[] = []
  const slugs = new Set<string>()
  if (values.length > maxConventionsInDeploy) {
    gaps.push({ path: 'conventions', message: `at most ${maxConventionsInDeploy} can be deployed together` })
  }
  for (const [index, value] of values.entries()) {
    const checked = checkConvention(conventionSource, value)
    const at = (path: string): string => gapPath(path, index, values.length)
    if ('gaps' in checked) gaps.push(...checked.gaps.map(({ path, message }) => ({ path: at(path), message })))
    else conventions.push(checked.convention)
    const slug = slugOf(titleIn(value))
    if (!isSlug(slug)) continue
    if (slugs.has(slug)) {
      gaps.push({
        path: at('title'),
        message: `another convention here has the same address, ${slug}: change one title`,
      })
    }
    slugs.add(slug)
  }
  const bytes = new TextEncoder().encode(JSON.stringify(conventions)).length
  if (bytes > maxDeployBytes) {
    const message = `deploy fewer of them at once: together they have ${bytes} bytes of at most ${maxDeployBytes}`
    gaps.push({ path: 'conventions', message })
  }
  return gaps.length > 0 ? { gaps } : { conventions }
}
