import { execFile, execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { type LoopbackListener, listenOnLoopback } from './loopback.ts'

const back = { sameComputerUri: 'https://archive.example/device/same-computer?flow=f', userCode: 'BCDF-GHJK' }

async function listening() {
  const listener = await listenOnLoopback()
  if (!listener) throw new Error('no listener')
  listener.leadTo(back)
  return Object.assign(listener, { [Symbol.dispose]: () => listener.close() })
}

/** Sends the bytes of one request and returns everything that comes back until the connection ends. */
const send = (port: number, text: string): Promise<string> =>
  new Promise((resolve) => {
    let received = ''
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write(text))
    socket.on('data', (data) => {
      received += data
    })
    socket.on('close', () => resolve(received)).on('error', () => undefined)
  })

const browserHeaders = { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document', 'Sec-Fetch-Site': 'cross-site' }

function get({ port }: LoopbackListener, path: string, changes: Record<string, string> = {}, method = 'GET') {
  const headers = { Host: `127.0.0.1:${port}`, ...browserHeaders, ...changes }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return send(port, `${[`${method} ${path} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`)
}

const locationOf = (answer: string): string => /^location: (.*)\r$/m.exec(answer)?.[1] ?? ''

describe('the listener of a login', () => {
  test('sends a browser back to the node with the nonce of the challenge, once', async () => {
    using listener = await listening()
    const path = `/${listener.challenge}?state=1.abc_-`
    const answer = await get(listener, path)
    expect(answer).toMatch(/^HTTP\/1\.1 303 /)
    for (const header of ['referrer-policy: no-referrer', 'cache-control: no-store']) expect(answer).toContain(header)
    await listener.visited
    const { origin, pathname, searchParams } = new URL(locationOf(answer))
    expect(`${origin}${pathname}`).toBe('https://archive.example/device/same-computer')
    const { nonce = '', ...sent } = Object.fromEntries(searchParams)
    expect(sent).toEqual({ flow: 'f', user_code: 'BCDF-GHJK', state: '1.abc_-' })
    expect(createHash('sha256').update(nonce).digest('base64url')).toBe(listener.challenge)
    expect(await get(listener, path), 'a replay').toBe('')
  })

  test('other paths, hosts and methods, and requests that a page can send itself, do not get a single byte', async () => {
    using listener = await listening()
    const path = `/${listener.challenge}?state=1.a`
    const strangers = [
      get(listener, '/'),
      get(listener, `/${'A'.repeat(43)}?state=1.a`),
      get(listener, `/${listener.challenge.slice(0, -1)}?state=1.a`),
      get(listener, `//evil.example/${listener.challenge}?state=1.a`),
      get(listener, `http://evil.example/${listener.challenge}?state=1.a`),
      get(listener, `${path}&to=https://evil.example`),
      get(listener, `/${listener.challenge}?state=1.a&state=1.b`),
      get(listener, `/${listener.challenge}`),
      get(listener, `/${listener.challenge}?state=`),
      get(listener, `/${listener.challenge}?state=${'a'.repeat(201)}`),
      get(listener, path, { Host: `localhost:${listener.port}` }),
      get(listener, path, { Host: `rebound.evil.example:${listener.port}` }),
      get(listener, path, { Host: '127.0.0.1' }),
      get(listener, path, { Origin: 'https://evil.example' }),
      get(listener, path, { Origin: 'null' }),
      get(listener, path, { 'Sec-Fetch-Mode': 'cors' }),
      get(listener, path, { 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' }),
      get(listener, path, { 'Sec-Fetch-Dest': 'iframe' }),
      get(listener, path, {}, 'HEAD'),
      get(listener, path, {}, 'POST'),
      get(listener, path, {}, 'OPTIONS'),
      send(listener.port, 'HELO there\r\n\r\n'),
      send(listener.port, `GET ${path} HTTP/1.1\r\n\r\n`),
      send(listener.port, `GET ${path} HTTP/1.0\r\n\r\n`),
    ]
    for (const [index, answer] of (await Promise.all(strangers)).entries()) expect(answer, `stranger ${index}`).toBe('')
    expect(locationOf(await get(listener, path)), 'the browser itself still gets in').toContain('nonce=')
  })

  test('of a hundred concurrent requests, one gets the nonce', async () => {
    using listener = await listening()
    const path = `/${listener.challenge}?state=1.a`
    const answers = await Promise.all(Array.from({ length: 100 }, () => get(listener, path)))
    expect(answers.filter((answer) => answer.includes('nonce='))).toHaveLength(1)
  })

  test('requests before leadTo, and after the login, get no answer', async () => {
    const listener = await listenOnLoopback()
    if (!listener) throw new Error('no listener')
    const path = `/${listener.challenge}?state=1.a`
    expect(await get(listener, path)).toBe('')
    listener.leadTo(back)
    listener.close()
    expect(await get(listener, path)).toBe('')
  })

  test('another user of the computer gets nothing, even with the right path', async () => {
    using listener = await listening()
    const url = `http://127.0.0.1:${listener.port}/${listener.challenge}?state=1.a`
    const curl = ['-s', '-m', '20', '-o', '/dev/null', '-w', '%{http_code}', url]
    const asUser = (options: { uid?: number }) =>
      new Promise<string>((resolve, reject) => {
        const child = spawn('curl', curl, { ...options, stdio: ['ignore', 'pipe', 'ignore'] })
        let text = ''
        child.stdout.on('data', (data) => {
          text += data
        })
        child.once('error', reject).once('close', () => resolve(text))
      })
    // only root can run a process as another user
    if (process.getuid?.() === 0) expect(await asUser({ uid: 65_534 })).toBe('000')
    expect(await asUser({})).toBe('303')
  })
})

