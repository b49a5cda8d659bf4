/** Shows a person where to approve a login, opens the page where that makes sense, and keeps them company while they do. */
import { isLoopback } from '@osa/sdk/internal'
import type { Verification, Waiting } from '@osa/sdk/node'
import { findLauncher, isBrowserElsewhere, openBrowser, thisDesktop } from './browser.ts'
import type { CommandContext } from './command.ts'
import { marginColumns } from './live-line.ts'
import { showQrCode } from './qr-code.ts'
import { countdownText } from './time-text.ts'

const remindEverySeconds = 60
const waiting = 'Waiting for approval in the browser'

const secondsLeft = (context: CommandContext, login: Verification): number =>
  (login.expiresAt.getTime() - context.clock.now()) / 1000

/** Whether no other device can be of help: the archive lets none, or none can reach it. */
const isOnlyHere = ({ server, isSameComputerRequired }: Verification): boolean =>
  isSameComputerRequired || isLoopback(new URL(server))

const showQr = (context: CommandContext, login: Verification, hasBrowser: boolean): Promise<void> =>
  showQrCode(context, { url: login.verificationUriComplete, hasBrowser, isOnlyHere: isOnlyHere(login) })

async function showWithBrowser(context: CommandContext, login: Verification): Promise<void> {
  const io = context.io.needed
  io.blank()
  io.point('Your code:  ', login.userCode)
  if (login.isSameComputerRequired) {
    io.point('Open here:  ', login.sameComputerUri ?? login.verificationUri, 'address')
  } else io.point('Open:       ', login.verificationUriComplete, 'address')
  await showQr(context, login, true)
  io.blank()
  io.say('Opening your browser. Check that it shows the same code before you approve.')
}

async function showWithoutBrowser(context: CommandContext, login: Verification): Promise<void> {
  const { env } = context
  const io = context.io.needed
  const { server, verificationUri, userCode } = login
  const where = isOnlyHere(login) ? 'In a browser on this computer, open:  ' : 'On any device, open:  '
  io.blank()
  io.point(where, verificationUri, 'address')
  io.point('and enter the code:  '.padEnd(where.length), userCode)
  io.blank()
  if (isOnlyHere(login) && env.SSH_CONNECTION) {
    const { hostname, port, protocol } = new URL(server)
    const at = port || (protocol === 'https:' ? 443 : 80)
    io.say('For a browser on another computer, run this there first:')
    io.point('', `ssh -L ${at}:${hostname}:${at} <this computer>`)
    io.blank()
  }
  await showQr(context, login, false)
  io.say('Check that the page shows the same code before you approve.')
}

function showForAgent(context: CommandContext, login: Verification): void {
  context.io.needed.say(`Ask the person to open ${login.verificationUriComplete} and check the code ${login.userCode}`)
}

/** Never approve a code that one did not ask for: said in every form, the short one included (RFC 8628 §5.4). */
async function showVerification(context: CommandContext, login: Verification, hasBrowser: boolean): Promise<void> {
  const { io, isCi } = context
  if (io.isJson) return
  if (!io.hasOnlooker || isCi) return showForAgent(context, login)
  if (hasBrowser) await showWithBrowser(context, login)
  else await showWithoutBrowser(context, login)
}

/** Speaks at most once a minute, and at once when contact is lost. */
function createReporter(context: CommandContext, login: Verification): (waiting: Waiting) => void {
  const { io, clock } = context
  let spokeAtMs = clock.now()
  let wasReachable = true
  return ({ reason, secondsLeft: left }) => {
    const isNews = reason === 'unreachable' && wasReachable
    wasReachable = reason !== 'unreachable'
    if (isNews) io.warn(`Lost contact with the archive; still trying (code expires in ${countdownText(left)})`)
    if (!isNews && clock.now() - spokeAtMs < remindEverySeconds * 1000) return
    spokeAtMs = clock.now()
    if (io.isJson) io.json({ v: 1, event: 'waiting', reason, seconds_left: Math.round(left) })
    else if (!io.isLive && !isNews)
      io.say(`still waiting (code expires in ${countdownText(secondsLeft(context, login))})`)
  }
}

/** How a page is opened, what is said when that fails and what is done then; null where nobody sits in front of a browser, or wants none. */
export function findBrowser(context: CommandContext, onFailure?: () => Promise<void>) {
  const { io, flags, env, isCi } = context
  if (io.isJson || !io.hasOnlooker || isCi || flags.isSet('no-browser')) return null
  const desktop = thisDesktop(env)
  const launcher = findLauncher(desktop)
  if (!launcher) return null
  const openBrowserAt = async (uri: string): Promise<boolean> => {
    const isOpened = await openBrowser(launcher, uri, env)
    if (!isOpened) {
      io.needed.say("Couldn't open a browser. Use the address above.")
      await onFailure?.()
    }
    return isOpened
  }
  return { openBrowser: openBrowserAt, isBrowserElsewhere: isBrowserElsewhere(desktop) }
}

/** What a person is shown and told while they approve. */
export interface Company {
  /** Null where the page is not opened for them. */
  browser: { openBrowser(uri: string): Promise<boolean>; isBrowserElsewhere: boolean } | null
  show(login: Verification): Promise<void>
  report(waiting: Waiting): void
  /** The wait is over. */
  leave(): void
}

/** What is going on and how long the code counts, in as many words as the terminal is wide. */
function countdown(context: CommandContext, login: Verification, isReachable: boolean): string {
  const left = countdownText(secondsLeft(context, login))
  const doing = isReachable ? waiting : 'Trying to reach the archive again'
  const forms = [
    `${doing}  (code expires in ${left}, Ctrl-C cancels)`,
    `${doing}  (${left} left)`,
    `${isReachable ? 'Approve in the browser' : 'No contact, trying again'} (${left} left)`,
  ]
  return forms.find((form) => form.length <= context.io.columns - marginColumns) ?? forms.at(-1) ?? ''
}

/** Shows the login, then keeps a countdown where the terminal allows one. */
export function keepCompany(context: CommandContext): Company {
  const { io, flags } = context
  let isOver = false
  let isReachable = true
  let shown: Verification | null = null
  let spinner: { stop(): void } | null = null
  let reporter: ((waiting: Waiting) => void) | null = null
  const browser = findBrowser(context, async () => {
    // with --qr it is there already
    if (shown && !isOver && !flags.isSet('qr')) await showQr(context, shown, false)
  })
  return {
    browser,
    async show(login) {
      shown = login
      reporter = createReporter(context, login)
      await showVerification(context, login, browser !== null)
      if (isOver) return
      if (io.isLive) spinner = io.spin(() => countdown(context, login, isReachable))
      else io.say(`${waiting} (code expires in ${countdownText(secondsLeft(context, login))})`)
    },
    report(waiting) {
      isReachable = waiting.reason !== 'unreachable'
      reporter?.(waiting)
    },
    leave() {
      isOver = true
      spinner?.stop()
    },
  }
}
