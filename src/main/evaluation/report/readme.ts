import type { StudyResults } from '#shared/contract/results.ts'
import type { Figure } from '#shared/figures.ts'

/** What the files of a report are, for who opens the folder. */
export function reportReadme(results: StudyResults, figures: readonly Figure[]): string {
  const { study, headline } = results
  const oneLine = (text: string): string => text.replace(/\s+/g, ' ')
  return `Report of the rating study "${oneLine(study.name)}"
${study.blind ? 'This report is blind: the models are called by codes.\n' : ''}
${oneLine(headline.sentence)}

report.html       the report; stands alone, needs no network and no scripts, prints on A4.
results.json      every number with its interval, n, unit and how it was made ("how" is a key of
                  "methods"). Differences are the second model minus the first.
figures/          the figures of the report as SVG and PNG.
ratings.csv       an answer a row, as it counts now: no practice, checks and repeats.
ratings.parquet   the same, typed.
                  value is empty where answer is "cannot"; blind 0: after the study was unblinded.
comparisons.csv   a comparison a row; first and second in the order of the task, first_left 1 where
                  the first stood left; choice: first, second, tie, bad (both fail), cannot.
automatic.csv     the cosine of each picture and its prompt by a scoring model. Compare within a
                  prompt only.

SHA256SUMS        of all files.

Raters are R1, R2, ...: the same in all files.${results.options.names ? ' Their names stand in results.json and report.html.' : ''}
Study ${study.uid}, content hash ${study.hash ?? 'none (not frozen)'}. Written by ${results.software}.

Figures
${figures.map(({ id, title }) => `  ${id}: ${oneLine(title)}`).join('\n')}
`
}
