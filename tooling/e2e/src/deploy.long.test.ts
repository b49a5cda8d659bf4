import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { freePort } from '@osa/db/testing/free-port'
import { expect, test } from 'vitest'
import { containerTools, openContainerWorld } from './container-world.ts'
import { forward, listen } from './listen.ts'
import { repository, startNode } from './node-process.ts'
import { onPostgres } from './on-postgres.ts'
import { type OsaOptions, runOsa, spawnOsa } from './osa-process.ts'
import { logIn } from './stored-login.ts'
import { temporaryFolder } from './temporary-folder.ts'

const plainUser = '0000-0002-1694-233X'

/** Copies the example to a folder of its own, with `@osa/sdk` installed. */
async function copyExample(folder: string): Promise<OsaOptions & { cwd: string }> {
  const cwd = join(folder, 'protein-structures')
  await cp(join(repository, 'packages/sdk/examples/protein-structures'), cwd, { recursive: true })
  await mkdir(join(cwd, 'node_modules/@osa'), { recursive: true })
  await symlink(join(repository, 'packages/sdk'), join(cwd, 'node_modules/@osa/sdk'))
  return { home: folder, cwd }
}

async function rewrite(path: string, from: string, to: string): Promise<void> {
  const text = await readFile(path, 'utf8')
  if (!text.includes(from)) throw new Error(`${path} has no ${from}`)
  await writeFile(path, text.replace(from, to))
}

interface Detail {
  version: number
  manifest: { hooks: { name: string; release: { image: string; digest: string } }[]; docs: { purpose: string } }
}

async function getConvention(origin: string, slug: string, version?: number): Promise<Detail> {
  const query = version === undefined ? '' : `?version=${version}`
  const answer = await fetch(`${origin}/api/v1/conventions/${slug}${query}`)
  if (!answer.ok) throw new Error(`GET ${slug} answered ${answer.status}`)
  return (await answer.json()) as Detail
}

test.each(containerTools)('the example is deployed to an archive, with images built by %s', async (name) => {
  await using folder = await temporaryFolder()
  await using node = await startNode(await onPostgres(folder))
  await using world = await openContainerWorld(name, folder.path)
  const { home, cwd } = await copyExample(folder.path)
  const place = { home, cwd, env: world.env }
  await logIn(node.url, place)

  const first = await runOsa(['deploy'], place)
  expect(first.stderr).toMatch(
    / ✓ Protein Structures {2}pdb-structure@1\.0\.0 {2}\S+\n ✓ Deployed 1 convention {2}\S+\n$/,
  )
  expect(first.code).toBe(0)
  const { manifest } = await getConvention(node.url, 'protein-structures')
  expect(manifest.hooks.map((hook) => hook.name)).toEqual(['validate_structure', 'find_pockets'])
  for (const { release } of manifest.hooks) expect(await world.has(release.image, release.digest)).not.toBe(false)

  const again = await runOsa(['deploy', '--json'], place)
  expect(JSON.parse(again.stdout).conventions).toMatchObject([{ version: 1, changed: false }])

  await rewrite(join(cwd, 'osa.config.ts'), 'To find structures by quality', 'To find structures by resolution')
  const changed = await runOsa(['deploy', '--json'], place)
  expect(JSON.parse(changed.stdout).conventions).toMatchObject([{ version: 2, changed: true }])
  expect((await getConvention(node.url, 'protein-structures', 1)).manifest.docs.purpose).toContain('by quality')
  expect((await getConvention(node.url, 'protein-structures')).manifest.docs.purpose).toContain('by resolution')

  await rewrite(join(cwd, 'hooks/find_pockets.mjs'), 'smallestPoints = 20', 'smallestPoints = 30')
  if (name === 'podman') {
    const rebuilt = await runOsa(['deploy', '--json'], place)
    expect(JSON.parse(rebuilt.stdout).conventions, 'other files, another image').toMatchObject([{ version: 3 }])
    const skipped = await runOsa(['deploy', '--skip-build', '--json'], place)
    expect(JSON.parse(skipped.stdout).conventions, 'the same image').toMatchObject([{ version: 3, changed: false }])
  }
})

