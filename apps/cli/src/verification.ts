/** The screen of a sign-in: shows where to approve it, opens the page if there is a browser, and counts down until the code expires. */
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

/** Whether the approval must happen on this computer: the archive requires that, or other devices cannot reach the archive. */
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

/** Shows the code and the address. Each form asks the person to compare the code before approving (RFC 8628 §5.4). */
async function showVerification(context: CommandContext, login: Verification, hasBrowser: boolean): Promise<void> {
  const { io, isCi } = context
  if (io.isJson) return
  if (!io.hasOnlooker || isCi) return showForAgent(context, login)
  if (hasBrowser) await showWithBrowser(context, login)
  else await showWithoutBrowser(context, login)
}

/** Returns a function that reports the wait at most once a minute, and at once if contact is lost. */
function createReporter(context: CommandContext, login: Verification): (waiting: Waiting) => void {
  const { io, clock } = context
  let reportedAtMs = clock.now()
  let wasReachable = true
  return ({ reason, secondsLeft: left }) => {
    const isLost = reason === 'unreachable' && wasReachable
    wasReachable = reason !== 'unreachable'
    if (isLost) io.warn(`Lost contact with the archive; still trying (code expires in ${countdownText(left)})`)
    if (!isLost && clock.now() - reportedAtMs < remindEverySeconds * 1000) return
    reportedAtMs = clock.now()
    if (io.isJson) io.json({ v: 1, event: 'waiting', reason, seconds_left: Math.round(left) })
    else if (!io.isLive && !isLost)
      io.say(`still waiting (code expires in ${countdownText(secondsLeft(context, login))})`)
  }
}

/**
 * Returns a function that opens a page in the browser; null if there is no browser or the person wants none. If opening fails, the function
 * says so and calls `onFailure`.
 */
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

/** The screen of a sign-in, from the code to the approval. */
export interface SignInScreen {
  /** Null if the page is not opened automatically. */
  browser: { openBrowser(uri: string): Promise<boolean>; isBrowserElsewhere: boolean } | null
  show(login: Verification): Promise<void>
  report(waiting: Waiting): void
  /** Stops the countdown. */
  close(): void
}

/** The text of the countdown: the longest form that fits the terminal. */
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

/** Opens the screen of a sign-in. The countdown is live if the terminal allows that. */
export function openSignInScreen(context: CommandContext): SignInScreen {
  const { io, flags } = context
  let isOver = false
  let isReachable = true
  let shown: Verification | null = null
  let spinner: { stop(): void } | null = null
  let reporter: ((waiting: Waiting) => void) | null = null
  const browser = findBrowser(context, async () => {
    // With --qr it was already shown.
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
    close() {
      isOver = true
      spinner?.stop()
    },
  }
}
