/**
 * Returns whether the host of a listener or URL can only be this machine. Names are not resolved, so `localhost` is the only one accepted
 * (RFC 6761 §6.3).
 */
export const isLoopbackHost = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
