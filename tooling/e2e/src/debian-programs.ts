/** Runs programs as their Debian packages do: under their own user, if the tests run as root. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'

export const isRoot = process.getuid?.() === 0

/** Debian's path, without any settings of the tests. */
export const debianEnvironment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C.UTF-8',
}

export type Program = ReturnType<typeof startProgram>

/** Starts a program as `user` (as the current user unless the tests run as root). It is killed when the test run ends. */
export function startProgram(user: string, command: readonly string[], env: Record<string, string> = {}) {
  const asUser = isRoot ? [`--reuid=${user}`, `--regid=${user}`, '--clear-groups'] : []
  const child = spawn('setpriv', [...asUser, '--pdeathsig=KILL', ...command], {
    cwd: '/',
    env: { ...debianEnvironment, ...env },
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

/** Sends SIGKILL to a process and its children. */
export function killWithChildren(pid: number): void {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
  for (const one of [pid, ...children.map(Number)]) {
    try {
      process.kill(one, 'SIGKILL')
    } catch (error) {
      // a child that serves a connection may have exited already
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}

/** Gives a file or folder to `user`, if the tests run as root. */
export function giveTo(user: string, path: string): void {
  if (isRoot) execFileSync('chown', [`${user}:${user}`, path])
}

/** Creates a folder that only `user` can read. */
export function makeFolderFor(user: string, path: string): void {
  mkdirSync(path, { mode: 0o700 })
  giveTo(user, path)
}

/** Writes a self-signed certificate for an IP address and its key into one file. */
export function makeCertificate(ip: string, pem: string): void {
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=archive', '-days', '2']
  const named = ['-addext', `subjectAltName=IP:${ip}`, '-keyout', pem, '-out', pem]
  execFileSync('openssl', ['req', '-x509', ...made, ...named], { stdio: 'ignore' })
}
