/** Concurrent deploys of one convention at two processes on one PostgreSQL. One process is killed during the deploys. */
import { sampleManifest } from '@osa/contract/testing'
import { expect, test } from 'vitest'
import { entryOf, logIn } from './stored-login.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { withTwoNodes } from './two-nodes.ts'

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

interface Version {
  readonly version: number
  readonly created_at: string
}

async function versionsAt(url: string): Promise<Version[]> {
  const answer = await fetch(`${url}/api/v1/conventions/protein-structures`)
  if (!answer.ok) throw new Error(`the convention answered ${answer.status}`)
  return ((await answer.json()) as { versions: Version[] }).versions
}

async function descriptionOf(url: string, version: number): Promise<string> {
  const answer = await fetch(`${url}/api/v1/conventions/protein-structures?version=${version}`)
  return ((await answer.json()) as { description: string }).description
}

test('deploys at two processes create one version each, in order, and killing a process loses no deploy that it confirmed', async () => {
  await using home = await temporaryFolder()
  await withTwoNodes({}, async ({ one, two, twoUrl }) => {
    await logIn(one.url, { home: home.path })
    const { access_token: token } = entryOf(home.path, one.url)
    /** Returns the status, or null if the process died before it answered. Retries on 503, like clients do. */
    const deploy = async (url: string, description: string): Promise<number | null> => {
      const answer = await fetch(`${url}/api/v1/conventions`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        body: JSON.stringify(sampleManifest({ description })),
      }).catch(() => null)
      return answer?.status === 503 ? deploy(url, description) : (answer?.status ?? null)
    }

    const raced = await Promise.all(upTo(40).map((at) => deploy(at % 2 === 0 ? one.url : twoUrl, `Raced ${at}`)))
    expect(new Set(raced)).toEqual(new Set([201]))
    const versions = (await versionsAt(one.url)).toReversed()
    expect(versions.map(({ version }) => version)).toEqual(upTo(40).map((at) => at + 1))
    const instants = versions.map(({ created_at }) => created_at)
    expect(instants, 'in the order of their instants').toEqual(instants.toSorted())

    const amid = upTo(40).map((at) => deploy(twoUrl, `Amid ${at}`))
    await Promise.race(amid)
    await two.kill()
    const answers = await Promise.all(amid)
    expect(answers).toContain(201)
    expect(answers).toContain(null)
    const kept = await versionsAt(one.url)
    expect(kept.map(({ version }) => version)).toEqual(upTo(kept.length).map((at) => kept.length - at))
    const descriptions = await Promise.all(kept.map(({ version }) => descriptionOf(one.url, version)))
    for (const [at, status] of answers.entries()) if (status === 201) expect(descriptions).toContain(`Amid ${at}`)

    expect(await deploy(one.url, 'After.'), 'no lock outlives the process').toBe(201)
    expect(await descriptionOf(one.url, kept.length + 1)).toBe('After.')
  })
})
