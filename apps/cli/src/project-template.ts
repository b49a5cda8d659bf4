/** The files of a new project, from the folder `template` of this package. Placeholders such as `{{slug}}` are filled in. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { version } from './version.ts'

export interface ProjectFile {
  /** The path below the project's folder, with `/`. */
  readonly name: string
  readonly text: string
}

/** The same relative path from the bundle and from the sources. */
const template = fileURLToPath(new URL('../template', import.meta.url))

/** npm does not pack `.gitignore` files, so the template has one without the dot. */
const nameOf = (file: string): string => (file === 'gitignore' ? '.gitignore' : file)

const fewestLetters = 3
const mostLetters = 64

/** Returns the folder's name as a slug: `field-notes` for `Field notes`, or `my-records` if the name has too few letters for a slug. */
export function slugOfFolder(folder: string): string {
  const words = basename(folder)
    .normalize('NFKD')
    .replaceAll(/\p{Mark}/gu, '')
    .toLowerCase()
  const slug = words
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, mostLetters)
    .replace(/-+$/, '')
  return slug.length < fewestLetters ? 'my-records' : slug
}

const titleOf = (slug: string): string =>
  slug
    .split('-')
    .map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`)
    .join(' ')

/** Returns the files of a project that is named after the folder. */
export function projectFiles(folder: string): ProjectFile[] {
  const slug = slugOfFolder(folder)
  const values: Readonly<Record<string, string>> = { slug, title: titleOf(slug), version }
  return readdirSync(template, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .map((path) => ({
      name: nameOf(path.slice(template.length + 1).replaceAll(sep, '/')),
      text: readFileSync(path, 'utf8').replaceAll(/\{\{(\w+)\}\}/g, (_, key: string) => values[key] ?? ''),
    }))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
}
