import { AppError } from '#shared/errors.ts'
import type { SetMeasure } from '#shared/contract/jobs/measure.ts'

/** What is known of how one side's features came about. */
export interface Origin {
  /** How pictures were resized; null = features of a file, nobody says. */
  resize: string | null
  /** Pictures by file format; empty for features of a file. */
  formats: Readonly<Record<string, number>>
  n: number
  /** Drawn and left out. */
  leftOut: number
}

/** Below this a Frechet distance is mostly bias (Heusel et al. 2017 and all who followed). */
const FEW = 2048
/** Part of the pictures that may be of other formats than on the other side, and what chance adds. */
const UNLIKE_FORMATS = 0.1
const byChance = (n: number): number => 1 / Math.sqrt(Math.max(1, n))

/** In what two sides are unlike so that a number between them means little; one line each. */
export function unlikeIn(a: Origin, b: Origin): string[] {
  const found: string[] = []
  if (a.resize !== b.resize) {
    const words = [a, b].map(({ resize }) => resize ?? 'unknown (features of a file)')
    found.push(`they were resized unlike: ${words.join(' against ')}`)
  }
  const [left, right] = [formatShares(a), formatShares(b)]
  if (left && right) {
    let apart = 0
    for (const format of new Set([...left.keys(), ...right.keys()])) {
      apart += Math.abs((left.get(format) ?? 0) - (right.get(format) ?? 0)) / 2
    }
    if (apart > Math.max(UNLIKE_FORMATS, byChance(Math.min(a.n, b.n)))) {
      found.push(`their files are of unlike formats: ${inWords(left)} against ${inWords(right)}`)
    }
  }
  return found
}

/**
 * Refuses a number between unlike sides.
 * @throws AppError `refused` that says in what they are unlike
 */
export function refuseUnlike(unlike: readonly string[], isAllowed: boolean): void {
  if (unlike.length === 0 || isAllowed) return
  throw new AppError('refused', `The two sets cannot be compared: ${unlike.join('; ')}`, {
    window: 'Prepare both sides in the same way.',
    command: 'Prepare both sides in the same way, or add --allow-unlike; the result then says so.',
  })
}

/** What whoever reads the number must know. */
export function warningsOf(
  measure: SetMeasure,
  a: Origin,
  b: Origin,
  dim: number,
  unlike: readonly string[],
): string[] {
  const warnings = unlike.map((line) => `Compared although ${line}.`)
  const few = Math.min(a.n, b.n)
  if (measure === 'fd' && few < FEW) {
    warnings.push(
      `Of fewer than ${FEW.toLocaleString('en-US')} pictures (${few}) a Frechet distance is biased upwards; report KID with its interval instead.`,
    )
  }
  if (measure === 'fd' && few <= dim && few >= FEW) {
    warnings.push(`Fewer pictures (${few}) than numbers a row (${dim}): a covariance is singular.`)
  }
  if (measure === 'fd' && a.n !== b.n) {
    warnings.push(
      `The bias depends on how many pictures there are: compare only with numbers of ${a.n} against ${b.n}.`,
    )
  }
  if (a.resize === null || b.resize === null) {
    warnings.push('How the pictures behind features of a file were resized is not known.')
  }
  const leftOut = a.leftOut + b.leftOut
  if (leftOut > 0) warnings.push(`Left out: ${leftOut} that could not be read.`)
  return warnings
}

/** What a number is called; the name of a demonstration model says so. */
export function nameOf(
  measure: SetMeasure,
  model: { name: string; measure: string | null; isDemonstration: boolean } | null,
  resize?: string,
): string {
  const hasToSay = model?.isDemonstration && !/demonstration/i.test(model.name)
  const inside = [
    model?.name ?? 'features of files',
    ...(resize === undefined ? [] : [`resized ${resize}`]),
    ...(hasToSay ? ['demonstration model'] : []),
  ].join(', ')
  const known = model?.measure ?? null
  if (measure === 'fd' && known !== null && resize === undefined) {
    return model?.isDemonstration ? `${known}, demonstration model` : known
  }
  return `${{ fd: 'FD', kid: 'KID', cmmd: 'CMMD' }[measure]} (${inside})`
}

function formatShares({ formats }: Origin): Map<string, number> | null {
  const entries = Object.entries(formats)
  const total = entries.reduce((sum, [, count]) => sum + count, 0)
  return total === 0 ? null : new Map(entries.map(([name, count]) => [name, count / total]))
}

function inWords(shares: Map<string, number>): string {
  return [...shares]
    .sort((x, y) => y[1] - x[1])
    .map(([name, share]) => `${(share * 100).toFixed(0)} % ${name}`)
    .join(', ')
}
