/** Whether a host can only be this machine. */

/** For a host of a listener or a URL; names are not looked up, so `localhost` is the only one (RFC 6761 §6.3). */
export const isLoopbackHost = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
