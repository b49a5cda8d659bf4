/** A sample convention for tests. It uses every part that a convention can have. */
import type { ConventionManifest } from '../convention/manifest.ts'

/** Returns a fresh copy in which `changes` replace whole parts. */
export const sampleManifest = (changes: Partial<ConventionManifest> = {}): ConventionManifest => ({
  title: 'Protein structures',
  description: 'Three-dimensional structures of proteins, with the pockets that small molecules may bind to.',
  schema: {
    id: 'protein-structure',
    version: '1.2.0',
    fields: [
      {
        name: 'resolution',
        type: 'number',
        required: true,
        cardinality: 'exactly_one',
        description: 'How fine the details are that the experiment can tell apart.',
        constraints: { type: 'number', min_value: 0.3, max_value: 20, unit: 'Å' },
      },
      {
        name: 'method',
        type: 'term',
        required: true,
        cardinality: 'exactly_one',
        constraints: { type: 'term', ontology_srn: 'urn:osa:ontology:experimental-methods', root_term: 'diffraction' },
      },
      {
        name: 'accession',
        type: 'text',
        required: true,
        cardinality: 'exactly_one',
        constraints: { type: 'text', min_length: 4, max_length: 8, pattern: '^[0-9A-Z]+$' },
      },
      { name: 'collected_on', type: 'date', required: false, cardinality: 'exactly_one' },
      { name: 'is_membrane_protein', type: 'boolean', required: false, cardinality: 'exactly_one' },
      {
        name: 'publications',
        type: 'url',
        required: false,
        cardinality: 'zero_or_more',
        constraints: { type: 'url', pattern: '^https://doi\\.org/' },
      },
    ],
  },
  file_requirements: {
    accepted_types: ['.cif', '.pdb', 'chemical/x-mmcif'],
    min_count: 1,
    max_count: 10,
    max_file_size: 52_428_800,
  },
  hooks: [
    {
      name: 'find_pockets',
      config: { probe_radius: 1.4, ignore: null },
      limits: { timeout_seconds: 600, memory: '512m', cpu: '0.5' },
      release: {
        image: 'ghcr.io/example/find-pockets:1.0.0',
        digest: `sha256:${'0123456789abcdef'.repeat(4)}`,
        source_ref: 'v1.0.0',
      },
      feature: {
        kind: 'table',
        cardinality: 'many',
        columns: [
          { name: 'pocket_id', json_type: 'string', required: true },
          {
            name: 'volume',
            json_type: 'number',
            required: true,
            unit: 'Å³',
            description: 'Inside the solvent surface.',
          },
        ],
      },
    },
  ],
  ingester: {
    name: 'fetch_structures',
    config: { source: 'https://files.example.org/' },
    limits: { timeout_seconds: 3_600, memory: '1g', cpu: '1' },
    schedule: { every: 'week' },
    initial_run: null,
    release: { image: 'ghcr.io/example/fetch:2.1', digest: `sha256:${'fedcba9876543210'.repeat(4)}` },
  },
  docs: {
    purpose: 'To compare binding pockets across protein families.',
    example_questions: [
      'Which structures are finer than 1.5 Å?',
      'Which kinases have a pocket larger than 500 Å³?',
      'How many structures were found by electron microscopy?',
    ],
    examples: [
      {
        question: 'Which structures are finer than 1.5 Å?',
        query: 'select accession from records where resolution < 1.5',
        interpretation: 'Below 1.5 Å single atoms can be told apart.',
      },
    ],
    when_not_to_use: 'For predicted structures, whose resolution means nothing.',
    see_also: ['https://www.wwpdb.org/'],
  },
  ...changes,
})
