import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { studyReport } from '#shared/contract/jobs.ts'
import { StudyPowerInput } from '#shared/contract/power.ts'
import { ResultOptions } from '#shared/contract/results.ts'
import { optionOf } from '../options.ts'
import { table } from '../terminal.ts'
import { runJob, type CliTools } from '../tools.ts'
import { json, n } from './words.ts'

/** `study report` and `study power`. */
export function addStudyReportCommands(study: Command, tools: CliTools): void {
  addReport(study, tools)
  addPower(study, tools)
}

function addReport(study: Command, tools: CliTools): void {
  const { unblinded, resamples, seed } = ResultOptions.shape
  study
    .command('report <corpus> <name>')
    .description(
      'write the report into a folder: page, numbers, figures, raw ratings (the window also prints it as PDF)',
    )
    .requiredOption('--out <dir>', 'a new folder, or one with an earlier report of the study')
    .addOption(
      optionOf('--unblinded <in|out>', 'ratings that were given after unblinding', unblinded),
    )
    .option('--without <rater...>', 'leave out all answers of these raters; the report says so')
    .option('--names', 'names of the raters beside R1, R2, ...', false)
    .addOption(optionOf('--resamples <n>', 'bootstrap draws of an interval', resamples))
    .addOption(optionOf('--seed <n>', 'of the bootstrap', seed))
    .option(...json)
    .action(
      async (
        corpus: string,
        name: string,
        options: {
          out: string
          unblinded: ResultOptions['unblinded']
          without?: string[]
          names: boolean
          resamples: number
          seed: number
          json: boolean
        },
      ) => {
        const { out, json: isJson, without = [], ...rest } = options
        const path = await tools.open(corpus)
        const { state } = await runJob(
          tools,
          studyReport,
          { corpus: path, study: name, out: resolve(out), options: { ...rest, without } },
          { quiet: isJson },
        )
        if (state !== 'done') return
        if (isJson) {
          const file = join(resolve(out), 'results.json')
          return tools.printJson(JSON.parse(readFileSync(file, 'utf8')))
        }
        tools.print(
          `The page is ${join(resolve(out), 'report.html')}; a PDF of it is printed by the window (Judge, Report) or by any browser.`,
        )
      },
    )
}

function addPower(study: Command, tools: CliTools): void {
  const { prompts, raters, difference, mean, top, tests, wanted, studies, seed } =
    StudyPowerInput.shape
  const {
    prompt,
    difference: spread,
    rater,
    residual,
  } = StudyPowerInput.shape.components.unwrap().shape
  study
    .command('power')
    .description('before a study: how many prompts and raters would show a difference')
    .addOption(optionOf('--prompts <n>', 'prompts', prompts))
    .addOption(optionOf('--raters <n>', 'ratings of each picture', raters))
    .addOption(optionOf('--difference <d>', 'true difference of two models, in steps', difference))
    .addOption(optionOf('--mean <m>', 'mean of both models', mean))
    .addOption(optionOf('--top <n>', 'the scale goes from 0 to this', top))
    .addOption(optionOf('--sd-prompt <sd>', 'between prompts', prompt))
    .addOption(optionOf('--sd-difference <sd>', 'of the difference between prompts', spread))
    .addOption(optionOf('--sd-rater <sd>', 'between raters', rater))
    .addOption(optionOf('--sd-residual <sd>', 'of one rating', residual))
    .addOption(optionOf('--tests <n>', 'tests in the primary family', tests))
    .addOption(optionOf('--wanted <share>', 'of studies that are to find it', wanted))
    .addOption(optionOf('--studies <n>', 'simulated for each number', studies))
    .addOption(optionOf('--seed <n>', 'of the simulation', seed))
    .option(...json)
    .action(
      async (
        options: Omit<StudyPowerInput, 'components'> & {
          sdPrompt: number
          sdDifference: number
          sdRater: number
          sdResidual: number
          json: boolean
        },
      ) => {
        const { sdPrompt, sdDifference, sdRater, sdResidual, json: isJson, ...input } = options
        const found = await tools.call('studies.power', {
          ...input,
          components: {
            prompt: sdPrompt,
            difference: sdDifference,
            rater: sdRater,
            residual: sdResidual,
          },
        })
        if (isJson) return tools.printJson(found)
        const percent = (share: number): string => `${(share * 100).toFixed(0)} %`
        const of = (many: number | null, most: number, what: string): string =>
          many === null ? `more than ${n(most)} ${what}` : `${n(many)} ${what}`
        tools.print(
          `${n(found.prompts)} prompts and ${n(found.raters)} raters find it in ${percent(found.power)} of studies (${percent(found.lo)} to ${percent(found.hi)}).`,
        )
        tools.print(
          `For ${percent(found.wanted)}: ${of(found.needed.prompts, found.most.prompts, 'prompts')} with these raters, or ${of(found.needed.raters, found.most.raters, 'raters')} with these prompts.`,
        )
        const raterCounts = [...new Set(found.curve.map((one) => one.raters))]
        tools.print(
          table(
            ['prompts', ...raterCounts.map((many) => `${many} raters`)],
            [...new Set(found.curve.map((one) => one.prompts))].map((many) => [
              n(many),
              ...raterCounts.map((r) => {
                const one = found.curve.find((at) => at.prompts === many && at.raters === r)
                return one ? percent(one.power) : ''
              }),
            ]),
          ),
        )
        tools.print(found.how)
      },
    )
}
