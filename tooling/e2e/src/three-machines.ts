/**
 * Runs the three machines of apps/docs/operating/high-availability.md on this one: etcd, PostgreSQL with Patroni, and HAProxy from Debian's
 * packages, with the deploy files. Each machine is an address of 127.0.0.0/8. Only addresses, folders and Patroni's loop interval differ from
 * the files.
 */
import { execFile, spawn } from 'node:child_process'
import { randomBytes, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import {
  debianEnvironment,
  giveTo,
  isRoot,
  killWithChildren,
  makeCertificate,
  makeFolderFor,
  type Program,
  startProgram,
} from './debian-programs.ts'
import { repository } from './node-process.ts'
import { temporaryFolder } from './temporary-folder.ts'

const files = join(repository, 'apps/server/deploy/high-availability')
const watchdog = fileURLToPath(import.meta.resolve('@osa/db/testing/postgres-watchdog'))

const execute = promisify(execFile)

/** Returns a deploy file with replacements. Throws if a text to replace does not occur. */
function shipped(name: string, replacements: readonly (readonly [from: string | RegExp, to: string])[]): string {
  let text = readFileSync(join(files, name), 'utf8')
  for (const [from, to] of replacements) {
    if (text.split(from).length === 1) throw new Error(`${name} has no ${from}`)
    text = text.replaceAll(from, to)
  }
  return text
}

const settingsIn = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, key = '', value = '']) => [key, value]))

