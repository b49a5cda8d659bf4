/** Checks conventions as authors write them, all at once, with the schema that the node checks with too. */
import {
  checkConvention,
  conventionSource,
  isSlug,
  maxConventionsInDeploy,
  maxDeployBytes,
  slugOf,
} from '@osa/contract'
import type { Convention, Issue } from './convention.ts'

/** Where an issue is: one convention needs no number; of several, each is named by its place in the file. */
export const issuePath = (path: string, index: number, count: number): string =>
  count === 1 ? path : ['conventions', index, path].filter((part) => part !== '').join('.')

/** Looked at also where other things are wrong, so that one reading tells everything. */
function titleIn(value: unknown): string {
  const title = typeof value === 'object' && value !== null && 'title' in value ? value.title : ''
  return typeof title === 'string' ? title : ''
}

/** Checks all values. Answers typed conventions, or every issue in every one of them. */
export function checkConventions(values: readonly unknown[]): { conventions: Convention[] } | { issues: Issue[] } {
  const conventions: Convention[] = []
  const issues: Issue[] = []
  const slugs = new Set<string>()
  if (values.length > maxConventionsInDeploy) {
    issues.push({ path: 'conventions', message: `at most ${maxConventionsInDeploy} can be deployed together` })
  }
  for (const [index, value] of values.entries()) {
    const checked = checkConvention(conventionSource, value)
    const at = (path: string): string => issuePath(path, index, values.length)
    if ('issues' in checked) issues.push(...checked.issues.map(({ path, message }) => ({ path: at(path), message })))
    else conventions.push(checked.convention)
    const slug = slugOf(titleIn(value))
    if (!isSlug(slug)) continue
    if (slugs.has(slug)) {
      issues.push({
        path: at('title'),
        message: `another convention here has the same address, ${slug}: change one title`,
      })
    }
    slugs.add(slug)
  }
  const bytes = new TextEncoder().encode(JSON.stringify(conventions)).length
  if (bytes > maxDeployBytes) {
    const message = `deploy fewer of them at once: together they have ${bytes} bytes of at most ${maxDeployBytes}`
    issues.push({ path: 'conventions', message })
  }
  return issues.length > 0 ? { issues } : { conventions }
}
