import { formatBytes, formatCount, formatSeconds } from '#shared/format.ts'
import type { Job } from '#shared/contract/jobs.ts'

/** Plain lines at most this often where nobody watches. */
const LINE_EVERY_MS = 5000

/** Words of pages and of others' files are in what is said: what would steer a terminal is left out. */
export function harmless(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, '')
}

function amount(n: number, unit: string): string {
  return unit === 'bytes' ? formatBytes(n) : formatCount(n)
}

/** One line about where a job is. */
export function describeProgress(job: Job): string {
  const { done, total, unit, rate, eta, note } = job.progress
  const parts = [
    total === null
      ? `${amount(done, unit)}${unit === 'bytes' ? '' : ' ' + unit}`
      : `${amount(done, unit)} of ${amount(total, unit)}${unit === 'bytes' ? '' : ' ' + unit}`,
  ]
  if (rate !== null) {
    const perSecond = rate < 10 && unit !== 'bytes' ? rate.toFixed(1) : amount(rate, unit)
    parts.push(`${perSecond}${unit === 'bytes' ? '' : ' ' + unit}/s`)
  }
  if (eta !== null && job.state === 'running') parts.push(`${formatSeconds(eta)} left`)
  if (note) parts.push(note)
  return parts.join(' · ')
}

export interface ProgressView {
  update(job: Job): void
  end(): void
}

/** A bar on a terminal, now and then a line elsewhere. */
export function createProgressView(stream: NodeJS.WriteStream): ProgressView {
  let lastLine = 0
  let lastText = ''
  let drawn = false
  const warned = new Set<string>()
  const clear = (): void => {
    if (drawn) stream.write('\r\u001b[2K')
    drawn = false
  }
  return {
    update(job) {
      for (const warning of job.warnings) {
        if (warned.has(warning)) continue
        warned.add(warning)
        clear()
        stream.write(`warning: ${harmless(warning)}\n`)
      }
      if (job.state !== 'running') return
      const text = harmless(describeProgress(job))
      if (stream.isTTY) {
        const { done, total } = job.progress
        const share = total ? Math.min(1, done / total) : 0
        const width = 24
        const filled = Math.round(share * width)
        const bar = total
          ? `${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${(share * 100).toFixed(1).padStart(5)} %  `
          : ''
        clear()
        stream.write(`${bar}${text}`.slice(0, Math.max(20, (stream.columns ?? 80) - 1)))
        drawn = true
      } else if (Date.now() - lastLine > LINE_EVERY_MS && text !== lastText) {
        lastLine = Date.now()
        lastText = text
        stream.write(`${job.kind}: ${text}\n`)
      }
    },
    end: clear,
  }
}

/** Rows under headings, numbers to the right. */
export function table(headings: string[], rows: (string | number)[][]): string {
  const texts = rows.map((row) =>
    row.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en-US') : cell)),
  )
  const widths = headings.map((heading, i) =>
    Math.max(heading.length, ...texts.map((row) => (row[i] ?? '').length)),
  )
  const isNumber = headings.map((_, i) => rows.every((row) => typeof row[i] === 'number'))
  const line = (cells: string[]): string =>
    cells
      .map((cell, i) =>
        isNumber[i] ? cell.padStart(widths[i] as number) : cell.padEnd(widths[i] as number),
      )
      .join('  ')
      .trimEnd()
  return [line(headings), line(widths.map((width) => '─'.repeat(width))), ...texts.map(line)].join(
    '\n',
  )
}
