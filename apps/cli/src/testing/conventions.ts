/** Conventions for tests, and helpers that write projects with them. */
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Convention } from '@osa/sdk/deploy'
import type { Sandbox } from './run-osa.ts'

const limits = { timeout_seconds: 60, memory: '512m', cpu: '0.5' }
const feature: Convention['hooks'][number]['feature'] = { kind: 'table', cardinality: 'one', columns: [] }

/** A hook that is built from `hooks/<name>`. */
export const builtHook = (name: string): Convention['hooks'][number] => ({
  name,
  config: {},
  limits,
  feature,
  build: { context: `hooks/${name}` },
})

/** A hook whose image was built and pushed before. */
export const releasedHook = (name: string): Convention['hooks'][number] => ({
  name,
  config: {},
  limits,
  feature,
  release: { image: `ghcr.io/group/${name}:1.0.0`, digest: `sha256:${'a'.repeat(64)}` },
})

export const proteinStructures = (hooks: Convention['hooks'] = []): Convention => ({
  title: 'Protein Structures',
  description: 'Structures with coordinates.',
  schema: {
    id: 'pdb-structure',
    version: '1.0.0',
    fields: [
      {
        name: 'resolution',
        type: 'number',
        required: true,
        cardinality: 'exactly_one',
        constraints: { type: 'number', unit: 'Å' },
      },
    ],
  },
  file_requirements: { accepted_types: ['.cif'], min_count: 1, max_count: 5, max_file_size: 1_000_000 },
  hooks,
  docs: {
    purpose: 'To find structures.',
    example_questions: ['Which are sharp?', 'Which are old?', 'Which are large?'],
    examples: [{ question: 'Which are sharp?', query: 'select 1', interpretation: 'Those.' }],
  },
})

/** Writes a file into the project; an object is written as JSON. */
export async function writeProject(sandbox: Sandbox, name: string, content: unknown): Promise<string> {
  const path = join(sandbox.project, name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2))
  return path
}

/** Writes a folder to build an image from, including files that must stay out of the image. */
export async function writeContext(sandbox: Sandbox, name: string): Promise<void> {
  const files = { Dockerfile: 'FROM scratch\n', 'hook.mjs': '', '.env': 'SECRET=1', '.env.local': 'SECRET=1' }
  for (const [file, text] of Object.entries({ ...files, '.git/config': '', 'node_modules/a/index.js': '' })) {
    await writeProject(sandbox, `hooks/${name}/${file}`, text)
  }
}

/** Makes `@osa/sdk` importable in the project, or in another folder, as `npm install -D @osa/sdk` would. */
export async function installSdk(sandbox: Sandbox, folder = sandbox.project): Promise<void> {
  const scope = join(folder, 'node_modules', '@osa')
  await mkdir(scope, { recursive: true })
  await symlink(fileURLToPath(new URL('../../../../packages/sdk', import.meta.url)), join(scope, 'sdk'))
}
