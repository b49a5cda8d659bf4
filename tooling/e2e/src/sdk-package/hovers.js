// Prints what an editor shows for each procedure of the packed SDK, as a line of JSON: its explanation and the name of its return type.
import { join } from 'node:path'
import ts from 'typescript59'

const file = join(process.cwd(), 'hovers.ts')
const settings = {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  strict: true,
  types: ['node'],
}
let program = `import { createOsaClient } from '@osa/sdk'\nconst osa = createOsaClient()\n`
let version = 0
const host = {
  getCompilationSettings: () => settings,
  getScriptFileNames: () => [file],
  getScriptVersion: (name) => (name === file ? String(version) : '0'),
  getScriptSnapshot: (name) => ts.ScriptSnapshot.fromString(name === file ? program : ts.sys.readFile(name)),
  getCurrentDirectory: () => process.cwd(),
  getDefaultLibFileName: ts.getDefaultLibFilePath,
  fileExists: (name) => name === file || ts.sys.fileExists(name),
  readFile: ts.sys.readFile,
  directoryExists: ts.sys.directoryExists,
  getDirectories: ts.sys.getDirectories,
}
const editor = ts.createLanguageService(host)

/** Returns the completions after a path such as `osa.me`. */
const after = (path) => {
  const kept = program
  program += `${path}.`
  version++
  const { entries } = editor.getCompletionsAtPosition(file, program.length, {})
  program = kept
  return entries.map(({ name }) => name).filter((name) => !name.startsWith('$'))
}
const verbs = ['query', 'mutate', 'subscribe']
const callsBelow = (path) =>
  after(path).flatMap((name) => (verbs.includes(name) ? [[path, name]] : callsBelow(`${path}.${name}`)))

const calls = callsBelow('osa')
program += calls.map(([path, verb], index) => `const answer${index} = await ${path}.${verb}({} as never)\n`).join('')
version++
const shown = (text) => {
  const { displayParts, documentation } = editor.getQuickInfoAtPosition(file, program.indexOf(text) + text.length - 1)
  return { type: ts.displayPartsToString(displayParts), explained: ts.displayPartsToString(documentation) }
}
for (const [index, [path]] of calls.entries()) {
  const procedure = path.slice('osa.'.length)
  const { explained } = shown(`await ${path}`)
  const answer = shown(`const answer${index}`).type.replace(/^const answer\d+: /, '')
  process.stdout.write(`${JSON.stringify({ procedure, explained, answer })}\n`)
}
