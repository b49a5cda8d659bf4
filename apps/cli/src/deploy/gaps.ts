/** Says what is missing or wrong in conventions, all of it at once. */
import type { Gap } from '@osa/sdk/deploy'
import { OsaError } from '@osa/sdk/node'

const maxAlignedPath = 48

const lines = (gaps: readonly Gap[]): string[] => {
  const width = Math.min(maxAlignedPath, Math.max(...gaps.map(({ path }) => path.length)))
  return gaps.map(({ path, message }) => (path === '' ? message : `${path.padEnd(width)}  ${message}`))
}

const counted = (gaps: readonly Gap[]): string =>
  gaps.length === 1 ? '1 thing is missing or wrong' : `${gaps.length} things are missing or wrong`

/** `deploy_rejected` for a file: the same code as when the archive finds them, for a script it is the same. */
export const gapsInFile = (gaps: readonly Gap[], file: string): OsaError =>
  new OsaError('deploy_rejected', `${counted(gaps)} in ${file}`, { details: lines(gaps), gaps, path: file })

/** What the archive found. Its paths begin with the place in the call, which says nothing where there is one convention. */
export const gapsFoundByServer = (gaps: readonly Gap[], server: string, count: number): OsaError => {
  const shown = count === 1 ? gaps.map((gap) => ({ ...gap, path: gap.path.replace(/^conventions\.0\.?/, '') })) : gaps
  return new OsaError('deploy_rejected', `${server} registered nothing: ${counted(shown)}`, {
    details: lines(shown),
    gaps: shown,
    server,
  })
}
