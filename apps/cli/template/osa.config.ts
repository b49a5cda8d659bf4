/** A convention: what records look like and what they are for. `osa deploy` checks it and sends it to the archive. */
import type { Convention } from '@osa/sdk/convention'

export default {
  // The archive makes the address of the convention's page from the title: /conventions/{{slug}}
  title: '{{title}}',
  description: 'Measurements of one sample each, as tables of values.',

  // The fields of each record. Raise the version when you change them.
  schema: {
    id: '{{slug}}',
    version: '1.0.0',
    fields: [
      { name: 'sample', type: 'text', required: true, cardinality: 'exactly_one', description: 'What was measured' },
      { name: 'measured_on', type: 'date', required: true, cardinality: 'exactly_one' },
      {
        name: 'temperature',
        type: 'number',
        required: false,
        cardinality: 'exactly_one',
        description: 'The temperature of the sample',
        constraints: { type: 'number', min_value: 0, unit: 'K' },
      },
    ],
  },

  // The files that belong to a record; sizes in bytes.
  file_requirements: {
    accepted_types: ['.csv'],
    min_count: 1,
    max_count: 10,
    max_file_size: 10_000_000,
  },

  // Programs that run on each record, as container images. README.md says how to add the one in hooks/.
  hooks: [],

  // Texts for people and agents who decide whether these records are useful to them.
  docs: {
    purpose: 'To find measurements by sample, date and temperature.',
    example_questions: [
      'Which samples were measured below 100 K?',
      'Which samples were measured more than once?',
      'What was measured in 2026?',
    ],
    examples: [
      {
        question: 'Which samples were measured below 100 K?',
        query: 'select sample, temperature from records where temperature < 100',
        interpretation: 'One row for each record of a cold sample; records without a temperature are left out.',
      },
    ],
  },
} satisfies Convention
