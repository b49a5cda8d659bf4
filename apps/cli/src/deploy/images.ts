/** Plans the images that a deploy builds, and pins them in the conventions. */
import { existsSync } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { isAbsolute, join, parse, relative, resolve, sep } from 'node:path'
import {
  type Build,
  type Convention,
  type Issue,
  issuePath,
  type PinnedConvention,
  type Release,
} from '@osa/sdk/deploy'
import { OsaError } from '@osa/sdk/node'
import type { CommandContext } from '../command.ts'
import type { AuthoredConventions } from './read-conventions.ts'

/** An image to build; several hooks may share it. */
export interface Image {
  /** The first hook or ingester that uses it. */
  readonly name: string
  /** Without registry and tag. */
  readonly image: string
  readonly context: string
  readonly dockerfile: string
}

type Container = NonNullable<Convention['ingester']> | Convention['hooks'][number]

function imageOf(container: Container, build: Build, folder: string): Image {
  const context = resolve(folder, build.context)
  const dockerfile = build.dockerfile ? resolve(folder, build.dockerfile) : join(context, 'Dockerfile')
  return { name: container.name, image: build.image ?? container.name, context, dockerfile }
}

const containersOf = (convention: Convention): { container: Container; path: string }[] => [
  ...convention.hooks.map((container, index) => ({ container, path: `hooks.${index}` })),
  ...(convention.ingester ? [{ container: convention.ingester, path: 'ingester' }] : []),
]

async function isKind(path: string, kind: 'isFile' | 'isDirectory'): Promise<boolean> {
  try {
    return (await stat(path))[kind]()
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '')) return false
    throw error
  }
}

/** The place that build contexts must be in. */
export interface ContextPlace {
  /** Contexts are this folder or folders below it. */
  readonly root: string
  /** Whether `--context-root` names the folder. Otherwise it is the folder of the conventions' file. */
  readonly isNamed: boolean
  readonly home: string
}

/**
 * Returns the folder that build contexts must be in: that of the conventions' file, or `--context-root`. The file may come from another
 * person, and its contexts end up in public images, so it must not reach other folders by itself. Throws `usage`.
 */
export function contextPlace({ cwd, env, flags }: CommandContext, folder: string): ContextPlace {
  const typed = flags.value('context-root')
  const home = env.HOME || env.USERPROFILE || '/'
  if (typed === null) return { root: folder, isNamed: false, home }
  if (existsSync(`${resolve(cwd, typed)}/.`)) return { root: resolve(cwd, typed), isNamed: true, home }
  throw new OsaError('usage', `There is no folder ${typed}`, { hint: 'Check --context-root' })
}

/** Resolves symbolic links first: a link in the folder may lead anywhere. */
async function isWithin(root: string, path: string): Promise<boolean> {
  const way = relative(await realpath(root), await realpath(path))
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

async function isHome(path: string, home: string): Promise<boolean> {
  const real = await realpath(path)
  return real === parse(real).root || (existsSync(home) && real === (await realpath(home)))
}

async function placeIssues({ context, dockerfile }: Image, place: ContextPlace, path: string): Promise<Issue[]> {
  const issues: Issue[] = []
  const outside = `is outside of ${place.root}: move it there, or run osa deploy --context-root <dir>`
  if (!(await isWithin(place.root, context))) issues.push({ path: `${path}.context`, message: `${context} ${outside}` })
  else if (!place.isNamed && (await isHome(context, place.home))) {
    const message = `${context} is your whole home folder or disk: use a folder in it`
    issues.push({ path: `${path}.context`, message })
  }
  const isFile = await isKind(dockerfile, 'isFile')
  if (!isFile) issues.push({ path: `${path}.dockerfile`, message: `there is no file ${dockerfile}` })
  else if (!(await isWithin(place.root, dockerfile))) {
    issues.push({ path: `${path}.dockerfile`, message: `${dockerfile} ${outside}` })
  }
  return issues
}

async function issuesOf(
  image: Image,
  planned: readonly Image[],
  { path, place }: { path: string; place: ContextPlace },
): Promise<Issue[]> {
  if (!(await isKind(image.context, 'isDirectory'))) {
    return [{ path: `${path}.build.context`, message: `there is no folder ${image.context}` }]
  }
  const issues = await placeIssues(image, place, `${path}.build`)
  const other = planned.find((one) => one.image === image.image)
  if (other && (other.context !== image.context || other.dockerfile !== image.dockerfile)) {
    const message = `choose another image name: ${image.image} is already built from ${other.context}`
    issues.push({ path: `${path}.build.image`, message })
  }
  return issues
}

/** Returns the images to build, each once, or the issues with their folders and files. */
export async function planImages(
  authored: AuthoredConventions,
  place: ContextPlace,
): Promise<{ images: Image[] } | { issues: Issue[] }> {
  const images: Image[] = []
  const issues: Issue[] = []
  const { conventions, folder } = authored
  for (const [index, convention] of conventions.entries()) {
    for (const { container, path } of containersOf(convention)) {
      if (!container.build) continue
      const image = imageOf(container, container.build, folder)
      issues.push(...(await issuesOf(image, images, { path: issuePath(path, index, conventions.length), place })))
      if (!images.some((one) => one.image === image.image)) images.push(image)
    }
  }
  return issues.length > 0 ? { issues } : { images }
}

function pin<C extends Container>(container: C, releases: ReadonlyMap<string, Release>) {
  const { build, release, ...rest } = container
  const pinned = build ? releases.get(build.image ?? container.name) : release
  // A defect: the schema requires `build` or `release`, and every image was built.
  if (!pinned) throw new Error(`no release for ${container.name}`)
  return { ...rest, release: pinned }
}

/** Returns the conventions to send, with a release in place of each build. `releases` has the image names as keys. */
export const pinImages = (
  conventions: readonly Convention[],
  releases: ReadonlyMap<string, Release>,
): PinnedConvention[] =>
  conventions.map(({ hooks, ingester, ...rest }) => ({
    ...rest,
    hooks: hooks.map((hook) => pin(hook, releases)),
    ...(ingester ? { ingester: pin(ingester, releases) } : {}),
  }))
