/** Names of images in a registry, and the digests that a tool reports for them. */
import { isLoopback } from '@osa/sdk/internal'
import { OsaError } from '@osa/sdk/node'
import type { CommandContext } from '../command.ts'
import type { ContainerTool } from './container-tool.ts'

const registryName = /^[a-z0-9]+([.-]+[a-z0-9]+)*(:\d{1,5})?(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/

/** `--registry`, else OSA_REGISTRY. Throws `usage` when neither is there, or it is no registry. */
export function registryOf({ flags, env }: CommandContext): string {
  const named = (flags.value('registry') ?? env.OSA_REGISTRY ?? '').replace(/\/+$/, '')
  if (named === '') {
    throw new OsaError('usage', 'Nothing says where images are pushed', {
      hint: 'Pass --registry ghcr.io/<group>, or set OSA_REGISTRY',
    })
  }
  // the pattern lets ports through that are none
  if (registryName.test(named) && URL.canParse(`http://${named}`)) return named
  throw new OsaError('usage', 'That is no registry (--registry or OSA_REGISTRY)', {
    hint: 'Write it without scheme and in lower case: ghcr.io/<group>',
  })
}

/** Docker takes plain http from a registry on this very machine; podman does so too when it is told. */
export const transportArgs = ({ kind }: ContainerTool, registry: string): string[] =>
  kind === 'podman' && isLoopback(new URL(`http://${registry}`)) ? ['--tls-verify=false'] : []

/** Docker leaves its own registry's name out. */
const familiar = (repository: string): string => repository.replace(/^(index\.)?docker\.io\/(library\/)?/, '')

/**
 * The digest of a repository among `name@sha256:…`, if there is exactly one. `local` is what podman calls an image that it built itself,
 * beside the name that the registry gave the compressed one.
 */
export function digestAmong(repoDigests: unknown, repository: string, local: string | null = null): string | null {
  const all = Array.isArray(repoDigests) ? repoDigests.filter((one): one is string => typeof one === 'string') : []
  const own = all
    .map((one) => one.split('@'))
    .filter(([name = '']) => familiar(name) === familiar(repository))
    .map(([, digest = '']) => digest)
    .filter((digest) => /^sha256:[0-9a-f]{64}$/.test(digest))
  const named = own.length > 1 ? own.filter((digest) => digest !== local) : own
  return named.length === 1 && named[0] ? named[0] : null
}

/** `tag: digest: sha256:… size: 528` of a push, `Digest: sha256:…` of a pull. */
export const digestInOutput = (output: string): string | null =>
  [...output.matchAll(/\bdigest: (sha256:[0-9a-f]{64})\b/gi)].at(-1)?.[1] ?? null
