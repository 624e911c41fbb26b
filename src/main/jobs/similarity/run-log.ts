import { readFileSync } from 'node:fs'

/** `label: value` lines, which YAML reads, too. */
export function logText(lines: readonly (readonly [string, string])[]): string {
  return lines.map(([label, value]) => `${label}: ${value}\n`).join('')
}

/** Peak resident memory of a process, bytes; null where the system does not tell it of others. */
export function peakMemoryOf(pid: number | null): number | null {
  if (pid === null) return null
  if (pid === process.pid) return process.resourceUsage().maxRSS * 1024
  try {
    const kB = /^VmHWM:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kB === undefined ? null : Number(kB) * 1024
  } catch {
    return null
  }
}
