/** `osa doctor`: checks everything that can keep commands from working on this computer. Prints one line for each check, and what to do. */
import { canonicalServerOrNull } from '@osa/sdk/internal'
import type { CommandContext, RunCommand } from '../command.ts'
import { archiveFinding, askArchive, certificatesFinding, clockFinding, proxyFinding } from '../doctor/archive.ts'
import { type Check, checks, type Finding, oddity, ok, problem, type State, skipped } from '../doctor/finding.ts'
import { folderFindings, loginFinding } from '../doctor/login.ts'
import { keychainFinding, loginsFindings } from '../doctor/storage.ts'
import type { Mark } from '../marks.ts'
import type { ResolvedServer } from '../server-resolution.ts'
import { environmentProblems } from '../status/problems.ts'
import { lookAtLink, lookForServer } from '../status/surroundings.ts'
import { version } from '../version.ts'
import { wrapped } from '../wrap.ts'

const versionsFinding = (): Finding =>
  ok('versions', `osa ${version} on Node ${process.versions.node} (${process.platform} ${process.arch})`)

/** The checks that need an answer of the archive. */
async function* networkFindings(context: CommandContext, server: ResolvedServer): AsyncGenerator<Finding> {
  const answer = await askArchive(context, server)
  yield archiveFinding(server, answer)
  yield proxyFinding(context, server, answer.error)
  yield await certificatesFinding(context, server, answer.error)
  yield clockFinding(context, server)
}

const networkChecks: readonly Check[] = ['proxy', 'certificates', 'clock']

async function* examine(context: CommandContext): AsyncGenerator<Finding> {
  yield versionsFinding()
  const logins = await loginsFindings(context)
  const looked = await lookAtLink(context)
  yield* folderFindings(context, looked)
  const { value: server, error } = await lookForServer(context)
  let isReached = false
  if (server) {
    for await (const finding of networkFindings(context, server)) {
      if (finding.check === 'archive') isReached = finding.state !== 'problem'
      yield finding
    }
  } else {
    // A broken link was reported by the check of the folder.
    yield looked.error ? skipped('archive', "the folder's link names no archive") : problem('archive', error)
    for (const check of networkChecks) yield skipped(check, 'there is no archive to ask')
  }
  yield await keychainFinding(context)
  yield* logins
  yield server ? await loginFinding(context, server, isReached) : skipped('login', 'there is no archive to ask')
  const linked = looked.link?.state === 'ok' ? canonicalServerOrNull(looked.link.url) : null
  for (const odd of environmentProblems(context, linked)) yield oddity('environment', odd)
}

const marks: Readonly<Record<State, Mark | null>> = { ok: 'ok', warning: 'warning', problem: 'fail', skipped: null }
const labelWidth = Math.max(...checks.map((check) => check.length)) + 2
/** If the texts beside the labels would be narrower than this, they go below them. */
const narrowestText = 40
const rowMargin = 3

function print({ io: { result } }: CommandContext, { check, state, found, todo }: Finding): void {
  const room = result.columns - rowMargin
  const isWide = room - labelWidth >= narrowestText
  const indent = isWide ? labelWidth : 2
  const [first = '', ...others] = wrapped(found, room - indent)
  if (isWide) result.row(marks[state], `${check.padEnd(labelWidth)}${first}`)
  else result.row(marks[state], check)
  for (const line of isWide ? others : [first, ...others]) {
    // An indented path that is wider than the terminal would be wrapped once more.
    result.row(null, line.length > room - indent ? line : `${' '.repeat(indent)}${line}`)
  }
  const [what, ...more] = todo ? wrapped(todo, room) : []
  if (what) result.row('hint', what)
  for (const line of more) result.row(null, line)
}

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`

function summary(findings: readonly Finding[]): string {
  const count = (state: State): number => findings.filter((one) => one.state === state).length
  const [problems, warnings] = [count('problem'), count('warning')]
  if (problems + warnings === 0) return 'Nothing to do.'
  return `${counted(problems, 'problem')}, ${counted(warnings, 'warning')}.`
}

export const doctor: RunCommand = async (context) => {
  const { io } = context
  const findings: Finding[] = []
  const spinner = io.isLive ? io.spin(() => 'Checking …') : null
  try {
    for await (const finding of examine(context)) {
      findings.push(finding)
      print(context, finding)
    }
  } finally {
    spinner?.stop()
  }
  io.result.blank()
  io.result.row(null, summary(findings))
  const broken = findings.find(({ state }) => state === 'problem')
  if (io.isJson) io.json({ v: 1, ok: true, healthy: !broken, checks: findings })
  if (broken?.code) context.endAs(broken.code)
}
