/**
 * Runs a program so that it seems to be outside a container. Tests often run in a container, where `osa` expects no keychain. A mount
 * namespace shows the program the same files without Docker's `/.dockerenv`.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const script = `
root=/media
mount -t tmpfs tmpfs "$root" || exit 1
for path in /*; do
  if [ "$path" = "$root" ]; then continue
  elif [ -L "$path" ]; then cp -P "$path" "$root$path"
  elif [ -d "$path" ]; then mkdir "$root$path" && mount --rbind "$path" "$root$path"
  fi
done
exec chroot "$root" sh -c 'cd "$0" && exec "$@"' "$PWD" "$@"
`
const wrapped = (argv: readonly string[]): [string, string[]] => [
  'unshare',
  ['--user', '--map-root-user', '--mount', 'sh', '-c', script, 'sh', ...argv],
]

function works(): boolean {
  try {
    const [command, args] = wrapped(['sh', '-c', '[ ! -e /.dockerenv ]'])
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch {
    // This system has no such namespaces.
    return false
  }
}

export interface Outside {
  within(argv: readonly string[]): [command: string, args: string[]]
  /** False if the container cannot be hidden from programs. */
  readonly isOutside: boolean
}

/** Finds out how to run a program outside the container. */
export function findOutside(): Outside {
  const asIs = ([command = '', ...args]: readonly string[]): [string, string[]] => [command, args]
  if (existsSync('/run/.containerenv')) return { within: asIs, isOutside: false }
  if (!existsSync('/.dockerenv')) return { within: asIs, isOutside: true }
  return works() ? { within: wrapped, isOutside: true } : { within: asIs, isOutside: false }
}
