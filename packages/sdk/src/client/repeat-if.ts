/** How a caller allows a mutation to be sent a second time. */
import type { OsaError } from '../errors.ts'

type IsHarmless = (error: OsaError) => Promise<boolean> | boolean

const contextKey = 'osa.repeatIf'

/** Returns the context for a mutation that may be sent a second time after a failure for which `isHarmless` returns true. */
export const repeatIf = (isHarmless: IsHarmless): Record<string, unknown> => ({ [contextKey]: isHarmless })

/** Whether the caller of an operation allows a repeat after this failure. */
export async function isRepeatHarmless(op: { context: Record<string, unknown> }, error: OsaError): Promise<boolean> {
  const isHarmless = op.context[contextKey] as IsHarmless | undefined
  return (await isHarmless?.(error)) ?? false
}
