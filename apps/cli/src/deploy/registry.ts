/** Registry names, and the digests that docker and podman report for images. */
import { isLoopback } from '@osa/sdk/internal'
import { OsaError } from '@osa/sdk/node'
import type { CommandContext } from '../command.ts'
import type { ContainerTool } from './container-tool.ts'

const registryName = /^[a-z0-9]+([.-]+[a-z0-9]+)*(:\d{1,5})?(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/

/** Returns `--registry`, otherwise OSA_REGISTRY. Throws `usage` if neither is set or the name is not valid. */
export function registryOf({ flags, env }: CommandContext): string {
  const named = (flags.value('registry') ?? env.OSA_REGISTRY ?? '').replace(/\/+$/, '')
  if (named === '') {
    throw new OsaError('usage', 'No registry is set to push images to', {
      hint: 'Pass --registry ghcr.io/<group>, or set OSA_REGISTRY',
    })
  }
  // The pattern accepts ports that are too large.
  if (registryName.test(named) && URL.canParse(`http://${named}`)) return named
  throw new OsaError('usage', 'The name of the registry is not valid (--registry or OSA_REGISTRY)', {
    hint: 'Write it in lower case and without https://, such as ghcr.io/<group>',
  })
}

/** Allows plain http to a registry on this computer: docker does so by default, podman needs an option. */
export const transportArgs = ({ kind }: ContainerTool, registry: string): string[] =>
  kind === 'podman' && isLoopback(new URL(`http://${registry}`)) ? ['--tls-verify=false'] : []

/** Removes the name of Docker's own registry, as docker does. */
const familiar = (repository: string): string => repository.replace(/^(index\.)?docker\.io\/(library\/)?/, '')

/**
 * Returns the digest of a repository from a list of `name@sha256:…`, if there is exactly one. `local`: podman's digest of an image that it
 * built itself, which it lists beside the registry's digest of the compressed image.
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

/** Finds the digest in the output of a push (`tag: digest: sha256:… size: 528`) or a pull (`Digest: sha256:…`). */
export const digestInOutput = (output: string): string | null =>
  [...output.matchAll(/\bdigest: (sha256:[0-9a-f]{64})\b/gi)].at(-1)?.[1] ?? null
