import { readdirSync, readFileSync } from 'node:fs'

/**
 * Processes of this machine that run a program, started by one or by those that it started. Linux
 * only; elsewhere none.
 * @param program part of their command lines
 */
export function descendantsOf(pid: number, program: string): number[] {
  if (process.platform !== 'linux') return []
  const parents = new Map<number, number>()
  const lines = new Map<number, string>()
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    try {
      // The name in brackets may hold spaces; state and parent stand behind it.
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8')
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (state === 'Z') continue
      parents.set(Number(entry), Number(parent))
      lines.set(Number(entry), readFileSync(`/proc/${entry}/cmdline`, 'utf8'))
    } catch {
      // It ended meanwhile.
    }
  }
  const isBelow = (child: number): boolean => {
    const parent = parents.get(child)
    return parent !== undefined && (parent === pid || isBelow(parent))
  }
  return [...lines].filter(([id, line]) => line.includes(program) && isBelow(id)).map(([id]) => id)
}
