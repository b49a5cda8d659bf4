/**
 * Runs a process like a container engine: with a read-only root that contains the image's folder, `/tmp` (and `/data`) in memory, and the image's
 * user without privileges. Uses Linux namespaces through util-linux. Without root, it maps users in a user namespace.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Image } from './image.ts'
import { collectedOutput } from './spawn-node.ts'

const script = `
set -eu
root=$1 app=$2 node=$3 writable=$4 owner=$5; shift 5
mount -t tmpfs -o mode=0755 tmpfs "$root"
for name in usr etc opt proc dev app tmp data; do mkdir "$root/$name"; done
for name in bin sbin lib lib64; do
  if [ -L "/$name" ]; then cp -P "/$name" "$root/$name"; elif [ -d "/$name" ]; then mkdir "$root/$name"; mount --rbind "/$name" "$root/$name"; fi
done
for name in usr etc proc dev; do mount --rbind "/$name" "$root/$name"; done
mount --bind "$app" "$root/app"
mount --bind "$node" "$root/opt"
for name in usr etc app opt; do mount -o remount,bind,ro "$root/$name"; done
for name in $writable; do mount -t tmpfs -o mode=1777 tmpfs "$root/$name"; done
mount -o remount,bind,ro "$root"
case $owner in
  0) drop="setpriv --reuid=$OWNER_UID --regid=$OWNER_GID --clear-groups --inh-caps=-all --bounding-set=-all" ;;
  *) drop="unshare --user --map-user=$OWNER_UID --map-group=$OWNER_GID setpriv" ;;
esac
unset OWNER_UID OWNER_GID
cd "$root"
pivot_root . .
umount -l .
cd /app
exec $drop --no-new-privs "$@"
`

export interface Contained extends AsyncDisposable {
  readonly child: ChildProcess
  /** Resolves to the exit code or signal, after the output has ended. */
  readonly ended: Promise<number | NodeJS.Signals>
  readonly stdout: string
  readonly stderr: string
}

/** Starts `command` in the container; `writable` are the writable folders of its root. */
export function runContained(
  image: Image,
  options: { command: readonly string[]; env?: Record<string, string>; writable: readonly ('tmp' | 'data')[] },
): Contained {
  const root = mkdtempSync(join(tmpdir(), 'osa-root-'))
  const owner = process.getuid?.() ?? -1
  const asRoot = owner === 0 ? [] : ['--map-root-user']
  const parts = [root, image.app, dirname(process.execPath), options.writable.join(' '), String(owner)]
  const child = spawn('unshare', [...asRoot, '--mount', 'sh', '-c', script, 'sh', ...parts, ...options.command], {
    env: {
      ...image.env,
      ...options.env,
      PATH: '/opt:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      OWNER_UID: String(image.user.uid),
      OWNER_GID: String(image.user.gid),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = collectedOutput(child)
  const ended = once(child, 'close').then(
    ([code, signal]) => code ?? signal,
    (cause) => {
      throw new Error('This test needs Linux with `unshare` (util-linux).', { cause })
    },
  )
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  return Object.assign(output, {
    child,
    ended,
    async [Symbol.asyncDispose]() {
      kill()
      await ended
      process.off('exit', kill)
      rmSync(root, { recursive: true })
    },
  })
}
