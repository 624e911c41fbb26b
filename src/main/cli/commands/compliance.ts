import type { Command } from 'commander'
import { studyScore, StudyScoreInput } from '#shared/contract/jobs.ts'
import { optionOf } from '../options.ts'
import { runJob, type CliTools } from '../tools.ts'
import { table } from '../terminal.ts'
import { deviceOption, json, n } from './words.ts'

/** `measure compliance`: how well the pictures of a study fit their prompts, by a model. */
export function addCompliance(group: Command, tools: CliTools): void {
  group
    .command('compliance <corpus> <name>')
    .description('cosine of each picture of a study and its prompt, compared within prompts only')
    .addOption(optionOf('--model <id>', 'default: the best installed', StudyScoreInput.shape.model))
    .addOption(deviceOption())
    .option(...json)
    .action(
      async (
        corpus: string,
        study: string,
        { json: isJson, ...options }: Omit<StudyScoreInput, 'corpus' | 'study'> & { json: boolean },
      ) => {
        const path = await tools.open(corpus)
        const { state } = await runJob(
          tools,
          studyScore,
          { corpus: path, study, ...options },
          { quiet: isJson },
        )
        if (state !== 'done') return
        const found = await tools.call('studies.compliance', { corpus: path, study })
        if (isJson) return tools.printJson(found)
        for (const { by, images, differences, sameChoice } of found) {
          tools.print(`${by}: ${n(images)} pictures; differences within prompts:`)
          tools.print(
            table(
              ['models', 'mean difference', 'interval', 'prompts', 'p', 'higher/equal/lower'],
              differences.map(({ a, b, difference, wilcoxon, higher, equal, lower }) => [
                `${b} - ${a}`,
                difference.value?.toFixed(4) ?? '',
                difference.interval
                  ? `${difference.interval.lo.toFixed(4)} to ${difference.interval.hi.toFixed(4)}`
                  : '',
                n(difference.n),
                wilcoxon.p?.toPrecision(2) ?? '',
                `${higher}/${equal}/${lower}`,
              ]),
            ),
          )
          if (sameChoice.value !== null) {
            tools.print(
              `prefers the picture that people prefer in ${(sameChoice.value * 100).toFixed(0)} % of ${n(sameChoice.n)} pairs (chance: 50 %)`,
            )
          }
        }
      },
    )
}
