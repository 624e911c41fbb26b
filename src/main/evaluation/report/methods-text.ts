import type { StudyResults } from '#shared/contract/results.ts'
import { list, many, percentOf } from './words.ts'
import type { ReportRows } from './rows.ts'

/** What raters were told, shortened nowhere; what the author did not say is said to be missing. */
const NOT_SAID = 'The author of the study said nothing of it.'

/**
 * What a reader must know of a human evaluation (Otani et al. 2023, "Toward Verifiable and
 * Reproducible Human Evaluation for Text-to-Image Generation"): a paragraph each.
 */
export function methodsText(of: Omit<StudyResults, 'methodsText'>, rows: ReportRows): string[] {
  const { design, promptsFrom, leaks, log } = rows.study
  const { counts, options, study } = of
  const seconds = of.raters.flatMap((one) => (one.seconds === null ? [] : [one.seconds]))
  const paragraphs = [
    `Task. ${design.rate ? `Each picture was shown alone, with its prompt, and rated on ${many(of.aspects.length, 'aspect')}.` : ''}${design.compare ? ' Two pictures of the same prompt were shown side by side; raters chose the left one, the right one, a tie, or that both fail.' : ''} Instructions to the raters: “${design.instructions.trim()}”`,
    `Items. ${many(counts.prompts, 'prompt')} in ${many(counts.groups, 'group')} (${counts.kinds.map(({ kind, prompts }) => `${kind || 'of no kind'}: ${prompts}`).join(', ')}; levels ${counts.levels.join(', ')}), taken from ${promptsFrom}; ${many(of.models.length, 'model')} (${rows.models.map(({ name, version, images }) => `${name}${version === null ? '' : ` ${version}`}${images === null ? '' : `: ${many(images, 'picture')}`}`).join(', ')}), ${many(counts.missing, 'picture')} missing. ${design.perRater === null ? 'Each rater was to see every picture.' : `Each rater got ${many(design.perRater, 'picture')}, drawn by the seed.`} ${leaksText(leaks)}`,
    `Scale and anchors. ${of.aspects.map((aspect) => aspectWords(rows, aspect.id)).join(' ')} ${design.primary.length === 0 ? 'All aspects were primary.' : `Primary, declared before rating: ${list(of.aspects.filter(({ primary }) => primary).map(({ name }) => name))}; the others are exploratory.`} “Cannot judge” could be said of every aspect and is no score.`,
    `Raters. ${many(counts.raters, 'rater')}. Who they were, how they were trained and what they were paid: ${design.raters.trim() || NOT_SAID} ${design.practice === 0 ? 'There was no practice.' : `Practice: ${many(design.practice, 'item')} first, half of them with a prompt of another picture; ${percentOf(design.practiceShare)} of these had to be seen as foreign. Qualified: ${of.raters.filter(({ qualified }) => qualified === true).length}, not qualified: ${of.raters.filter(({ qualified }) => qualified === false).length}, not known: ${of.raters.filter(({ qualified }) => qualified === null).length} (ratings that were merged from a table tell nothing of practice).`} ${design.checkEvery === 0 ? 'There were no attention checks.' : `An attention check came in ${design.checkEvery} items (passed: ${of.raters.reduce((sum, { checks }) => sum + checks.n, 0)} of ${of.raters.reduce((sum, { checks }) => sum + checks.of, 0)}).`} ${design.repeats === 0 ? 'Nothing was shown twice.' : `${percentOf(design.repeats)} of the items (${design.leastRepeats} at least) came a second time, unannounced; answers were the same in ${of.raters.reduce((sum, { repeatsSame }) => sum + repeatsSame.n, 0)} of ${of.raters.reduce((sum, { repeatsSame }) => sum + repeatsSame.of, 0)}.`} ${seconds.length === 0 ? 'Times were not taken.' : `Median seconds a task: ${seconds.map((value) => value.toFixed(1)).join(', ')}.`} Nobody’s ratings were dropped${options.without.length === 0 ? '' : ` but those of ${options.without.join(', ')}, on a person’s word`}.`,
    `Ratings. ${many(counts.answers, 'answer')} on aspects (${many(counts.cannot, '“cannot judge”', '“cannot judge”')})${counts.votes > 0 ? ` and ${many(counts.votes, 'comparison')}` : ''}; a picture was rated by ${counts.perImage.least === counts.perImage.most ? many(counts.perImage.least, 'rater') : `${counts.perImage.least} to ${counts.perImage.most} raters (median ${counts.perImage.median})`} on an aspect. Practice, checks and repeats do not count.`,
    `Order and blinding. Each rater had an order of his own, drawn from the seed ${design.seed} and his name, the same prompt not within ${design.spacing} items${design.compare ? ', sides swapped at random' : ''}. Pictures were re-encoded at one size without metadata, under addresses that tell nothing; models were hidden. ${study.unblindedAt === null ? 'The study was not unblinded.' : `It was unblinded on ${study.unblindedAt.slice(0, 10)}; ${many(counts.unblinded, 'answer was', 'answers were')} given after that and ${options.unblinded === 'out' ? 'are left out' : 'are kept in'}.`}${log.length === 0 ? '' : ` Log: ${log.map(({ at, what, detail }) => `${at.slice(0, 16).replace('T', ' ')} UTC ${what}${detail === '' ? '' : ` (${detail})`}`).join('; ')}.`}`,
    `Agreement. ${of.agreement.map(({ aspect, alpha }) => `${nameOf(of, aspect)}: alpha ${alpha.value === null ? `not defined (${alpha.why ?? ''})` : alpha.value.toFixed(2)}`).join('; ')}. ${of.methods['alpha'] ?? ''}`,
    `Tests and intervals. ${['mean', 'difference', 'wilcoxon', 'holm', 'sign-flip'].map((key) => of.methods[key] ?? '').join(' ')}`,
    `Data. Raw ratings, with raters as R1, R2, ...: ratings.csv and ratings.parquet beside this page${counts.votes > 0 ? ', comparisons.csv' : ''}; every number with its method: results.json. Made with ${of.software}. Study ${study.uid}; content hash (SHA-256 over prompts, pictures, instructions, aspects and seed): ${study.hash ?? 'none, the study is not frozen'}.`,
  ]
  return paragraphs.map((text) => text.replace(/ {2,}/g, ' '))
}

function nameOf(of: Pick<StudyResults, 'aspects'>, id: string): string {
  return of.aspects.find((aspect) => aspect.id === id)?.name ?? id
}

function aspectWords(rows: ReportRows, id: string): string {
  const aspect = rows.study.design.aspects.find((one) => one.id === id)
  if (!aspect) return ''
  const form = { '0-5': '0 to 5', 'yes-partly-no': 'yes, partly, no', count: 'a count' }[
    aspect.form
  ]
  const anchors = Object.entries(aspect.anchors).map(
    ([answer, words]) => `${answer}: ${words.replace(/\.$/, '')}`,
  )
  return `${aspect.name} (${form}): “${aspect.question}”${anchors.length === 0 ? '' : ` ${anchors.join('; ')}.`}`
}

function leaksText({ pictures, prompts }: ReportRows['study']['leaks']): string {
  if (prompts === null) {
    return `${pictures === 0 ? 'No picture of it stands' : `${many(pictures, 'picture')} of it also stand`} in the corpus that it was made in; its prompts were not compared with the texts of the corpus.`
  }
  return pictures + prompts === 0
    ? 'No picture and no prompt of it stands in the corpus that it was made in.'
    : `${many(pictures, 'picture')} and ${many(prompts, 'prompt')} also stand in the corpus that it was made in.`
}
