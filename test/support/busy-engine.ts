/**
 * The engine as the shell starts it, with a clock on its own thread: how long that was at work
 * without a break, in milliseconds of processor time, so that a machine with other work to do gives
 * the same. Told `SIGUSR2` it writes the longest since the last time to `GLEANER_BUSY` and begins anew.
 */
import { writeFileSync } from 'node:fs'

const LOOK_MS = 5
const spent = (): number => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
let last = spent()
let longest = 0
setInterval(() => {
  const now = spent()
  longest = Math.max(longest, now - last)
  last = now
}, LOOK_MS).unref()
process.on('SIGUSR2', () => {
  writeFileSync(process.env['GLEANER_BUSY'] as string, String(longest))
  longest = 0
})
await import('../../src/main/engine/entry.ts')