// the kernel reports root as the owner of a connection that its program has closed; only root can run a process as another user
test.runIf(process.getuid?.() === 0)(
  'another user who sends a request to root’s listener and hangs up does not use up the nonce',
  async () => {
    using listener = await listening()
    const path = `/${listener.challenge}?state=1.a`
    const request = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${listener.port}\r\n\r\n`
    const hangUp = `require('net').connect(${listener.port}, '127.0.0.1', function () {
    this.write(${JSON.stringify(request)}, () => process.exit())
  })`
    // synchronously, so that the connection is closed before this process looks at it
    execFileSync(process.execPath, ['-e', hangUp], { uid: 65_534, cwd: '/' })
    expect(locationOf(await get(listener, path))).toContain('nonce=')
  },
)

async function inPrivateNetwork(setUp: string, program: string): Promise<string> {
  const inside = `ip link set lo up && ${setUp} && exec "$0" --input-type=module -e "$1"`
  const { stdout } = await promisify(execFile)('unshare', ['-rn', 'sh', '-c', inside, process.execPath, program])
  return stdout
}

const loopbackModule = JSON.stringify(new URL('loopback.ts', import.meta.url).href)

test('if every port is taken, there is no listener and no error', async () => {
  const program = `
    import { createServer } from 'node:net'
    for (const port of [40000, 40001]) await new Promise((taken) => createServer().listen(port, '127.0.0.1', taken).unref())
    const { listenOnLoopback } = await import(${loopbackModule})
    console.log(await listenOnLoopback())`
  const onlyTwoPorts = 'echo 40000 40001 > /proc/sys/net/ipv4/ip_local_port_range'
  expect(await inPrivateNetwork(onlyTwoPorts, program)).toBe('null\n')
})

test('a busy process does not mistake its own slowness for a firewall', async () => {
  let isStarted = false
  const starting = listenOnLoopback().finally(() => {
    isStarted = true
  })
  while (!isStarted) {
    const untilMs = performance.now() + 200
    while (performance.now() < untilMs);
    await new Promise(setImmediate)
  }
  const listener = await starting
  expect(listener).not.toBeNull()
  listener?.close()
})

test('if a firewall drops packets to 127.0.0.1, trying takes less than 300 ms', async () => {
  const program = `
    const { listenOnLoopback } = await import(${loopbackModule})
    const startedAtMs = performance.now()
    const listener = await listenOnLoopback()
    console.log(JSON.stringify({ listener, ms: performance.now() - startedAtMs }))`
  // a private network, whose loopback interface is up and drops everything
  const { listener, ms } = JSON.parse(await inPrivateNetwork('iptables -A INPUT -i lo -j DROP', program))
  expect(listener).toBeNull()
  expect(ms).toBeGreaterThanOrEqual(149)
  expect(ms, 'ten times 300 ms').toBeLessThan(3_000)
  console.info(`a loopback that drops packets cost ${Math.round(ms)} ms`)
})
