/**
 * The three machines of apps/docs/operating/high-availability.md on this one: etcd, PostgreSQL under Patroni, and HAProxy as Debian packages
 * them, on the files that people copy. Replaced in these are addresses and folders, and how often Patroni looks after things: each machine is
 * an address of 127.0.0.0/8.
 */
import { execFile, execFileSync, spawn } from 'node:child_process'
import { randomBytes, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { repository } from './node-process.ts'
import { temporaryFolder } from './temporary-folder.ts'

const files = join(repository, 'apps/server/deploy/high-availability')
const watchdog = fileURLToPath(import.meta.resolve('@osa/db/testing/postgres-watchdog'))
const isRoot = process.getuid?.() === 0
const run = promisify(execFile)

/** A file as it is shipped, with each text replaced wherever it stands; it has to stand somewhere. */
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

/** Debian has what these programs need on this path, and the tests' own settings are none of theirs. */
const environment = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' }

/** Runs as the user that its package makes, where this is root; ends with the test run in any case. */
function start(user: string, command: readonly string[], env: Record<string, string> = {}) {
  const asUser = isRoot ? [`--reuid=${user}`, `--regid=${user}`, '--clear-groups'] : []
  const child = spawn('setpriv', [...asUser, '--pdeathsig=KILL', ...command], {
    cwd: '/',
    env: { ...environment, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit')
  let isOver = false
  child.once('exit', () => {
    isOver = true
  })
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => lines.push(String(text)))
  return {
    isOver: () => isOver,
    output: () => lines.join(''),
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}
type Program = ReturnType<typeof start>

/** SIGKILL to a process and to those it has started. */
function killWithChildren(pid: number): void {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
  for (const one of [pid, ...children.map(Number)]) {
    try {
      process.kill(one, 'SIGKILL')
    } catch (error) {
      // a connection's process may have ended by itself
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}

/** Starts all of it; there is a primary with an empty database `osa` then, and soon a standby. The nodes are the caller's to start. */
export async function startThreeMachines() {
  const [initdb] = globSync('/usr/lib/postgresql/*/bin/initdb').toSorted((a, b) =>
    b.localeCompare(a, 'en', { numeric: true }),
  )
  if (initdb === undefined) throw new Error('PostgreSQL as Debian packages it is needed: apt-get install postgresql')
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await temporaryFolder()).path
  chmodSync(folder, 0o755)
  const network = `127.${randomInt(1, 255)}.${randomInt(1, 255)}.`
  const address = (machine: number): string => `${network}1${machine}`
  const [front, databasePort, httpsPort] = [`${network}10`, '5000', '8443']
  const password = randomBytes(24).toString('hex')
  const folderOf = (user: string, name: string): string => {
    const path = join(folder, name)
    mkdirSync(path, { mode: 0o700 })
    if (isRoot) execFileSync('chown', [`${user}:${user}`, path])
    return path
  }
  const ofMachine = (machine: number) =>
    [
      ['10.0.0.11:', `${address(machine)}:`],
      ['=osa1\n', `=osa${machine}\n`],
    ] as const

  const programs = new Map<string, Program>()
  const startProgram = (name: string, ...what: Parameters<typeof start>): void => {
    programs.set(name, start(...what))
    stack.defer(() => programs.get(name)?.kill())
  }
  for (const machine of [1, 2, 3]) {
    const name = `etcd${machine}`
    // the list of all three is the one line that is the same everywhere
    const all = /^ETCD_INITIAL_CLUSTER=.*$/m.exec(shipped('etcd.env', []))?.[0] ?? ''
    const own = settingsIn(shipped('etcd.env', ofMachine(machine)))
    const cluster = settingsIn(all.replaceAll('10.0.0.', network))
    startProgram(name, 'etcd', ['etcd'], { ...own, ...cluster, ETCD_DATA_DIR: folderOf('etcd', name) })
  }
  const data = (machine: number): string => join(folder, `postgres${machine}/data`)
  const patroniOf = (machine: number): { settings: string; env: Record<string, string> } => {
    const home = join(folder, `postgres${machine}`)
    const settings = join(folder, `patroni${machine}.yml`)
    const text = shipped('patroni.yml', [
      ['10.0.0.', network],
      // a pair forms sooner; a lost primary is replaced after `ttl` all the same
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
    // who ends the whole group of a test run does not end what sees to PostgreSQL's end
    const guard = spawn(process.execPath, [watchdog, data(machine)], {
      stdio: ['pipe', 'ignore', 'inherit'],
      detached: true,
    })
    stack.defer(async () => {
      guard.stdin.end()
      await once(guard, 'exit')
    })
    const { settings, env } = patroniOf(machine)
    startProgram(`patroni${machine}`, 'postgres', ['patroni', settings], env)
  }
  const pem = join(folder, 'osa.pem')
  makeCertificate(front, pem)
  const haproxy = join(folder, 'haproxy.cfg')
  const proxySettings = shipped('haproxy.cfg', [
    ['10.0.0.', network],
    ['bind :443 ', `bind ${front}:${httpsPort} `],
    ['127.0.0.1:5000', `${front}:${databasePort}`],
    ['/etc/haproxy/osa.pem', pem],
    // whoever is not root is the only user there can be
    ...(isRoot ? [] : ([[/^\t(?:user|group) haproxy$/gm, '']] as const)),
  ])
  writeFileSync(haproxy, proxySettings)
  if (isRoot) execFileSync('chown', ['haproxy:haproxy', pem])
  startProgram('haproxy', 'haproxy', ['haproxy', '-f', haproxy])

  /** The machine that Patroni of `asked` takes for the one with this role; null while there is none. */
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
        // not up yet, or not any more
      }
    }
    return null
  }
  const until = async <T>(what: () => Promise<T | null | false>): Promise<T> => {
    for (;;) {
      for (const [name, program] of programs)
        if (program.isOver()) throw new Error(`${name} has ended:\n${program.output()}`)
      const found = await what()
      if (found !== null && found !== false) return found
      await delay(50)
    }
  }
  /** What PostgreSQL answers a superuser, at a machine or at what HAProxy takes for the primary. */
  const sql = async (
    text: string,
    { machine, database = 'postgres' }: { machine?: number; database?: string } = {},
  ): Promise<string> => {
    const [host, port] = machine === undefined ? [front, databasePort] : [address(machine), '5432']
    const options = ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-h', host, '-p', port, '-U', 'postgres', '-d', database]
    const psql = run(join(dirname(initdb), 'psql'), options, { env: { ...environment, PGPASSWORD: password } })
    // one that finds no server is gone before it has read this, and its end says so
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
    /** As the page says, without its questions. Resolves when the other machine is the primary. */
    async switchover(): Promise<void> {
      const { primary } = await settled()
      const { settings, env } = patroniOf(primary)
      await run('patronictl', ['-c', settings, 'switchover', '--force'], { env: { ...environment, ...env } })
      await until(async () => (await machineWith('leader', [3 - primary])) === 3 - primary)
    },
    /** Makes the etcd of this machine the one that leads: the worst to lose, since the next one to lead prolongs all leases. */
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
    /** SIGKILL to its etcd, Patroni and PostgreSQL. */
    async lose(machine: number): Promise<void> {
      const postmaster = Number.parseInt(readFileSync(join(data(machine), 'postmaster.pid'), 'utf8'), 10)
      for (const name of [`patroni${machine}`, `etcd${machine}`]) {
        const program = programs.get(name)
        programs.delete(name)
        await program?.kill()
      }
      killWithChildren(postmaster)
    },
    /** Resolves when this machine is the primary, as it sees it. */
    promoted: (machine: number) => until(async () => (await machineWith('leader', [machine])) === machine),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** For one address, signed by nobody else; the key and the certificate in one file. */
function makeCertificate(ip: string, pem: string): void {
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=archive', '-days', '2']
  const named = ['-addext', `subjectAltName=IP:${ip}`, '-keyout', pem, '-out', pem]
  execFileSync('openssl', ['req', '-x509', ...made, ...named], { stdio: 'ignore' })
}
