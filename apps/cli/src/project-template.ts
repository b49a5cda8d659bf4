/** The files of a new project, from the folder `template` of this package; `{{…}}` in them is filled in. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { version } from './version.ts'

export interface ProjectFile {
  /** Below the project's folder, with `/`. */
  readonly name: string
  readonly text: string
}

/** Beside the bundle and beside the sources alike. */
const template = fileURLToPath(new URL('../template', import.meta.url))

/** npm packs no `.gitignore`. */
const nameOf = (file: string): string => (file === 'gitignore' ? '.gitignore' : file)

const fewestLetters = 3
const mostLetters = 64

/** The folder's name as an archive writes it: `Field notes` is `field-notes`. One of too few letters is a project as any other. */
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

/** The files of a project in this folder, named after it. */
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
