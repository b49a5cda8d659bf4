/** The texts for people and for approvals in lines and tables. */
import type { OsaClient } from '@osa/sdk/node'

/** Returns `Josiah Carberry (0000-0002-1825-0097)`, or only the id if the name is not known. */
export function personLabel(user: { display_name: string | null; external_id: string } | null): string {
  if (!user) return 'an account whose name is not stored'
  return user.display_name ? `${user.display_name} (${user.external_id})` : user.external_id
}

/** How a session was approved; null from older archives, which do not say. */
export type SessionApproval = NonNullable<
  Awaited<ReturnType<OsaClient['session']['list']['query']>>[number]['approval']
> | null

const approvals = { same_computer: 'same computer', typed: 'code typed', prefilled: 'by a link' } as const

/** The text for the column APPROVED. */
export const approvalLabel = (approval: SessionApproval | undefined): string => (approval ? approvals[approval] : '')
