/** What becomes of a run when nobody can take what it prints. Written without anything else, since `--version` loads it too. */

/** `files on this computer`, in exit-codes.ts, which would bring the SDK along. */
const cannotWriteExitCode = 9

/**
 * A reader that has seen enough (`osa whoami | head`) ends the run quietly. One of the messages alone (`osa login 2>&1 | head`) is no
 * reason to end: what was asked for goes on. Where the data cannot be written, a full disk say, that is told, without a stack trace.
 */
export function guardStreams(streams: { stdout: NodeJS.WriteStream; stderr: NodeJS.WriteStream }): void {
  streams.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    streams.stderr.write(` ✗ Can't write to standard output (${error.code})\n → Check where the output goes\n`)
    process.exit(cannotWriteExitCode)
  })
  streams.stderr.on('error', () => undefined)
}
