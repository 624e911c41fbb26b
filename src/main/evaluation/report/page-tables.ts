import type { StudyResults } from '#shared/contract/results.ts'
import { html, table, type Html, type HtmlColumn } from './html.ts'
import { num, percentOf, pWords, signed, withInterval } from './words.ts'

/** The numbers of a report as tables of its page; nothing where there are none. */

const NOTHING = html``
const text = (name: string): HtmlColumn => ({ name })
const right = (name: string): HtmlColumn => ({ name, number: true })
const level = (of: StudyResults): string => `[${percentOf(of.options.level)} interval]`

const pOnly = (p: number | null): string => pWords(p).replace(/^p (= )?/, '')
const nameOf = (of: StudyResults, id: string): string =>
  of.aspects.find((aspect) => aspect.id === id)?.name ?? id
const share = ({ n, of }: { n: number; of: number }): string => (of === 0 ? '–' : `${n} of ${of}`)

/** "Cannot judge" by model comes first: what is rated is the rest. */
export function cannotTable(of: StudyResults): Html {
  return table(
    `“Cannot judge” by model ${level(of)}; all numbers below leave these out.`,
    [text('Model'), right('pictures'), right('answers'), right('cannot judge')],
    of.counts.byModel.map(({ model, images, answers, cannot }) => [
      model,
      images,
      answers,
      cannot.value === null
        ? '–'
        : `${percentOf(cannot.value, 1)} [${percentOf(cannot.interval?.lo ?? null, 1)}, ${percentOf(cannot.interval?.hi ?? null, 1)}]`,
    ]),
  )
}

export function meansTable(of: StudyResults): Html {
  if (of.counts.answers === 0) return NOTHING
  return table(
    `Mean of prompt means ${level(of)}, with the share of ratings at the ends of the scale; ▲ ▼ more than 40 % there.`,
    [
      text('Aspect'),
      text('Model'),
      right('mean'),
      right('prompts'),
      right('ratings'),
      right('at the bottom'),
      right('at the top'),
    ],
    of.aspects.flatMap(({ id, name }) =>
      of.models.map((model) => {
        const row = of.means.find(
          (one) =>
            one.aspect === id && one.model === model && one.kind === null && one.level === null,
        )
        const used = of.use.find((one) => one.aspect === id && one.model === model)
        return [
          name,
          model,
          row ? withInterval(row.mean) : '–',
          row?.mean.n ?? 0,
          row?.ratings ?? 0,
          used ? `${percentOf(used.floor)}${used.atFloor ? ' ▼' : ''}` : '–',
          used ? `${percentOf(used.ceiling)}${used.atCeiling ? ' ▲' : ''}` : '–',
        ]
      }),
    ),
  )
}

export function differencesTable(of: StudyResults): Html {
  const rows = of.differences.filter((row) => row.kind === null && row.level === null)
  if (rows.length === 0 || of.counts.answers === 0) return NOTHING
  return table(
    `Paired differences by prompt ${level(of)}. p: Wilcoxon signed rank, Holm over the ${of.family} primary tests (exploratory ones are not adjusted and stand in brackets); permutation: signs turned at random, not adjusted. Prompts where the second model is higher, both alike, the first higher.`,
    [
      text('Aspect'),
      text('Difference'),
      right('mean'),
      right('whole groups drawn'),
      right('effect r'),
      right('p, Holm'),
      right('p, permutation'),
      right('higher / equal / lower'),
    ],
    rows.map((row) => [
      nameOf(of, row.aspect),
      `${row.b} − ${row.a}`,
      withInterval(row.difference, { sign: true }),
      row.overGroups?.interval
        ? `[${signed(row.overGroups.interval.lo)}, ${signed(row.overGroups.interval.hi)}]`
        : '–',
      signed(row.effect),
      row.family === 'primary' ? pOnly(row.pHolm) : `(${pOnly(row.wilcoxon.p)})`,
      pOnly(row.signFlip.p),
      `${row.higher} / ${row.equal} / ${row.lower}`,
    ]),
  )
}

