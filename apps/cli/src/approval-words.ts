/** The words for the column APPROVED. */
import type { OsaClient } from '@osa/sdk/node'

/** How a session was approved; null from older archives, which do not say. */
export type SessionApproval = NonNullable<
  Awaited<ReturnType<OsaClient['session']['list']['query']>>[number]['approval']
> | null

export const approvalWords = (approval: SessionApproval | undefined): string => (approval ? words[approval] : '')

const words = { same_computer: 'same computer', typed: 'code typed', prefilled: 'by a link' } as const
