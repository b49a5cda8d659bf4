/** Errors with all the issues of a file of conventions. */
import type { Issue } from '@osa/sdk/deploy'
import { OsaError } from '@osa/sdk/node'

const maxAlignedPath = 48

function lines(issues: readonly Issue[]): string[] {
  const width = Math.min(maxAlignedPath, Math.max(...issues.map(({ path }) => path.length)))
  return issues.map(({ path, message }) => (path === '' ? message : `${path.padEnd(width)}  ${message}`))
}

const counted = (issues: readonly Issue[]): string =>
  issues.length === 1 ? '1 thing is missing or wrong' : `${issues.length} things are missing or wrong`

/** The issues that osa found in a file. The code is the same as for issues found by the archive: scripts need not tell them apart. */
export const issuesInFile = (issues: readonly Issue[], file: string): OsaError =>
  new OsaError('deploy_rejected', `${counted(issues)} in ${file}`, { details: lines(issues), issues, path: file })

/** The issues that the archive found. With a single convention, removes `conventions.0` from the paths. */
export function issuesFoundByServer(issues: readonly Issue[], server: string, count: number): OsaError {
  const shown =
    count === 1 ? issues.map((issue) => ({ ...issue, path: issue.path.replace(/^conventions\.0\.?/, '') })) : issues
  return new OsaError('deploy_rejected', `${server} registered nothing: ${counted(shown)}`, {
    details: lines(shown),
    issues: shown,
    server,
  })
}