export function comparisonsTable(of: StudyResults): Html {
  if (!of.comparisons) return NOTHING
  const { pairs, n, ties, bad, left, theta } = of.comparisons
  return table(
    `Side by side: ${n} comparisons, ${ties} ties and ${bad} “both fail” (half a win of each) ${level(of)}; left picture won ${percentOf(left.value)} of those decided; width of the tie ${withInterval(theta)}. p: Wilcoxon on prompt means of +1, 0, −1, after Holm.`,
    [
      text('Models'),
      right('first won'),
      right('ties'),
      right('second won'),
      right('second preferred'),
      right('p'),
    ],
    pairs.map((pair) => [
      `${pair.a}, ${pair.b}`,
      pair.winsA,
      pair.ties,
      pair.winsB,
      withInterval(pair.rateB),
      pOnly(pair.pHolm),
    ]),
  )
}

export function scopesTable(of: StudyResults): Html {
  const rows = of.differences.filter((row) => row.kind !== null || row.level !== null)
  if (rows.length === 0 || of.counts.answers === 0) return NOTHING
  return table(
    `Paired differences by kind and level ${level(of)}; exploratory, p (Wilcoxon) not adjusted.`,
    [text('Aspect'), text('Of'), text('Difference'), right('mean'), right('prompts'), right('p')],
    rows.map((row) => [
      nameOf(of, row.aspect),
      row.kind ?? `level ${row.level}`,
      `${row.b} − ${row.a}`,
      withInterval(row.difference, { sign: true }),
      row.difference.n,
      pOnly(row.wilcoxon.p),
    ]),
  )
}

export function mixedTable(of: StudyResults): Html {
  if (of.counts.answers === 0) return NOTHING
  return table(
    `Ordinal mixed model (cumulative probit; shift of the latent scale against ${of.mixed[0]?.reference ?? ''} ${level(of)}), which takes the scale as an order only. Deviations of the random intercepts at the right.`,
    [text('Aspect'), text('Model'), right('shift'), right('p'), text('Intercepts and remarks')],
    of.mixed.flatMap((row): (string | number)[][] =>
      row.why !== null
        ? [[nameOf(of, row.aspect), '–', '–', '–', row.why]]
        : row.models.map(({ model, estimate, p }) => [
            nameOf(of, row.aspect),
            model,
            withInterval(estimate, { sign: true }),
            pOnly(p),
            `${row.random.map(({ factor, groups, deviation }) => `${factor} ${num(deviation)} (${groups})`).join(', ')}${row.note === null ? '' : `. ${row.note}`}`,
          ]),
    ),
  )
}

export function combinedTable(of: StudyResults): Html {
  if (of.counts.answers === 0) return NOTHING
  const noise = of.combined.some(({ noiseWeighted }) => noiseWeighted.value !== null)
  const why = of.combined.find(({ noiseWeighted }) => noiseWeighted.why !== null)?.noiseWeighted.why
  return table(
    `Raters combined ${level(of)}: raw, with each rater's bias removed${noise ? ', and weighed by noise' : ''}.${noise ? '' : ` ${why ?? ''}`} ${of.methods['screening'] ?? ''}`,
    [
      text('Aspect'),
      text('Model'),
      right('raw'),
      right('bias removed'),
      ...(noise ? [right('noise-weighted')] : []),
    ],
    of.combined.map((row) => [
      nameOf(of, row.aspect),
      row.model,
      withInterval(row.raw),
      withInterval(row.biasRemoved),
      ...(noise ? [withInterval(row.noiseWeighted)] : []),
    ]),
  )
}

export function trendsTable(of: StudyResults): Html {
  const rows = of.trends.filter(({ slope }) => slope.value !== null)
  if (rows.length === 0) return NOTHING
  return table(
    `Do ratings move over the session? Slope within raters ${level(of)}: for 100 items, or for an hour. With fewer than ten raters a hint only.`,
    [text('Aspect'), text('Over'), right('slope'), right('p'), right('ratings')],
    rows.map(({ aspect, over, slope, p }) => [
      nameOf(of, aspect),
      over === 'position' ? 'position, 100 items' : 'time, an hour',
      withInterval(slope, { sign: true }),
      pOnly(p),
      slope.n,
    ]),
  )
}

