/** L02: checks that this repository's files, its history and the published packages contain no secrets. */
import { execFileSync } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { publishedFolders, tarballFiles } from './published.ts'
import { type Finding, findSecrets } from './secrets.ts'
import { repository } from './workspaces.ts'

const git = (args: readonly string[], input?: string): Buffer =>
  execFileSync('git', args, { cwd: repository, maxBuffer: 1 << 30, ...(input === undefined ? {} : { input }) })

type Located = Finding & { readonly where: string }
const findIn = (where: string, text: string): Located[] => findSecrets(text).map((finding) => ({ where, ...finding }))

test('L02 the scanner finds each kind of secret, and does not report names, hashes and documentation', () => {
  const letters = (count: number) =>
    randomBytes(count * 2)
      .toString('base64')
      .replace(/[^A-Za-z0-9]/g, '')
      .slice(0, count)
  const jwtPart = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const { privateKey } = generateKeyPairSync('ed25519')
  const secrets = {
    'private key': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    'private JWK': JSON.stringify(privateKey.export({ format: 'jwk' })),
    'signed JWT': `${jwtPart({ alg: 'ES256' })}.${jwtPart({ sub: 'somebody' })}.${randomBytes(64).toString('base64url')}`,
    'GitHub token': `ghp_${letters(36)}`,
    'npm token': `npm_${letters(36)}`,
    'AWS key': `AKIA${letters(16).toUpperCase()}`,
    'Slack token': `xoxb-${letters(30)}`,
    'random value': `OSA_SECRET=${randomBytes(32).toString('base64url')}`,
  }
  for (const [rule, text] of Object.entries(secrets)) {
    expect(
      findSecrets(`before ${text} after`).map((finding) => finding.rule),
      rule,
    ).toContain(rule)
  }
  const passes = `OSA_ORCID_CLIENT_SECRET: 'the-secret-of-this-test', token_endpoint_auth_methods_supported, "integrity":
    "sha512-${randomBytes(64).toString('base64')}", const refreshTokenGrantTypeOfTheNode = deviceCodeGrantType,
    secret: createHash('sha256'), client_secret_sha256: 'of-the-example-in-the-documentation'`
  expect(findSecrets(passes)).toEqual([])
})

test('L02 the work tree contains no secrets, .env files or key stores', () => {
  const files = git(['ls-files', '-z', '--cached', '--others', '--exclude-standard'])
    .toString()
    .split('\0')
    .filter(Boolean)
  expect(files.length).toBeGreaterThan(100)
  expect(files.filter((file) => /(^|\/)(\.env(\..*)?|.*\.(p12|pfx|jks|sqlite))$/.test(file))).toEqual([])
  const present = files.filter((file) => existsSync(join(repository, file)))
  expect(present.flatMap((file) => findIn(file, readFileSync(join(repository, file), 'utf8')))).toEqual([])
})

test('L02 the history contains no secrets in files or commit messages', () => {
  const objects = git(['rev-list', '--objects', '--all']).toString().trim().split('\n')
  const pathOf = new Map(objects.map((line) => [line.slice(0, 40), line.slice(41)]))
  const batch = git(['cat-file', '--batch'], [...pathOf.keys()].join('\n'))
  const found: Located[] = []
  let blobs = 0
  for (let at = 0; at < batch.length; ) {
    const headerEnd = batch.indexOf('\n', at)
    const [id = '', type, size] = batch.toString('latin1', at, headerEnd).split(' ')
    const end = headerEnd + 1 + Number(size)
    if (type === 'blob') blobs += 1
    if (type !== 'tree') found.push(...findIn(`${id} ${pathOf.get(id)}`, batch.toString('utf8', headerEnd + 1, end)))
    at = end + 1
  }
  expect(blobs).toBeGreaterThan(100)
  expect(found).toEqual([])
})

test.each(Object.entries(publishedFolders))('L02 the tarball of %s contains no secrets', (name, folder) => {
  const files = tarballFiles(name as keyof typeof publishedFolders)
  expect(files).toContain('package.json')
  expect(files.flatMap((file) => findIn(file, readFileSync(join(repository, folder, file), 'utf8')))).toEqual([])
})
