/** Says what is missing or wrong in conventions, all of it at once. */
import type { Issue } from '@osa/sdk/deploy'
import { OsaError } from '@osa/sdk/node'

const maxAlignedPath = 48

function lines(issues: readonly Issue[]): string[] {
  const width = Math.min(maxAlignedPath, Math.max(...issues.map(({ path }) => path.length)))
  return issues.map(({ path, message }) => (path === '' ? message : `${path.padEnd(width)}  ${message}`))
}

const counted = (issues: readonly Issue[]): string =>
  issues.length === 1 ? '1 thing is missing or wrong' : `${issues.length} things are missing or wrong`

/** `deploy_rejected` for a file: the same code as when the archive finds them, for a script it is the same. */
export const issuesInFile = (issues: readonly Issue[], file: string): OsaError =>
  new OsaError('deploy_rejected', `${counted(issues)} in ${file}`, { details: lines(issues), issues, path: file })

/** What the archive found. Its paths begin with the place in the call, which says nothing where there is one convention. */
export function issuesFoundByServer(issues: readonly Issue[], server: string, count: number): OsaError {
  const shown =
    count === 1 ? issues.map((issue) => ({ ...issue, path: issue.path.replace(/^conventions\.0\.?/, '') })) : issues
  return new OsaError('deploy_rejected', `${server} registered nothing: ${counted(shown)}`, {
    details: lines(shown),
    issues: shown,
    server,
  })
}
