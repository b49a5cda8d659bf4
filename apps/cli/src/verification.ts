/** Shows a person where to approve a login, opens the page where that makes sense, and keeps them company while they do. */
import type { Verification, Waiting } from '@osa/sdk/node'
import { findLauncher, isBrowserElsewhere, openBrowser, thisDesktop } from './browser.ts'
import type { CommandContext } from './command.ts'
import { showQrCode } from './qr-code.ts'
import { countdownText } from './time-text.ts'

const remindEverySeconds = 60
/** What the whole countdown needs with its margin. */
const countdownColumns = 72

const secondsLeft = (context: CommandContext, login: Verification): number =>
  (login.expiresAt.getTime() - context.clock.now()) / 1000

async function showWithBrowser(context: CommandContext, login: Verification): Promise<void> {
  const io = context.io.needed
  io.blank()
  io.say(`Your code:  ${login.userCode}`)
  if (login.isSameComputerRequired) io.say(`Open here:  ${login.sameComputerUri ?? login.verificationUri}`)
  else {
    io.say(`Open:       ${login.verificationUriComplete}`)
    await showQrCode(context, login.verificationUriComplete, true)
  }
  io.blank()
  io.say('Opening your browser. Check that it shows the same code before you approve.')
}

async function showForOtherDevice(context: CommandContext, login: Verification): Promise<void> {
  const io = context.io.needed
  io.blank()
  io.say(`On any device, open:  ${login.verificationUri}`)
  io.say(`and enter the code:   ${login.userCode}`)
  io.blank()
  await showQrCode(context, login.verificationUriComplete, false)
  io.say('Check that the page shows the same code before you approve.')
}

function showForAgent(context: CommandContext, login: Verification): void {
  context.io.needed.say(`Ask the person to open ${login.verificationUriComplete} and check the code ${login.userCode}`)
}

/** Never approve a code that one did not ask for: said in every form, the short one included (RFC 8628 §5.4). */
async function showVerification(context: CommandContext, login: Verification): Promise<void> {
  const { io, isCi } = context
  if (io.isJson) return
  if (!io.hasOnlooker || isCi) return showForAgent(context, login)
  if (findBrowser(context)) await showWithBrowser(context, login)
  else await showForOtherDevice(context, login)
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

/** How `osa login` opens the page; null where nobody sits in front of a browser, or wants none. */
export function findBrowser(context: CommandContext) {
  const { io, flags, env, isCi } = context
  if (io.isJson || !io.hasOnlooker || isCi || flags.isSet('no-browser')) return null
  const desktop = thisDesktop(env)
  const launcher = findLauncher(desktop)
  if (!launcher) return null
  const openBrowserAt = async (uri: string): Promise<boolean> => {
    const isOpened = await openBrowser(launcher, uri, env)
    if (!isOpened) io.say("Couldn't open a browser. Use the address above.")
    return isOpened
  }
  return { openBrowser: openBrowserAt, isBrowserElsewhere: isBrowserElsewhere(desktop) }
}

/** What a person is shown and told while they approve. */
export interface Company {
  show(login: Verification): Promise<void>
  report(waiting: Waiting): void
  /** The wait is over. */
  leave(): void
}

const countdownOf = (context: CommandContext, login: Verification) => (): string => {
  const left = countdownText(secondsLeft(context, login))
  if (context.io.columns < countdownColumns) return `Waiting (expires in ${left})`
  return `Waiting for approval  (code expires in ${left}, Ctrl-C to cancel)`
}

/** Shows the login, then keeps a countdown where the terminal allows one. */
export function keepCompany(context: CommandContext): Company {
  const { io } = context
  let isOver = false
  let spinner: { stop(): void } | null = null
  let reporter: ((waiting: Waiting) => void) | null = null
  return {
    async show(login) {
      reporter = createReporter(context, login)
      await showVerification(context, login)
      if (isOver) return
      if (io.isLive) spinner = io.spin(countdownOf(context, login))
      else io.say(`Waiting for approval (code expires in ${countdownText(secondsLeft(context, login))})`)
    },
    report: (waiting) => reporter?.(waiting),
    leave() {
      isOver = true
      spinner?.stop()
    },
  }
}
