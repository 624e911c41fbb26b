import { FAULTS, MODEL_NAMES, MODELS } from './faults.ts'
import type { Fault, ModelName } from './faults.ts'
import type { Drawn } from './study.ts'

const percent = (share: number): string => `${Math.round(share * 100)} %`

function planted(study: readonly Drawn[], model: ModelName, fault: Fault): string {
  const possible = study.filter(
    (drawn) => drawn.model === model && drawn.picture.possible.includes(fault),
  )
  const struck = possible.filter(({ picture }) => picture.faults.includes(fault))
  return `${percent(MODELS[model][fault])} (${struck.length} of ${possible.length})`
}

/** The README of the sample study, with the faults that are really in it. */
export function sampleReadme(study: readonly Drawn[], size: number): string {
  const rows = FAULTS.map(
    (fault) =>
      `| ${fault} | ${MODEL_NAMES.map((model) => planted(study, model, fault)).join(' | ')} |`,
  )
  return `# The sample study

Pictures of two models to try judging with: 8 groups of prompts, 5 levels each (every level keeps the
words of the one before), 4 groups sensible and 4 nonsensical, ${study.length} pictures of ${size} x ${size} pixels.

There is no neural network behind them. \`tools/make-study\` drew them with \`tools/draw\`; it planted
faults at known rates, so it is known what a report has to find: \`tuned\` is better in objects, in
attributes, and in counts and relations; in the setting both are alike.

| fault | ${MODEL_NAMES.join(' | ')} |
|---|${MODEL_NAMES.map(() => '---').join('|')}|
${rows.join('\n')}

The rate is that of a picture in which the fault is possible; in brackets, how often it was planted in
how many such pictures. With so few, chance alone would move the counts: the seed was chosen for
counts near the rates.

| | |
|---|---|
| \`prompts.csv\` | group, level, kind, prompt |
| \`base/\` | PNG files that carry prompt, seed and model as AUTOMATIC1111's web UI writes them (\`parameters\`) |
| \`tuned/\` | PNG files without a text, and a \`manifest.csv\` that says the same of each |
| \`ratings.csv\` | ratings of three **simulated** raters: no person has rated these pictures |

Files are named \`{group}_{level}_{seed}.png\`. Steps, sampler and CFG scale are there to show how they are
read; the drawing program has none. The simulated raters rate by the truth, with a bias and noise of
their own, and overlook a fault now and then: they let a report be looked at before anyone has rated.

    node tools/make-study/main.ts sample

makes all of it again. Licence: CC0-1.0 (public domain), pictures, texts and this folder.
`
}
