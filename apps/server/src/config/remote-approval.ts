/** `OSA_REMOTE_APPROVAL`: what a terminal needs to be approved from a browser that has not proven to be on the same computer. */
import type { RemoteApproval } from '@osa/core'
import { type Cidr, isWithin, parseCidr } from '../requester.ts'

export type RemoteApprovalSetting = RemoteApproval | { readonly networks: readonly Cidr[] }

const networksPrefix = 'networks:'

/** Reads `allow`, `typed`, `never` or `networks:<cidr,…>`; null when it is none of them. */
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

/** The setting as core's policy: in the networks that it lists, a terminal's code has to be typed, and elsewhere no approval counts. */
export function remoteApprovalPolicy(setting: RemoteApprovalSetting): (terminalIp: string) => RemoteApproval {
  if (typeof setting === 'string') return () => setting
  const isListed = isWithin(setting.networks)
  return (terminalIp) => (isListed(terminalIp) ? 'typed' : 'never')
}
