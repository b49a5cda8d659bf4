/**
 * Stand-ins for `docker` and `podman`: programs with these names that record how they were called and print what the real ones print
 * (observed with Docker 28.2 and 20.10, podman 4.3). The tests in tooling/e2e use a real podman if one is installed.
 */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

export interface ToolCall {
  readonly tool: string
  readonly argv: readonly string[]
  /** The names of the environment variables. */
  readonly env: readonly string[]
  /** The files in the context of a build. */
  readonly files?: readonly string[]
  /** Whether the context is a folder, not a symbolic link to one. */
  readonly isFolder?: boolean
}

export interface Behaviour {
  /** Docker's daemon does not answer. */
  isDockerDown?: boolean
  /** A build prints this and fails. */
  buildFails?: string
  /** These verbs print nothing and fail, are killed by a signal, or (`idle`) succeed without doing anything. */
  silently?: Readonly<Record<string, 'fails' | 'killed' | 'idle'>>
  /** A build prints `building` and does not end. */
  buildHangs?: boolean
  /** The repositories in the registry. */
  pushed?: readonly string[]
}

export interface StandInTool {
  /** PATH with the stand-ins before everything else. */
  readonly path: string
  calls(): Promise<ToolCall[]>
  behave(behaviour: Behaviour): Promise<void>
}

const program = (folder: string, tool: string): string => `#!${process.execPath}
const fs = require('node:fs')
const path = require('node:path')
const crypto = require('node:crypto')
const tool = ${JSON.stringify(tool)}
const behaviour = JSON.parse(fs.readFileSync(${JSON.stringify(join(folder, 'behaviour.json'))}, 'utf8'))
const argv = process.argv.slice(2)
const valueOf = (flag) => argv[argv.indexOf(flag) + 1]
const sha = (text) => crypto.createHash('sha256').update(text).digest('hex')
const call = { tool, argv, env: Object.keys(process.env) }
if (argv[0] === 'build') {
  const context = argv.at(-1)
  call.isFolder = fs.lstatSync(context).isDirectory()
  call.files = fs.readdirSync(context, { recursive: true }).map(String).sort()
}
fs.appendFileSync(${JSON.stringify(join(folder, 'calls.jsonl'))}, JSON.stringify(call) + '\\n')
const fail = (code, text) => {
  process.stderr.write(text + '\\n')
  process.exit(code)
}
const silence = (behaviour.silently || {})[argv[0]]
if (silence === 'fails') process.exit(125)
if (silence === 'idle') process.exit(0)
if (silence === 'killed') process.kill(process.pid, 'SIGKILL')
const repository = (reference) => reference.replace(/:[^:/]*$/, '')
const digest = (reference) => 'sha256:' + sha('digest of ' + repository(reference))
const commands = {
  '--version': () => console.log(tool === 'docker' ? 'Docker version 28.2.2, build e6534b4' : 'podman version 4.3.1'),
  version: () => {
    if (tool === 'docker' && behaviour.isDockerDown) fail(1, 'Cannot connect to the Docker daemon')
  },
  build: () => {
    console.log('building')
    if (behaviour.buildFails) fail(1, behaviour.buildFails)
    if (behaviour.buildHangs) return void setInterval(() => {}, 1000)
    const context = argv.at(-1)
    const dockerfile = fs.readFileSync(valueOf('--file'), 'utf8')
    fs.writeFileSync(valueOf('--iidfile'), 'sha256:' + sha(dockerfile + call.files.join()))
    console.log('Successfully built')
  },
  tag: () => {},
  push: () => {
    const reference = argv.at(-1)
    if (tool === 'podman') {
      if (argv.includes('--digestfile')) fs.writeFileSync(valueOf('--digestfile'), digest(reference))
      return process.stderr.write('Writing manifest to image destination\\n')
    }
    console.log('The push refers to repository [' + repository(reference) + ']')
    console.log(reference.split(':').at(-1) + ': digest: ' + digest(reference) + ' size: 528')
  },
  pull: () => {
    const reference = argv.at(-1)
    if (!(behaviour.pushed || []).includes(repository(reference))) {
      fail(1, 'Error response from daemon: manifest for ' + reference + ' not found: manifest unknown: manifest unknown')
    }
    console.log('latest: Pulling from it\\nDigest: ' + digest(reference))
  },
  image: () => {
    const reference = argv.at(-1)
    const format = valueOf('--format')
    if (format === '{{.Id}}') console.log('sha256:' + sha('id of ' + repository(reference)))
    else console.log(JSON.stringify([repository(reference) + '@' + digest(reference)]))
  },
}
commands[argv[0]]()
`

/** Writes the stand-ins into a folder. */
export async function makeStandInTool(folder: string): Promise<StandInTool> {
  await mkdir(folder, { recursive: true })
  const behave = (behaviour: Behaviour) => writeFile(join(folder, 'behaviour.json'), JSON.stringify(behaviour))
  await behave({})
  await writeFile(join(folder, 'calls.jsonl'), '')
  for (const tool of ['docker', 'podman']) {
    await writeFile(join(folder, tool), program(folder, tool))
    await chmod(join(folder, tool), 0o755)
  }
  return {
    path: `${folder}${delimiter}${process.env.PATH}`,
    behave,
    calls: async () => {
      const lines = (await readFile(join(folder, 'calls.jsonl'), 'utf8')).split('\n').filter(Boolean)
      return lines.map((line) => JSON.parse(line) as ToolCall)
    },
  }
}
