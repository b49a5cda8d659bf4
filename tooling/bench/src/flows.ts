/** The calls that are measured, as any client would make them. */
import type { Agent } from 'node:http'
import { post } from './load.ts'

const grant = encodeURIComponent('urn:ietf:params:oauth:grant-type:device_code')

/** A machine of its own for each start, so that no limit is measured instead of the work. */
export const someMachine = (() => {
  let n = 0
  return () => `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n++ & 255}`
})()

const succeeded = ({ status, body }: { status: number; body: string }): Record<string, string> => {
  if (status !== 200) throw new Error(`${status} ${body}`)
  return JSON.parse(body)
}

export const start = async (
  origin: string,
  agent: Agent,
  from: string,
): Promise<{ deviceCode: string; userCode: string }> => {
  const headers = { 'x-forwarded-for': from }
  const answer = succeeded(
    await post(origin, agent, { path: '/oauth/device_authorization', body: 'client_id=osa-cli', headers }),
  )
  return { deviceCode: answer.device_code ?? '', userCode: answer.user_code ?? '' }
}

export const poll = (origin: string, agent: Agent, deviceCode: string) =>
  post(origin, agent, { path: '/oauth/token', body: `grant_type=${grant}&client_id=osa-cli&device_code=${deviceCode}` })

export const redeem = async (origin: string, agent: Agent, deviceCode: string): Promise<string> =>
  succeeded(await poll(origin, agent, deviceCode)).refresh_token ?? ''

export const refresh = async (origin: string, agent: Agent, refreshToken: string): Promise<string> => {
  const body = `grant_type=refresh_token&client_id=osa-cli&refresh_token=${refreshToken}`
  return succeeded(await post(origin, agent, { path: '/oauth/token', body })).refresh_token ?? ''
}