export function agreementTable(of: StudyResults): Html {
  if (of.counts.answers === 0) return NOTHING
  return table(
    `Agreement ${level(of)}: Krippendorff's alpha (ordinal), mean of the quadratically weighted kappas of every two raters, intraclass correlation of one rater and of the mean of all.`,
    [
      text('Aspect'),
      right('alpha'),
      right('weighted kappa, mean'),
      right('ICC(2,1)'),
      right('ICC(2,k)'),
      text('Remark'),
    ],
    of.agreement.map(({ aspect, alpha, kappas, iccOne, iccMean }) => {
      const values = kappas.flatMap(({ kappa }) => (kappa.value === null ? [] : [kappa.value]))
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length
      return [
        nameOf(of, aspect),
        withInterval(alpha),
        values.length === 0 ? '–' : num(mean),
        withInterval(iccOne),
        withInterval(iccMean),
        alpha.why ?? '',
      ]
    }),
  )
}

export function ratersTable(of: StudyResults): Html {
  if (of.raters.length === 0) return NOTHING
  const named = of.raters.some(({ name }) => name !== null)
  return table(
    'Raters. Bias and noise (σ) in steps of 0 to 5; r with the mean of the others; alpha of the others without this rater; repeats answered the same (at most 1 off); median seconds a task. Nobody’s ratings were dropped for what stands here.',
    [
      text('Rater'),
      ...(named ? [text('Name')] : []),
      right('ratings'),
      right('cannot'),
      right('bias'),
      right('σ'),
      right('r'),
      right('alpha without'),
      right('checks'),
      right('repeats'),
      right('seconds'),
    ],
    of.raters.map((row) => [
      `${row.rater}${row.qualified === false ? ' (not qualified)' : ''}${row.screened ? ' (BT.500 would leave out)' : ''}${row.straight.length > 0 ? ` (always the same on ${row.straight.join(', ')})` : ''}`,
      ...(named ? [row.name ?? ''] : []),
      row.ratings + row.votes,
      row.cannot,
      signed(row.bias),
      num(row.sigma),
      num(row.correlation),
      num(row.alphaWithout),
      share(row.checks),
      row.repeatsSame.of === 0 ? '–' : `${share(row.repeatsSame)} (${row.repeatsNear.n})`,
      row.seconds === null ? '–' : row.seconds.toFixed(1),
    ]),
  )
}

export function automaticTable(of: StudyResults): Html {
  if (of.automatic.length === 0) return NOTHING
  return html`<p>
      A cosine depends on the length of the prompt as well as on the picture: means of different
      levels, and means over all levels, mislead. Pictures are compared with pictures of the same
      prompt only.
    </p>
    ${table(
      `Differences of cosines within prompts ${level(of)}.`,
      [
        text('Scored by'),
        text('Difference'),
        right('mean'),
        right('prompts'),
        right('p, Wilcoxon'),
        right('higher / equal / lower'),
      ],
      of.automatic.flatMap((one) =>
        one.differences.map((row) => [
          one.by,
          `${row.b} − ${row.a}`,
          withInterval(row.difference, { sign: true, digits: 4 }),
          row.difference.n,
          pOnly(row.wilcoxon.p),
          `${row.higher} / ${row.equal} / ${row.lower}`,
        ]),
      ),
    )}${table(
      `Human and automatic scores ${level(of)}.`,
      [
        text('Scored by'),
        text('Aspect'),
        text('Of'),
        right('tau-b'),
        right('Spearman'),
        right('pictures'),
      ],
      of.automatic.flatMap((one) =>
        one.correlations.map((row) => [
          one.by,
          nameOf(of, row.aspect),
          row.scope,
          withInterval(row.tau),
          withInterval(row.spearman),
          row.tau.n,
        ]),
      ),
    )}
    <p>
      ${of.automatic
        .map(
          (one) =>
            `${one.by}: of two pictures of a prompt that people rate apart it prefers the same one in ${withInterval(one.sameChoice)} (share; 0.5 is chance; ${one.sameChoice.n} pairs).`,
        )
        .join(' ')}
    </p> `
}
