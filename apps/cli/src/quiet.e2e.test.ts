/** `--quiet` prints only results, questions, warnings and errors. */
import { fakeOsaServer } from '@osa/sdk/testing'
import { expect, test } from 'vitest'
import { proteinStructures, writeProject } from './testing/conventions.ts'
import { makeSandbox } from './testing/run-osa.ts'
import { seedCredentials } from './testing/seed.ts'

test.each([[[]], [['--quiet']], [['-q']]])(
  'a successful command without a result prints nothing with --quiet, and something without it: %j',
  async (more) => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await writeProject(sandbox, 'osa.config.json', { manifest_version: 1, conventions: [proteinStructures()] })
    await seedCredentials(sandbox, { [node.url]: node.issue() })
    const end = ['sessions', '--revoke', '00000000']
    for (const command of [['link', node.url], ['login'], ['deploy'], ['unlink'], end, ['logout']]) {
      const { code, stdout, stderr } = await sandbox.call([...command, ...more])
      expect({ command, code, stdout }).toEqual({ command, code: 0, stdout: '' })
      expect({ command, isSilent: stderr === '' }).toEqual({ command, isSilent: more.length > 0 })
    }
  },
)

test('with --quiet results are on stdout as usual and nothing is on stderr, on a terminal too', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  await seedCredentials(sandbox, { [node.url]: node.issue() })
  for (const command of [['whoami'], ['status', '--offline'], ['token']]) {
    const loud = await sandbox.call(command)
    expect(await sandbox.call([...command, '--quiet'])).toEqual({ ...loud, stderr: '' })
  }
  const { stdout, stderr } = await sandbox.call(['sessions', '--quiet'])
  expect({ stderr, isTable: stdout.includes('LAST USED') }).toEqual({ stderr: '', isTable: true })
  const { screen } = await sandbox.runOnTerminal(['whoami', '--quiet'])
  expect(screen).toBe('Josiah Carberry (0000-0002-1825-0097)\r\n')
})

test('with --quiet errors are printed in full, with their hints, and so are warnings', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const loud = await sandbox.call(['whoami'])
  expect(loud.stderr.split('\n')).toHaveLength(4)
  expect(await sandbox.call(['whoami', '--quiet'])).toEqual(loud)
  await seedCredentials(sandbox, { [node.url]: node.issue() })
  const env = { OSA_TOKEN: 'at_secret' }
  const { code, stderr } = await sandbox.call(['logout', '--quiet'], { env })
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: ' ⚠ OSA_TOKEN is still set in this shell and will still be used\n',
  })
})

test.each([
  ['without a terminal', false],
  ['on a terminal', true],
])('osa login --quiet %s shows only the code and where to approve it', async (_, onTerminal) => {
  await using node = await fakeOsaServer({ approveAtPoll: 1 })
  await using sandbox = await makeSandbox()
  const args = ['login', '--quiet', '--no-browser', '--no-qr', node.url]
  if (!onTerminal) {
    const { code, stdout, stderr } = await sandbox.call(args)
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(stderr).toMatch(/^ {3}Ask the person to open http\S+ and check the code BCDF-GHJK\n$/)
    return
  }
  const { code, screen } = await sandbox.runOnTerminal(args)
  expect(code).toBe(0)
  expect(screen).toContain('BCDF-GHJK')
  expect(screen).toContain(`${node.url}/device`)
  expect(screen).not.toMatch(/Signing in|Credentials|Waiting|Logged in|Linked|Next/)
})

test('with --quiet a question is printed with its context', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  await sandbox.call(['link', 'https://archive.example', '--no-verify'])
  const answers = { '[y/N]': 'n\r' }
  const { screen } = await sandbox.runOnTerminal(['link', node.url, '--quiet'], { answers })
  expect(screen).toContain(
    `   ${sandbox.project} is linked to https://archive.example\r\n   Link it to ${node.url} instead? [y/N]`,
  )
})
