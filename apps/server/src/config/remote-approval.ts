/** `OSA_REMOTE_APPROVAL`: what it takes to approve a terminal from a browser without the same-computer proof. */
import type { RemoteApproval } from '@osa/core'
import { type Cidr, isWithin, parseCidr } from '../requester.ts'

export type RemoteApprovalSetting = RemoteApproval | { readonly networks: readonly Cidr[] }

const networksPrefix = 'networks:'

/** Parses `allow`, `typed`, `never` or `networks:<cidr,…>`. Returns null for anything else. */
export function parseRemoteApproval(text: string): RemoteApprovalSetting | null {
  if (text === 'allow' || text === 'typed' || text === 'never') return text
  if (!text.startsWith(networksPrefix)) return null
  const networks = text
    .slice(networksPrefix.length)
    .split(',')
    .map((entry) => parseCidr(entry.trim()))
    .filter((network) => network !== null)
  return networks.length === text.split(',').length ? { networks } : null
}

/** Converts the setting to core's policy. Terminals in the listed networks need their code typed; all others cannot be approved. */
export function remoteApprovalPolicy(setting: RemoteApprovalSetting): (terminalIp: string) => RemoteApproval {
  if (typeof setting === 'string') return () => setting
  const isListed = isWithin(setting.networks)
  return (terminalIp) => (isListed(terminalIp) ? 'typed' : 'never')
}
