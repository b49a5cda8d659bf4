/** Runs the example's hooks as their containers do, on a made-up structure. */
import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { makeTemporaryDir } from '../testing/temporary-dir.ts'
import { checkConventions } from './check.ts'
import { loadConventions } from './load.ts'

const example = fileURLToPath(new URL('../../examples/protein-structures', import.meta.url))
const columns = ['group_PDB', 'id', 'label_asym_id', 'Cartn_x', 'Cartn_y', 'Cartn_z']

/** Returns a structure with one pocket: a box of atoms, 12 Å wide inside, open at the top. */
function box(): string {
  const rows: string[] = []
  for (let x = 0; x <= 18; x += 2) {
    for (let y = 0; y <= 18; y += 2) {
      for (let z = 0; z <= 18; z += 2) {
        const isWall = x < 2 || x > 16 || y < 2 || y > 16 || z < 2
        if (isWall) rows.push(`ATOM ${rows.length + 1} ${x < 9 ? 'A' : 'B'} ${x}.0 ${y}.0 ${z}.0`)
      }
    }
  }
  return ['data_BOX', 'loop_', ...columns.map((name) => `_atom_site.${name}`), ...rows, '#', ''].join('\n')
}

async function runHook(folder: string, name: string) {
  const records = [
    { id: 'good', metadata: { resolution: 1.9 } },
    { id: 'blurred', metadata: { resolution: 7 } },
    { id: 'empty', metadata: {} },
  ]
  await mkdir(join(folder, 'files', 'good'), { recursive: true })
  await mkdir(join(folder, 'in'), { recursive: true })
  await writeFile(join(folder, 'files', 'good', 'box.cif'), box())
  await writeFile(join(folder, 'in', 'records.jsonl'), records.map((record) => JSON.stringify(record)).join('\n'))
  const env = { OSA_IN: join(folder, 'in'), OSA_OUT: join(folder, name), OSA_FILES: join(folder, 'files') }
  await promisify(execFile)(process.execPath, [join(example, 'hooks', `${name}.mjs`)], { env })
  const read = async (output: string): Promise<{ id: string; features?: Record<string, number>[] }[]> => {
    const text = await readFile(join(folder, name, `${output}.jsonl`), 'utf8')
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  }
  return { features: await read('features'), rejections: await read('rejections'), errors: await read('errors') }
}

test('the example is a valid convention', async () => {
  const { values } = await loadConventions(join(example, 'osa.config.ts'))
  expect(checkConventions(values)).toMatchObject({ conventions: [{ title: 'Protein Structures' }] })
})

test("the example's hooks fill the columns that the convention names", async () => {
  await using folder = await makeTemporaryDir()
  const { values } = await loadConventions(join(example, 'osa.config.ts'))
  const checked = checkConventions(values)
  if ('issues' in checked) throw new Error(JSON.stringify(checked.issues))
  const columnsOf = (hook: string) =>
    checked.conventions[0]?.hooks.find(({ name }) => name === hook)?.feature.columns.map(({ name }) => name)

  const validated = await runHook(folder.path, 'validate_structure')
  expect(validated.errors).toEqual([])
  expect(validated.rejections.map(({ id }) => id)).toEqual(['blurred', 'empty'])
  expect(validated.features).toEqual([{ id: 'good', features: [{ atom_count: 424, chain_count: 2 }] }])
  expect(Object.keys(validated.features[0]?.features?.[0] ?? {})).toEqual(columnsOf('validate_structure'))

  const found = await runHook(folder.path, 'find_pockets')
  expect(found.features).toHaveLength(1)
  const [pocket, ...others] = found.features[0]?.features ?? []
  expect(others, 'one opening, one pocket').toEqual([])
  expect(Object.keys(pocket ?? {})).toEqual(columnsOf('find_pockets'))
  expect(pocket?.x).toBeCloseTo(9, 0)
  expect(pocket?.volume).toBeGreaterThan(500)
})
