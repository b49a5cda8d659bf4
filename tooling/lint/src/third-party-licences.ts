/** The licence texts of the packages whose code is part of a tarball, as their licences require of anyone who distributes them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LockedPackage } from './lock-file.ts'
import { repository } from './workspaces.ts'

/** The file's name in every tarball. */
export const licencesFile = 'THIRD-PARTY-LICENSES.txt'

const separator = `\n\n${'-'.repeat(80)}\n\n`

/** Returns the name, version, licence and licence texts of each package, once per version. Throws if one comes without a text. */
export const licencesOf = (bundled: readonly LockedPackage[]): string =>
  `${[...new Set(bundled.map(noticeOf))].toSorted().join(separator)}\n`

function noticeOf({ path, name, version, license }: LockedPackage): string {
  const folder = join(repository, path)
  const read = (file: string) => readFileSync(join(folder, file), 'utf8').trim()
  const files = readdirSync(folder)
  const texts = files.filter((file) => /^(licen[cs]e|notice|copying)/i.test(file)).map(read)
  // some packages have it only as a section of their README
  if (texts.length === 0)
    texts.push(...files.filter((file) => /^readme/i.test(file)).flatMap((file) => sectionOf(read(file))))
  if (texts.length === 0) throw new Error(`${name} has no licence text`)
  return [`${name} ${version} (${license})`, ...texts].join('\n\n')
}

/** Returns the section about the licence, without its heading. */
function sectionOf(readme: string): string[] {
  const section = readme.split(/^#+ /m).find((part) => /^licen[cs]e\n/i.test(part))
  return section === undefined ? [] : [section.slice(section.indexOf('\n')).trim()]
}
