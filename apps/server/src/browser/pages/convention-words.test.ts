import type { ConventionManifest, MetadataField } from '@osa/contract'
import { expect, test } from 'vitest'
import { bytes, constraintsOf, count, cut, fileRequirements, memory } from './convention-words.ts'

test.each([
  [1, '1 byte'],
  [1_023, '1,023 bytes'],
  [1_024, '1 KiB'],
  [1_536, '1.5 KiB'],
  [52_428_800, '50 MiB'],
  [50_000_000, '50 MB'],
  [2_500_000, '2.5 MB'],
  [1_000, '1 kB'],
  [1_234_567, '1.2 MiB'],
  [1_000 * 2 ** 20, '1,000 MiB'],
  [2 ** 30, '1 GiB'],
  [2 ** 50, '1,024 TiB'],
])('%d bytes are %s', (number, text) => {
  expect(bytes(number)).toBe(text)
})

test.each([
  ['512m', '512 MiB'],
  ['1g', '1 GiB'],
  ['2048K', '2 MiB'],
  ['1048576', '1 MiB'],
])('memory of %s is %s', (given, text) => {
  expect(memory(given)).toBe(text)
})

type Files = ConventionManifest['file_requirements']
test.each<[Partial<Files>, string]>([
  [{}, '1 to 10 files of type .cif, .pdb or chemical/x-mmcif, each of at most 50 MiB.'],
  [
    { min_count: 0, max_count: 3, accepted_types: ['.cif', '.pdb'] },
    'Up to 3 files of type .cif or .pdb, each of at most 50 MiB.',
  ],
  [{ min_count: 1, max_count: 1, accepted_types: [] }, 'Exactly 1 file of any type, at most 50 MiB.'],
  [{ min_count: 0, max_count: 0 }, 'Records have no files.'],
])('file requirements with %j', (changes, text) => {
  const accepted_types = ['.cif', '.pdb', 'chemical/x-mmcif']
  expect(fileRequirements({ accepted_types, min_count: 1, max_count: 10, max_file_size: 52_428_800, ...changes })).toBe(
    text,
  )
})

test.each<[MetadataField['constraints'], string | null]>([
  [undefined, null],
  [{ type: 'boolean' }, null],
  [{ type: 'number' }, null],
  [{ type: 'number', min_value: 0.3, max_value: 20, unit: 'Å' }, 'from 0.3 to 20'],
  [{ type: 'number', min_value: 1, integer_only: true }, 'at least 1, whole numbers only'],
  [{ type: 'number', max_value: 7 }, 'at most 7'],
  [{ type: 'text', min_length: 4, max_length: 4 }, 'exactly 4 characters'],
  [{ type: 'text', min_length: 1 }, 'at least 1 character'],
  [{ type: 'text', min_length: 1, max_length: 1 }, 'exactly 1 character'],
  [{ type: 'text', pattern: '<b>&' }, 'matching <code>&lt;b&gt;&amp;</code>'],
  [{ type: 'term', ontology_srn: 'urn:a', root_term: 'b' }, 'terms of <code>urn:a</code>, under <code>b</code>'],
])('constraints %j', async (constraints, text) => {
  const field: MetadataField = { name: 'x', type: 'text', required: true, cardinality: 'exactly_one', constraints }
  const said = await constraintsOf(field)
  expect(said && String(said)).toBe(text)
})

test('counts and cuts', () => {
  expect([count(0, 'hook'), count(1, 'hook'), count(2_000, 'hook')]).toEqual(['no hooks', '1 hook', '2,000 hooks'])
  expect(cut('short', 5)).toBe('short')
  expect(cut('three little words', 10)).toBe('three…')
  expect(cut('🔬🔬🔬🔬', 3)).toBe('🔬🔬🔬…')
})
