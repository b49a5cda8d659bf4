/** Handles output that cannot be written. Imports nothing, because `--version` loads this file too. */

/** The code of errors about local files. Not from exit-codes.ts, which would load the SDK. */
const cannotWriteExitCode = 9

/**
 * Ends the run quietly when the reader of stdout closes the pipe (`osa whoami | head`). Ignores the same on stderr, so that the command
 * finishes its work. Any other error on stdout, such as a full disk, ends the run with a message.
 */
export function guardStreams(streams: { stdout: NodeJS.WriteStream; stderr: NodeJS.WriteStream }): void {
  streams.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    streams.stderr.write(` ✗ Can't write to standard output (${error.code})\n → Check where the output goes\n`)
    process.exit(cannotWriteExitCode)
  })
  streams.stderr.on('error', () => undefined)
}
