/** How a caller says that a mutation may be sent a second time. */
import type { OsaError } from '../errors.ts'

type IsHarmless = (error: OsaError) => Promise<boolean> | boolean

const contextKey = 'osa.repeatIf'

/** The context of a mutation that may be sent a second time after a failure for which `isHarmless` answers true. */
export const repeatIf = (isHarmless: IsHarmless): Record<string, unknown> => ({ [contextKey]: isHarmless })

/** Whether the caller of an operation says so. */
export async function isRepeatHarmless(op: { context: Record<string, unknown> }, error: OsaError): Promise<boolean> {
  const isHarmless = op.context[contextKey] as IsHarmless | undefined
  return (await isHarmless?.(error)) ?? false
}
