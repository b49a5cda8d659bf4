/** Checks conventions as authors write them, all at once, with the same schema as the node. */
import {
  checkConvention,
  conventionSource,
  isSlug,
  maxConventionsInDeploy,
  maxDeployBytes,
  slugOf,
} from '@osa/contract'
import type { Convention, Issue } from './convention.ts'

/** Returns the path of an issue, with the convention's index if there are several: `conventions.1.hooks.0.name`. */
export const issuePath = (path: string, index: number, count: number): string =>
  count === 1 ? path : ['conventions', index, path].filter((part) => part !== '').join('.')

/** Reads the title even if the convention has other issues, so that one check reports all of them. */
function titleIn(value: unknown): string {
  const title = typeof value === 'object' && value !== null && 'title' in value ? value.title : ''
  return typeof title === 'string' ? title : ''
}

/** Checks all values. Returns typed conventions, or all issues in all of them. */
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
    const message = `deploy fewer of them at once: together they are ${bytes} bytes, and the limit is ${maxDeployBytes}`
    issues.push({ path: 'conventions', message })
  }
  return issues.length > 0 ? { issues } : { conventions }
}
