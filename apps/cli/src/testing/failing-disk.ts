/**
 * Folders that cannot be written to, as root finds them too: a disk of 64 kB that is full, and one that is read-only. Made in a mount
 * namespace that ends with the process. Where the system grants none, a limit on the size of files stands in for the disk's.
 */
import { execFileSync } from 'node:child_process'

const namespaces = [
  ['unshare', '--user', '--map-root-user', '--mount'],
  ['unshare', '--mount'],
]

function canMountIn([command = '', ...args]: readonly string[]): boolean {
  try {
    execFileSync(command, [...args, 'sh', '-c', 'mount -t tmpfs tmpfs /mnt'], { stdio: 'ignore' })
    return true
  } catch {
    // No such namespaces here, or no right to mount in one.
    return false
  }
}

export type DiskTrouble = 'full' | 'filling up' | 'read-only'

const withMount: Record<DiskTrouble, string> = {
  full: 'mount -t tmpfs -o size=64k,mode=700 tmpfs "$D"; cp "$SEED" "$D/credentials.json"; chmod 600 "$D/credentials.json"; head -c 80k /dev/zero >"$D/fill" 2>/dev/null',
  'filling up':
    'mount -t tmpfs -o size=64k,mode=700 tmpfs "$D"; (while [ ! -e "$GO" ]; do sleep 0.1; done; head -c 80k /dev/zero >"$D/fill" 2>/dev/null; touch "$GO.done") &',
  'read-only':
    'mount -t tmpfs -o mode=700 tmpfs "$D"; cp "$SEED" "$D/credentials.json"; chmod 600 "$D/credentials.json"; mount -o remount,ro "$D"',
}
const withoutMount: Record<DiskTrouble, string> = {
  full: 'cp "$SEED" "$D/credentials.json"; chmod 600 "$D/credentials.json"; ulimit -f 8',
  'filling up': '(while [ ! -e "$GO" ]; do sleep 0.1; done; chmod 500 "$D"; rm -rf "$D"; : >"$D"; touch "$GO.done") &',
  'read-only': 'cp "$SEED" "$D/credentials.json"; chmod 600 "$D/credentials.json"; chmod 500 "$D"; ulimit -f 0',
}

/**
 * A command line that runs `argv` with such a disk at the folder `$D`. `$SEED` is copied there as credentials.json first; a disk that is
 * "filling up" is full once the file `$GO` exists, and `$GO.done` then says so.
 */
export function withDiskTrouble(trouble: DiskTrouble, argv: readonly string[]): [string, string[]] {
  const namespace = namespaces.find(canMountIn)
  const script = `${(namespace ? withMount : withoutMount)[trouble]}\ntrap '' XFSZ\nexec "$@"`
  const [command = '', ...rest] = [...(namespace ?? []), 'sh', '-c', script, 'sh', ...argv]
  return [command, rest]
}
