/** How a session was approved, in words for a column. */
import type { OsaClient } from '@osa/sdk/node'

/** Null where the archive does not say; older ones do not. */
export type SessionApproval = NonNullable<
  Awaited<ReturnType<OsaClient['session']['list']['query']>>[number]['approval']
> | null

export const approvalWords = (approval: SessionApproval | undefined): string => (approval ? words[approval] : '')

const words = { same_computer: 'same computer', typed: 'code typed', prefilled: 'by a link' } as const
