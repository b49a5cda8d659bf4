/** Protein structures, described as in the Protein Data Bank, with two hooks: one checks each structure, the other computes features of it. */
import { defineConvention } from '@osa/sdk/convention'

export default defineConvention({
  title: 'Protein Structures',
  description: 'Experimentally determined protein structures, each with its coordinates in mmCIF.',

  schema: {
    id: 'pdb-structure',
    version: '1.0.0',
    fields: [
      {
        name: 'pdb_id',
        type: 'text',
        required: true,
        cardinality: 'exactly_one',
        description: 'Identifier in the Protein Data Bank',
        constraints: { type: 'text', pattern: '^[0-9][A-Za-z0-9]{3}$' },
      },
      { name: 'title', type: 'text', required: true, cardinality: 'exactly_one' },
      {
        name: 'method',
        type: 'text',
        required: true,
        cardinality: 'one_or_more',
        description: 'How the structure was determined, such as X-RAY DIFFRACTION',
      },
      {
        name: 'resolution',
        type: 'number',
        required: false,
        cardinality: 'exactly_one',
        description: 'Absent for methods without a resolution, such as NMR',
        constraints: { type: 'number', min_value: 0.3, max_value: 100, unit: 'Å' },
      },
      {
        name: 'molecular_weight',
        type: 'number',
        required: true,
        cardinality: 'exactly_one',
        constraints: { type: 'number', min_value: 0, unit: 'kDa' },
      },
      {
        name: 'temperature',
        type: 'number',
        required: false,
        cardinality: 'exactly_one',
        description: 'Temperature of the measurement',
        constraints: { type: 'number', min_value: 0, unit: 'K' },
      },
      { name: 'deposition_date', type: 'date', required: true, cardinality: 'exactly_one' },
      { name: 'primary_citation', type: 'url', required: false, cardinality: 'zero_or_more' },
    ],
  },

  file_requirements: {
    accepted_types: ['.cif'],
    min_count: 1,
    max_count: 5,
    max_file_size: 50_000_000,
  },

  hooks: [
    {
      name: 'validate_structure',
      config: { worst_resolution: 4 },
      limits: { timeout_seconds: 120, memory: '512m', cpu: '0.5' },
      build: { context: 'hooks', dockerfile: 'hooks/validate_structure.Dockerfile' },
      feature: {
        kind: 'table',
        cardinality: 'one',
        columns: [
          { name: 'atom_count', json_type: 'integer', required: true, description: 'Atoms with coordinates' },
          { name: 'chain_count', json_type: 'integer', required: true },
        ],
      },
    },
    {
      name: 'find_pockets',
      config: { probe_radius: 1.4 },
      limits: { timeout_seconds: 600, memory: '1g', cpu: '1' },
      build: { context: 'hooks', dockerfile: 'hooks/find_pockets.Dockerfile' },
      feature: {
        kind: 'table',
        cardinality: 'many',
        columns: [
          { name: 'pocket', json_type: 'integer', required: true, description: '0 is the largest' },
          { name: 'volume', json_type: 'number', required: true, unit: 'Å³' },
          { name: 'x', json_type: 'number', required: true, description: 'Centre of the pocket', unit: 'Å' },
          { name: 'y', json_type: 'number', required: true, unit: 'Å' },
          { name: 'z', json_type: 'number', required: true, unit: 'Å' },
        ],
      },
    },
  ],

  docs: {
    purpose: 'To find structures by quality and by the pockets that a ligand could bind in.',
    example_questions: [
      'Which structures are resolved better than 2 Å?',
      'Which structures have a pocket larger than 500 Å³?',
      'How did the resolution of deposited structures change over the years?',
    ],
    examples: [
      {
        question: 'Which structures have a pocket larger than 500 Å³?',
        query: 'select pdb_id, max(volume) from find_pockets where volume > 500 group by pdb_id',
        interpretation: 'One row for each structure with at least one such pocket, and the volume of its largest.',
      },
    ],
    when_not_to_use: 'For predicted models: they have no method and no resolution in the sense of this schema.',
    see_also: ['https://www.wwpdb.org/'],
  },
})