async function manifestFile(place: { cwd: string }, description: string): Promise<void> {
  const manifest = {
    manifest_version: 1,
    conventions: [
      {
        title: 'Small Molecules',
        description,
        schema: {
          id: 'small-molecule',
          version: '1.0.0',
          fields: [{ name: 'smiles', type: 'text', required: true, cardinality: 'exactly_one' }],
        },
        file_requirements: { accepted_types: ['.sdf'], min_count: 0, max_count: 1, max_file_size: 1_000_000 },
        hooks: [],
        ingester: null,
        docs: {
          purpose: 'To find molecules.',
          example_questions: ['Which are small?', 'Which are acids?', 'Which are new?'],
          examples: [{ question: 'Which are small?', query: 'select 1', interpretation: 'Those.' }],
          when_not_to_use: null,
          see_also: null,
        },
      },
    ],
  }
  await writeFile(join(place.cwd, 'manifest.json'), JSON.stringify(manifest))
}

async function emptyProject(folder: string): Promise<OsaOptions & { cwd: string }> {
  const cwd = join(folder, 'project')
  await mkdir(cwd)
  return { home: folder, cwd }
}

test('F16 a manifest printed by the original osa is accepted from an admin; a plain user is refused with the needed role', async () => {
  await using folder = await temporaryFolder()
  // such a token is always about to expire, so every command renews it first
  const settings = await onPostgres(folder, { OSA_ACCESS_TOKEN_LIFETIME_SECONDS: '60' })
  await using node = await startNode(settings)
  const place = await emptyProject(folder.path)
  await manifestFile(place, 'Molecules.')
  await logIn(node.url, place, plainUser)
  const refused = await runOsa(['deploy', '--manifest', 'manifest.json'], place)
  expect(refused.stderr).toMatch(/ ✗ .+ may not deploy to \S+ \(needs role publisher or admin\)\n/)
  expect(refused.code).toBe(5)
  expect(await (await fetch(`${node.url}/api/v1/conventions`)).json()).toEqual([])

  await runOsa(['logout'], place)
  await logIn(node.url, place)
  const { code, stdout, stderr } = await runOsa(['deploy', '--manifest', 'manifest.json', '--json'], place)
  expect(JSON.parse(stdout)).toMatchObject({
    ok: true,
    token_refreshed: true,
    conventions: [{ slug: 'small-molecules' }],
  })
  expect(stderr).toBe('')
  expect(code).toBe(0)
})

/** Forwards requests to a port. After `loseNext`, the answer to the next deploy is dropped and its connection closed. */
async function lossyProxy(
  port: number,
): Promise<AsyncDisposable & { url: string; loseNext(onAnswered: () => void): void }> {
  let onAnswered: (() => void) | null = null
  const server = createServer((incoming, outgoing) =>
    forward(incoming, outgoing, `http://127.0.0.1:${port}`, (answer) => {
      if (!onAnswered || !incoming.url?.includes('conventions.deploy')) return true
      const lost = onAnswered
      onAnswered = null
      answer.on('end', () => {
        lost()
        incoming.socket.destroy()
      })
      return false
    }),
  )
  return {
    ...(await listen(server)),
    loseNext: (callback) => {
      onAnswered = callback
    },
  }
}

test('if the answer to a deploy is lost or the terminal is killed, repeating the deploy changes nothing', async () => {
  await using folder = await temporaryFolder()
  const port = await freePort()
  await using proxy = await lossyProxy(port)
  await using _node = await startNode(await onPostgres(folder, { OSA_PUBLIC_URL: proxy.url, PORT: String(port) }))
  const place = await emptyProject(folder.path)
  await manifestFile(place, 'Molecules.')
  await logIn(proxy.url, place)
  const deploy = ['deploy', '--manifest', 'manifest.json', '--json']

  proxy.loseNext(() => {})
  const lost = await runOsa(deploy, place)
  expect(lost.stderr).toContain('The answer was lost; sending the same request again')
  expect(JSON.parse(lost.stdout).conventions).toMatchObject([{ version: 1, changed: false }])

  await manifestFile(place, 'Small molecules.')
  let kill = (): void => {}
  proxy.loseNext(() => kill())
  const killed = spawnOsa(deploy, place)
  kill = () => void killed.child.kill('SIGKILL')
  expect(await killed.ended).toBe('SIGKILL')
  const repeated = await runOsa(deploy, place)
  expect(JSON.parse(repeated.stdout).conventions).toMatchObject([{ version: 2, changed: false }])
  expect((await getConvention(proxy.url, 'small-molecules')).version).toBe(2)
})
