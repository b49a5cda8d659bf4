/** What the fixed floors answer: a pending poll's document and headers. */
export const fixedBody: string = JSON.stringify({
  error: 'authorization_pending',
  error_description: 'Nobody has decided yet.',
})
export const fixedHeaders = {
  'content-type': 'application/json',
  'cache-control': 'no-store',
  pragma: 'no-cache',
} as const
