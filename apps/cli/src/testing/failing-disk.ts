/**
 * Folders that even root cannot write to: a full disk of 64 kB, and a read-only one. They are mounted in a mount namespace, which ends with
 * the process. If the system allows no namespaces, a limit on the size of files replaces the full disk.
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
    // This system has no such namespaces, or does not allow mounting in one.
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
 * Returns a command line that runs `argv` with such a disk at the folder `$D`, after copying `$SEED` there as credentials.json. A disk that
 * is "filling up" is filled when the file `$GO` appears; the file `$GO.done` then shows that it is full.
 */
export function withDiskTrouble(trouble: DiskTrouble, argv: readonly string[]): [string, string[]] {
  const namespace = namespaces.find(canMountIn)
  const script = `${(namespace ? withMount : withoutMount)[trouble]}\ntrap '' XFSZ\nexec "$@"`
  const [command = '', ...rest] = [...(namespace ?? []), 'sh', '-c', script, 'sh', ...argv]
  return [command, rest]
}
