/**
 * An isolated machine for the steps of deploy.md, as root would follow them. Linux namespaces (util-linux) give it its own /opt/osa with a
 * copy of this checkout, /etc and /run/postgresql. It has no other users and no systemd: `useradd` and `chown` do nothing, `su` and `runuser`
 * run their command as the current user, and `systemctl` records its arguments.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { startLocalPostgres } from './debian-postgres.ts'
import { repository } from './node-process.ts'

const enter = `
set -eu
machine=$1 sockets=$2; shift 2
for each in /opt/*/; do
  [ -d "$each" ] && [ "$each" != /opt/osa/ ] || continue
  mkdir -p "$machine$each"
  mount --rbind "$each" "$machine$each"
done
mount --rbind "$machine/opt" /opt
mount --bind "$machine/etc" /etc
mount --bind "$sockets" /run/postgresql
cd /opt/osa
exec "$@"
`

/** The files of /etc that programs need. */
const ownSettings = [
  'passwd',
  'group',
  'hosts',
  'resolv.conf',
  'nsswitch.conf',
  'ssl/certs',
  'ssl/openssl.cnf',
  'caddy',
]

const standIns = {
  useradd: '',
  chown: '',
  su: 'PGHOST=/run/postgresql PGUSER=$1 exec sh -c "$3"',
  runuser: 'shift 3; exec "$@"',
  systemctl: 'echo "$@" >> /etc/systemctl-was-asked',
}

/**
 * Creates the machine in `folder`. `within` is a command prefix that runs another command on the machine, in /opt/osa; use it with `env`. Files
 * written there are below `folder`.
 */
export function openMachine(folder: string, postgres: Awaited<ReturnType<typeof startLocalPostgres>>) {
  for (const name of ['opt/osa', 'bin', 'etc/systemd/system']) mkdirSync(join(folder, name), { recursive: true })
  for (const name of ownSettings.filter((each) => existsSync(join('/etc', each)))) {
    cpSync(join('/etc', name), join(folder, 'etc', name), { recursive: true, verbatimSymlinks: true })
  }
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: repository,
  })
  const packed = execFileSync('tar', ['--create', '--null', '--files-from=-'], {
    cwd: repository,
    input: files,
    maxBuffer: 2 ** 30,
  })
  execFileSync('tar', ['--extract', '--directory', join(folder, 'opt/osa')], { input: packed })
  for (const [name, text] of Object.entries(standIns)) {
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${text}\n`)
    chmodSync(join(folder, 'bin', name), 0o755)
  }
  const asRoot = process.getuid?.() === 0 ? [] : ['--map-root-user']
  return {
    within: ['unshare', ...asRoot, '--mount', 'sh', '-c', enter, 'sh', folder, postgres.socketFolder],
    env: {
      PATH: `${join(folder, 'bin')}:${dirname(process.execPath)}:${postgres.programs}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
      HOME: process.env.HOME ?? '',
      // the packages are already in the cache since the tests were installed
      npm_config_prefer_offline: 'true',
    },
  }
}
