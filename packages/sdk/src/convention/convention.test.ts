import type { ConventionInput, ConventionSource } from '@osa/contract'
import { expect, expectTypeOf, test } from 'vitest'
import type { Convention } from './convention.ts'
import { defineConvention } from './define.ts'

test('the types for authors match the schema of the contract', () => {
  expectTypeOf<Convention>().toExtend<ConventionInput>()
  expectTypeOf<ConventionInput>().toExtend<Convention>()
  expectTypeOf<ConventionSource>().toExtend<Convention>()
  // assignability alone would miss an optional key that exists in only one of them
  expectTypeOf<keyof Convention>().toEqualTypeOf<keyof ConventionInput>()
  expectTypeOf<keyof Convention['hooks'][number]>().toEqualTypeOf<keyof ConventionInput['hooks'][number]>()
  expectTypeOf<keyof NonNullable<Convention['ingester']>>().toEqualTypeOf<
    keyof NonNullable<ConventionInput['ingester']>
  >()
  expectTypeOf<Convention['schema']>().toEqualTypeOf<ConventionInput['schema']>()
  expectTypeOf<Convention['file_requirements']>().toEqualTypeOf<ConventionInput['file_requirements']>()
  expectTypeOf<Convention['docs']>().toEqualTypeOf<ConventionInput['docs']>()
  expectTypeOf<Convention['hooks'][number]['feature']>().toEqualTypeOf<ConventionInput['hooks'][number]['feature']>()
  expectTypeOf<Convention['hooks'][number]['build']>().toEqualTypeOf<ConventionInput['hooks'][number]['build']>()
  expectTypeOf<Convention['hooks'][number]['release']>().toEqualTypeOf<ConventionInput['hooks'][number]['release']>()
  expectTypeOf<Convention['hooks'][number]['limits']>().toEqualTypeOf<ConventionInput['hooks'][number]['limits']>()
})

test('defineConvention returns its argument', () => {
  const convention = { title: 'Protein Structures' } as unknown as Convention
  expect(defineConvention(convention)).toBe(convention)
})
