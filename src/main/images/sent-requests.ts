import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

/** A request as it went out. */
export interface Sent {
  /** Its head with the empty line; '' until it is sent. */
  head: string
  /** ISO. */
  date: string
  ip: string | null
}

interface SendHeaders {
  request: { origin?: string | URL; path: string }
  headers: string
  socket: Socket
}

/** By address, in the order in which they were asked for. */
const waiting = new Map<string, Sent[]>()
let listening = false

/** undici says what it sends, and to whom, on this channel only. */
function listen(): void {
  if (listening) return
  listening = true
  subscribe('undici:client:sendHeaders', (message) => {
    const { request, headers, socket } = message as SendHeaders
    const list = waiting.get(`${String(request.origin ?? '')}${request.path}`)
    // What is sent a second time, after a lost connection, takes the place of the first.
    const sent = list?.find(({ head }) => head === '') ?? list?.at(-1)
    if (!sent) return
    sent.head = `${headers}\r\n`
    sent.date = new Date().toISOString()
    sent.ip = socket.remoteAddress ?? null
  })
}

/** Runs a request and tells, from the moment it is sent, what went out. */
export async function watchSent<T>(url: URL, run: (sent: Sent) => Promise<T>): Promise<T> {
  listen()
  const sent: Sent = { head: '', date: new Date().toISOString(), ip: null }
  const key = url.origin + url.pathname + url.search
  const list = waiting.get(key)
  if (list) list.push(sent)
  else waiting.set(key, [sent])
  try {
    return await run(sent)
  } finally {
    const rest = (waiting.get(key) ?? []).filter((one) => one !== sent)
    if (rest.length > 0) waiting.set(key, rest)
    else waiting.delete(key)
  }
}
