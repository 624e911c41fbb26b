import type { StudyResults } from '#shared/contract/results.ts'
import type { DotsFigure, Figure } from '#shared/figures.ts'
import { aspectName, estimate, intervalWords, say } from './figure-parts.ts'
import { num } from './words.ts'

/** Pairs of raters that can be told apart in a figure. */
const MOST_PAIRS = 28

/** Do people agree: alpha by aspect, every two raters, bias and noise of each. */
export function peopleFigures(results: StudyResults): Figure[] {
  return [...alphas(results), ...kappas(results), ...biases(results)]
}

function alphas(results: StudyResults): DotsFigure[] {
  const rows = results.agreement.filter(({ alpha }) => alpha.value !== null)
  if (rows.length === 0) return []
  return [
    {
      kind: 'dots',
      id: 'agreement',
      title: 'Agreement of the raters',
      caption: `Krippendorff's alpha, ordinal: 1 is full agreement, 0 is chance. ${intervalWords(results)}.`,
      alt: say(
        rows.map(({ aspect, alpha }) => ({ label: aspectName(results, aspect), of: alpha })),
      ),
      n: results.counts.raters,
      nUnit: 'raters',
      categoryTitle: 'Aspect',
      value: { title: 'Alpha', hi: 1, digits: 2 },
      series: [{ name: 'Alpha', tone: 'accent' }],
      rows: rows.map(({ aspect, alpha }) => ({
        label: aspectName(results, aspect),
        estimates: [estimate(alpha, { aspect })],
      })),
      reference: { value: 0, label: 'chance' },
    },
  ]
}

function kappas(results: StudyResults): DotsFigure[] {
  const found = results.agreement.find(({ aspect }) => aspect === results.byGroup.aspect)
  const rows = (found?.kappas ?? []).filter(({ kappa }) => kappa.value !== null)
  if (!found || rows.length === 0 || rows.length > MOST_PAIRS) return []
  return [
    {
      kind: 'dots',
      id: 'kappas',
      title: `${aspectName(results, found.aspect)}: agreement of every two raters`,
      caption: `Cohen's kappa with quadratic weights. ${intervalWords(results)}.`,
      alt: say(rows.map(({ a, b, kappa }) => ({ label: `${a} and ${b}`, of: kappa }))),
      n: results.counts.raters,
      nUnit: 'raters',
      categoryTitle: 'Raters',
      value: { title: 'Weighted kappa', hi: 1, digits: 2 },
      series: [{ name: 'Kappa', tone: 'accent' }],
      rows: rows.map(({ a, b, kappa }) => ({ label: `${a}, ${b}`, estimates: [estimate(kappa)] })),
      reference: { value: 0, label: 'chance' },
    },
  ]
}

function biases(results: StudyResults): DotsFigure[] {
  const rows = results.raters.filter(({ bias }) => bias !== null)
  if (rows.length < 2) return []
  return [
    {
      kind: 'dots',
      id: 'raters',
      title: 'Bias and noise of each rater',
      caption:
        'How much higher than the others each rater rates, over all aspects brought to 0..5. The bar is one standard deviation of the rater’s own noise to each side, not an interval.',
      alt: `${rows.map(({ rater, bias, sigma }) => `${rater}: bias ${num(bias)}, noise ${num(sigma)}`).join('; ')}.`,
      n: rows.length,
      nUnit: 'raters',
      categoryTitle: 'Rater',
      value: { title: 'Bias', unit: 'steps of 0 to 5', digits: 2 },
      series: [{ name: 'Bias', tone: 'accent' }],
      rows: rows.map(({ rater, ratings, bias, sigma }) => ({
        label: rater,
        note: `${ratings} ratings`,
        estimates: [
          {
            value: bias,
            interval: sigma === null ? null : { lo: (bias ?? 0) - sigma, hi: (bias ?? 0) + sigma },
            n: ratings,
          },
        ],
      })),
      reference: { value: 0, label: 'as the others' },
    },
  ]
}
