import { expect, test } from 'vitest'
import { elapsedText } from '../time-text.ts'
import { digestAmong, digestInOutput, transportArgs } from './registry.ts'

const [one, other] = [`sha256:${'1'.repeat(64)}`, `sha256:${'2'.repeat(64)}`]

test.each([
  ['one of this repository', [`ghcr.io/group/hook@${one}`], 'ghcr.io/group/hook', null, one],
  [
    'beside another repository',
    [`ghcr.io/x/hook@${other}`, `ghcr.io/group/hook@${one}`],
    'ghcr.io/group/hook',
    null,
    one,
  ],
  ['with a port', [`localhost:5000/hook@${one}`], 'localhost:5000/hook', null, one],
  ['of Docker’s registry, whose name docker omits', [`group/hook@${one}`], 'docker.io/group/hook', null, one],
  ['two, one of them podman’s own', [`r/hook@${other}`, `r/hook@${one}`], 'r/hook', other, one],
  ['two that cannot be told apart', [`r/hook@${other}`, `r/hook@${one}`], 'r/hook', null, null],
  ['none', [], 'r/hook', null, null],
  ['null, from docker for an image that was never pushed', null, 'r/hook', null, null],
  ['an invalid digest', ['r/hook@sha256:12'], 'r/hook', null, null],
])('the digest of a repository: %s', (_, digests, repository, local, digest) => {
  expect(digestAmong(digests, repository, local)).toBe(digest)
})

test('the digest is read from the output of a push or a pull', () => {
  expect(digestInOutput(`The push refers to repository [r/hook]\n5f70: Pushed\nabc: digest: ${one} size: 528\n`)).toBe(
    one,
  )
  expect(digestInOutput(`latest: Pulling from hook\nDigest: ${one}\nStatus: Image is up to date\n`)).toBe(one)
  expect(digestInOutput('178a88bd5842\n')).toBeNull()
})

test.each([
  ['localhost:5000', true],
  ['127.0.0.1:5000/group', true],
  ['localhost', true],
  ['ghcr.io/group', false],
  ['localhost.example.org:5000', false],
  ['registry:5000', false],
])('podman may use plain http only for a registry on this computer: %s', (registry, isLocal) => {
  expect(transportArgs({ command: 'podman', kind: 'podman' }, registry)).toEqual(isLocal ? ['--tls-verify=false'] : [])
  expect(transportArgs({ command: 'docker', kind: 'docker' }, registry), 'docker needs no option').toEqual([])
})

test.each([
  [0, '0.0s'],
  [240, '0.2s'],
  [59_940, '59.9s'],
  [59_960, '1m00s'],
  [131_000, '2m11s'],
  [3_720_000, '1h02m'],
])('%d ms are shown as %s', (ms, text) => {
  expect(elapsedText(ms)).toBe(text)
})
