/**
 * Tools that build container images: podman and a registry in temporary folders, if this machine has them (Debian: podman, docker-registry),
 * and the CLI's stand-in for docker everywhere.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeStandInTool } from '@osa/cli/src/testing/stand-in-tool.ts'
import { freePort } from '@osa/db/testing/free-port'

export interface ContainerWorld extends AsyncDisposable {
  /** The variables by which `osa deploy` finds the tool and the registry. */
  readonly env: Record<string, string>
  /** Returns whether the registry has an image with this digest; null without a real registry. */
  has(image: string, digest: string): Promise<boolean | null>
}

const answers = (command: string, args: string[], env = process.env): boolean =>
  spawnSync(command, args, { env, stdio: 'ignore' }).status === 0

const isInstalled = answers('podman', ['--version']) && answers('docker-registry', ['--version'])

/** The tools available on this machine; the stand-in always is. */
export const containerTools: readonly ('podman' | 'stand-in')[] = isInstalled ? ['stand-in', 'podman'] : ['stand-in']

async function standIn(folder: string): Promise<ContainerWorld> {
  const tool = await makeStandInTool(join(folder, 'tools'))
  return {
    env: { PATH: tool.path, OSA_REGISTRY: 'registry.example.org/group' },
    has: async () => null,
    [Symbol.asyncDispose]: async () => {},
  }
}

async function startRegistry(folder: string, host: string) {
  const config = join(folder, 'registry.yml')
  await writeFile(
    config,
    `version: 0.1\nstorage: {filesystem: {rootdirectory: ${join(folder, 'registry')}}}\nhttp: {addr: "${host}"}\n`,
  )
  const child = spawn('docker-registry', ['serve', config], { stdio: 'ignore' })
  const killAtExit = () => child.kill('SIGKILL')
  process.once('exit', killAtExit)
  const deadline = Date.now() + 600_000
  const isUp = (): Promise<boolean> =>
    fetch(`http://${host}/v2/`)
      .then(({ ok }) => ok)
      .catch(() => false)
  while (!(await isUp())) {
    if (Date.now() > deadline) throw new Error('the registry did not start')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return async () => {
    child.kill('SIGTERM')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    process.off('exit', killAtExit)
  }
}

/** Builds an empty image under the name of the example's base image, so that nothing is downloaded. The build of the example runs nothing in it. */
async function makeBaseImage(folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  const base = join(folder, 'base')
  await mkdir(base)
  await writeFile(join(base, 'Dockerfile'), 'FROM scratch\nCOPY Dockerfile /\n')
  const made = spawnSync('podman', ['build', '--tag', 'docker.io/library/node:24-slim', base], {
    env,
    encoding: 'utf8',
  })
  if (made.status !== 0) throw new Error(`podman could not build the base image:\n${made.stderr}`)
}

async function podman(folder: string): Promise<ContainerWorld> {
  const host = `127.0.0.1:${await freePort()}`
  const [storage, registries] = [join(folder, 'storage.conf'), join(folder, 'registries.conf')]
  const roots = `graphroot = "${join(folder, 'images')}"\nrunroot = "${join(folder, 'run')}"\n`
  await writeFile(storage, `[storage]\ndriver = "vfs"\n${roots}`)
  // empty, as on a person's machine: osa itself must tell podman that the registry uses plain http
  await writeFile(registries, '')
  const env = {
    CONTAINERS_STORAGE_CONF: storage,
    CONTAINERS_REGISTRIES_CONF: registries,
    // needs no privileges beyond those of the test
    BUILDAH_ISOLATION: 'chroot',
  }
  await makeBaseImage(folder, { ...process.env, ...env })
  const stop = await startRegistry(folder, host)
  return {
    env: { ...env, OSA_CONTAINER_TOOL: 'podman', OSA_REGISTRY: `${host}/group` },
    async has(image, digest) {
      const repository = image.slice(host.length + 1).replace(/:[^:]*$/, '')
      const accept = 'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json'
      const answer = await fetch(`http://${host}/v2/${repository}/manifests/${digest}`, { headers: { accept } })
      return answer.ok
    },
    [Symbol.asyncDispose]: stop,
  }
}

/** Opens a tool by its name. Dispose of it with `await using`; the caller removes the folder. */
export const openContainerWorld = (name: 'podman' | 'stand-in', folder: string): Promise<ContainerWorld> =>
  name === 'podman' ? podman(folder) : standIn(folder)
