/** The files in ../deploy/high-availability are consistent, and have the settings that high-availability.md relies on. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { readSettings } from './config/settings.ts'

const folder = fileURLToPath(new URL('../deploy/high-availability', import.meta.url))
const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
const readEnv = (name: string): Record<string, string> =>
  Object.fromEntries([...read(name).matchAll(/^(\w+)=(.*)$/gm)].map(([, key = '', value = '']) => [key, value]))
/** The connection pool of a process, and its connection for LISTEN. */
const connectionsPerProcess = 21
const portOf = (address = ''): string => address.split(':').at(-1) ?? ''

const patroni = parse(read('patroni.yml'))
const haproxy = read('haproxy.cfg')
function servers(section: string): string[] {
  const [, text = ''] = new RegExp(`^\\w+ ${section}\\n(.*?)(?=^\\S|$(?![\\s\\S]))`, 'ms').exec(haproxy) ?? []
  return [...text.matchAll(/^\tserver \w+ (.*)$/gm)].map(([, server = '']) => server)
}

test('patroni.yml replicates synchronously, and replaces a lost primary within the grace period of a refresh', () => {
  const { synchronous_mode: synchronous, ttl, loop_wait, retry_timeout, postgresql } = patroni.bootstrap.dcs
  expect([synchronous, postgresql.parameters.synchronous_commit]).toEqual([true, 'on'])
  expect(ttl).toBeGreaterThanOrEqual(loop_wait + 2 * retry_timeout)
  expect(ttl).toBeLessThan(readSettings({}).values.OSA_REFRESH_REUSE_GRACE_SECONDS ?? 0)
  expect(postgresql.parameters.max_connections).toBeGreaterThan(servers('ready').length * connectionsPerProcess)
})

test('etcd, Patroni and HAProxy use the same addresses and ports, and the files contain no password', () => {
  const [etcd, member] = [readEnv('etcd.env'), readEnv('patroni.env')]
  const peers = (etcd.ETCD_INITIAL_CLUSTER ?? '').split(',').map((peer) => new URL(peer.split('=')[1] ?? ''))
  const clients = patroni.etcd3.hosts.split(',').map((host: string) => new URL(`http://${host}`))
  expect(clients.map(({ hostname }: URL) => hostname)).toEqual(peers.map(({ hostname }) => hostname))
  expect(new URL(etcd.ETCD_LISTEN_CLIENT_URLS ?? '').host).toBe(clients[0].host)
  expect(new URL(etcd.ETCD_LISTEN_PEER_URLS ?? '').host).toBe(peers[0]?.host)
  expect(servers('primary')[0]).toBe(
    `${member.PATRONI_POSTGRESQL_CONNECT_ADDRESS} check port ${portOf(member.PATRONI_RESTAPI_CONNECT_ADDRESS)}`,
  )
  expect([servers('primary').length, servers('ready')]).toEqual([2, servers('unready')])
  expect(servers('ready').map((server) => server.split(':')[0])).toEqual(peers.map(({ hostname }) => hostname))
  expect(Object.entries(member).filter(([name, value]) => name.endsWith('PASSWORD') && value !== '')).toEqual([])
})