/** Starts the machines and waits for a primary with an empty database `osa`; the standby follows soon. The caller starts the nodes. */
export async function startThreeMachines() {
  const [initdb] = globSync('/usr/lib/postgresql/*/bin/initdb').toSorted((a, b) =>
    b.localeCompare(a, 'en', { numeric: true }),
  )
  if (initdb === undefined)
    throw new Error('These tests need the PostgreSQL packages of Debian: apt-get install postgresql')
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await temporaryFolder()).path
  chmodSync(folder, 0o755)
  const network = `127.${randomInt(1, 255)}.${randomInt(1, 255)}.`
  const address = (machine: number): string => `${network}1${machine}`
  const [front, databasePort, httpsPort] = [`${network}10`, '5000', '8443']
  const password = randomBytes(24).toString('hex')
  const folderOf = (user: string, name: string): string => {
    const path = join(folder, name)
    makeFolderFor(user, path)
    return path
  }
  const ofMachine = (machine: number) =>
    [
      ['10.0.0.11:', `${address(machine)}:`],
      ['=osa1\n', `=osa${machine}\n`],
    ] as const

  const programs = new Map<string, Program>()
  const run = (name: string, ...what: Parameters<typeof startProgram>): void => {
    programs.set(name, startProgram(...what))
    stack.defer(() => programs.get(name)?.kill())
  }
  for (const machine of [1, 2, 3]) {
    const name = `etcd${machine}`
    // only the list of all three machines is the same on each
    const all = /^ETCD_INITIAL_CLUSTER=.*$/m.exec(shipped('etcd.env', []))?.[0] ?? ''
    const own = settingsIn(shipped('etcd.env', ofMachine(machine)))
    const cluster = settingsIn(all.replaceAll('10.0.0.', network))
    run(name, 'etcd', ['etcd'], { ...own, ...cluster, ETCD_DATA_DIR: folderOf('etcd', name) })
  }
  const data = (machine: number): string => join(folder, `postgres${machine}/data`)
  const patroniOf = (machine: number): { settings: string; env: Record<string, string> } => {
    const home = join(folder, `postgres${machine}`)
    const settings = join(folder, `patroni${machine}.yml`)
    const text = shipped('patroni.yml', [
      ['10.0.0.', network],
      // the standby joins sooner; a lost primary is still replaced only after `ttl`
      ['loop_wait: 5', 'loop_wait: 1'],
      ['/usr/lib/postgresql/15/bin', dirname(initdb)],
      ['/var/lib/postgresql/15/osa', data(machine)],
      ['/var/lib/postgresql/patroni.pgpass', join(home, 'pgpass')],
      ['/run/postgresql', home],
    ])
    writeFileSync(settings, text)
    return {
      settings,
      env: settingsIn(shipped('patroni.env', [...ofMachine(machine), [/PASSWORD=$/gm, `PASSWORD=${password}`]])),
    }
  }
  for (const machine of [1, 2]) {
    folderOf('postgres', `postgres${machine}`)
    // detached, so that the watchdog survives a kill of the process group and then stops PostgreSQL
    const guard = spawn(process.execPath, [watchdog, data(machine)], {
      stdio: ['pipe', 'ignore', 'inherit'],
      detached: true,
    })
    stack.defer(async () => {
      guard.stdin.end()
      await once(guard, 'exit')
    })
    const { settings, env } = patroniOf(machine)
    run(`patroni${machine}`, 'postgres', ['patroni', settings], env)
  }
  const pem = join(folder, 'osa.pem')
  makeCertificate(front, pem)
  const haproxy = join(folder, 'haproxy.cfg')
  const proxySettings = shipped('haproxy.cfg', [
    ['10.0.0.', network],
    ['bind :443 ', `bind ${front}:${httpsPort} `],
    ['127.0.0.1:5000', `${front}:${databasePort}`],
    ['/etc/haproxy/osa.pem', pem],
    // without root, every program runs as the current user
    ...(isRoot ? [] : ([[/^\t(?:user|group) haproxy$/gm, '']] as const)),
  ])
  writeFileSync(haproxy, proxySettings)
  giveTo('haproxy', pem)
  run('haproxy', 'haproxy', ['haproxy', '-f', haproxy])

  /** Returns the machine with this role, according to Patroni on the machines `asked`; null while there is none. */
  const machineWith = async (
    role: 'leader' | 'sync_standby',
    asked: readonly number[] = [1, 2],
  ): Promise<number | null> => {
    for (const machine of asked) {
      try {
        const answer = await fetch(`http://${address(machine)}:8008/cluster`)
        const { members } = (await answer.json()) as { members: { name: string; role: string; state: string }[] }
        const found = members.find((member) => member.role === role && ['running', 'streaming'].includes(member.state))
        if (found !== undefined) return Number(found.name.at(-1))
      } catch {
        // not yet running, or stopped
      }
    }
    return null
  }
  const until = async <T>(what: () => Promise<T | null | false>): Promise<T> => {
    for (;;) {
      for (const [name, program] of programs)
        if (program.isOver()) throw new Error(`${name} has exited:\n${program.output()}`)
      const found = await what()
      if (found !== null && found !== false) return found
      await delay(50)
    }
  }
  /** Runs SQL as a superuser, on a machine or through HAProxy on the primary. Returns the output. */
  const sql = async (
    text: string,
    { machine, database = 'postgres' }: { machine?: number; database?: string } = {},
  ): Promise<string> => {
    const [host, port] = machine === undefined ? [front, databasePort] : [address(machine), '5432']
    const options = ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-h', host, '-p', port, '-U', 'postgres', '-d', database]
    const env = { ...debianEnvironment, PGPASSWORD: password }
    const psql = execute(join(dirname(initdb), 'psql'), options, { env })
    // psql may exit without reading its input if there is no server; its exit code reports that
    psql.child.stdin?.on('error', () => undefined).end(text)
    return (await psql).stdout.trim()
  }
  const settled = () =>
    until(async () => {
      const [primary, standby] = [await machineWith('leader'), await machineWith('sync_standby')]
      return primary !== null && standby !== null && { primary, standby }
    })
  await until(() =>
    sql('select 1').then(
      () => true,
      () => false,
    ),
  )
  await sql(`create role osa login password '${password}'; create database osa owner osa`)
  const running = stack.move()
  return {
    url: `https://${front}:${httpsPort}`,
    certificate: /-----BEGIN CERTIFICATE-----.*/s.exec(readFileSync(pem, 'utf8'))?.[0] ?? '',
    databaseUrl: `postgres://osa:${password}@${front}:${databasePort}/osa`,
    address,
    sql,
    settled,
    until,
    /** Switches over as documented, without confirmation. Resolves when the other machine is the primary. */
    async switchover(): Promise<void> {
      const { primary } = await settled()
      const { settings, env } = patroniOf(primary)
      await execute('patronictl', ['-c', settings, 'switchover', '--force'], { env: { ...debianEnvironment, ...env } })
      await until(async () => (await machineWith('leader', [3 - primary])) === 3 - primary)
    },
    /** Makes the etcd of this machine the leader. Losing the leader is the worst case, since the next one extends all leases. */
    async leadEtcd(machine: number): Promise<void> {
      const ask = async (at: number, path: string, body = {}) => {
        const answer = await fetch(`http://${address(at)}:2379/v3/maintenance/${path}`, {
          method: 'POST',
          body: JSON.stringify(body),
        })
        if (!answer.ok) throw new Error(`etcd answered ${answer.status}: ${await answer.text()}`)
        return (await answer.json()) as { header: { member_id: string }; leader: string }
      }
      const members = await Promise.all([1, 2, 3].map((at) => ask(at, 'status')))
      const targetID = members[machine - 1]?.header.member_id
      const leading = members.findIndex(({ header, leader }) => header.member_id === leader) + 1
      if (leading !== machine) await ask(leading, 'transfer-leadership', { targetID })
    },
    /** Kills etcd, Patroni and PostgreSQL of a machine with SIGKILL. */
    async lose(machine: number): Promise<void> {
      const postmaster = Number.parseInt(readFileSync(join(data(machine), 'postmaster.pid'), 'utf8'), 10)
      for (const name of [`patroni${machine}`, `etcd${machine}`]) {
        const program = programs.get(name)
        programs.delete(name)
        await program?.kill()
      }
      killWithChildren(postmaster)
    },
    /** Resolves when this machine considers itself the primary. */
    promoted: (machine: number) => until(async () => (await machineWith('leader', [machine])) === machine),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}
