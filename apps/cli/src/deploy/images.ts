/** Which images a deploy builds, and the conventions with them pinned. */
import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Build, type Convention, type Gap, gapPath, type PinnedConvention, type Release } from '@osa/sdk/deploy'
import type { AuthoredConventions } from './read-conventions.ts'

/** One image to build; several hooks may share it. */
export interface Image {
  /** The hook or ingester that named it first. */
  readonly name: string
  /** Without registry and tag. */
  readonly image: string
  readonly context: string
  readonly dockerfile: string
}

type Container = NonNullable<Convention['ingester']> | Convention['hooks'][number]

const imageOf = (container: Container, build: Build, folder: string): Image => {
  const context = resolve(folder, build.context)
  const dockerfile = build.dockerfile ? resolve(folder, build.dockerfile) : join(context, 'Dockerfile')
  return { name: container.name, image: build.image ?? container.name, context, dockerfile }
}

const containersOf = (convention: Convention): { container: Container; path: string }[] => [
  ...convention.hooks.map((container, index) => ({ container, path: `hooks.${index}` })),
  ...(convention.ingester ? [{ container: convention.ingester, path: 'ingester' }] : []),
]

const isKind = async (path: string, kind: 'isFile' | 'isDirectory'): Promise<boolean> => {
  try {
    return (await stat(path))[kind]()
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '')) return false
    throw error
  }
}

const gapsOf = async (image: Image, planned: readonly Image[], path: string): Promise<Gap[]> => {
  if (!(await isKind(image.context, 'isDirectory'))) {
    return [{ path: `${path}.build.context`, message: `there is no folder ${image.context}` }]
  }
  const gaps: Gap[] = []
  if (!(await isKind(image.dockerfile, 'isFile'))) {
    gaps.push({ path: `${path}.build.dockerfile`, message: `there is no file ${image.dockerfile}` })
  }
  const other = planned.find((one) => one.image === image.image)
  if (other && (other.context !== image.context || other.dockerfile !== image.dockerfile)) {
    const message = `write another image name: ${image.image} is built from ${other.context} already`
    gaps.push({ path: `${path}.build.image`, message })
  }
  return gaps
}

/** The images to build, each once, or what their definitions lack on this disk. */
export const planImages = async (authored: AuthoredConventions): Promise<{ images: Image[] } | { gaps: Gap[] }> => {
  const images: Image[] = []
  const gaps: Gap[] = []
  const { conventions, folder } = authored
  for (const [index, convention] of conventions.entries()) {
    for (const { container, path } of containersOf(convention)) {
      if (!container.build) continue
      const image = imageOf(container, container.build, folder)
      gaps.push(...(await gapsOf(image, images, gapPath(path, index, conventions.length))))
      if (!images.some((one) => one.image === image.image)) images.push(image)
    }
  }
  return gaps.length > 0 ? { gaps } : { images }
}

const pin = <C extends Container>(container: C, releases: ReadonlyMap<string, Release>) => {
  const { build, release, ...rest } = container
  const pinned = build ? releases.get(build.image ?? container.name) : release
  // the schema asks for one of the two, and every image that is named was built
  if (!pinned) throw new Error(`no release for ${container.name}`)
  return { ...rest, release: pinned }
}

/** The conventions as they are sent: a release in place of each build. `releases` is by image name. */
export const pinImages = (
  conventions: readonly Convention[],
  releases: ReadonlyMap<string, Release>,
): PinnedConvention[] =>
  conventions.map(({ hooks, ingester, ...rest }) => ({
    ...rest,
    hooks: hooks.map((hook) => pin(hook, releases)),
    ...(ingester ? { ingester: pin(ingester, releases) } : {}),
  }))
