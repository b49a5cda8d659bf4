/** Documentation of a convention for people and agents: its purpose, the questions it answers, worked examples. */
import { z } from 'zod'
import { crossField, textsOf } from './cross-field.ts'
import { readableText } from './text.ts'

const question = readableText('the question', 1_000)
const normalized = (text: string): string => text.trim().toLowerCase().replaceAll(/\s+/g, ' ')
/** Whether there are three different questions. A value that is not text counts as one here, since another check reports it. */
function hasThree(questions: unknown): boolean {
  if (!Array.isArray(questions)) return true
  const texts = textsOf(questions)
  return new Set(texts.map(normalized)).size + questions.length - texts.length >= 3
}

export const docs = z.strictObject(
  {
    purpose: readableText('the purpose', 5_000),
    example_questions: z
      .array(question, { error: 'list example questions' })
      .max(50, { error: 'list at most 50 example questions' })
      .refine(
        hasThree,
        crossField({ error: 'write at least three different questions that these records can answer' }),
      ),
    examples: z
      .array(
        z.strictObject(
          {
            question,
            query: readableText('the query', 20_000),
            interpretation: readableText('the interpretation', 5_000),
          },
          { error: 'write an example: {question, query, interpretation}' },
        ),
        { error: 'list examples' },
      )
      .min(1, { error: 'write at least one example: {question, query, interpretation}' })
      .max(50, { error: 'list at most 50 examples' }),
    when_not_to_use: readableText('when_not_to_use', 5_000).nullable().optional(),
    see_also: z
      .array(readableText('the reference', 500), { error: 'list the references' })
      .max(50, { error: 'list at most 50 references' })
      .nullable()
      .optional(),
  },
  { error: 'write docs: {purpose, example_questions, examples}' },
)
