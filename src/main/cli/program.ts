import { Command } from 'commander'
import { SOFTWARE_VERSION } from '#shared/version.ts'
import { addAltCommands } from './commands/alts.ts'
import { addCorpusCommands } from './commands/corpus.ts'
import { addDoctorCommand } from './commands/doctor.ts'
import { addDuplicateCommands } from './commands/duplicates.ts'
import { addExportCommand } from './commands/export.ts'
import { addFailuresCommand } from './commands/failures.ts'
import { addGenerateCommand } from './commands/generate.ts'
import { addImportCommand } from './commands/import.ts'
import { addJudgeCommands } from './commands/judge.ts'
import { addLabelCommands } from './commands/labels.ts'
import { addMarkCommands } from './commands/marks.ts'
import { addMeasureCommands } from './commands/measure.ts'
import { addModelCommands } from './commands/models.ts'
import { addPairCommands } from './commands/pairs.ts'
import { addPromptCommands } from './commands/prompts.ts'
import { addScoreCommands } from './commands/score.ts'
import { addMapCommand } from './commands/map.ts'
import { addSearchCommand } from './commands/search.ts'
import { addSimilarityCommand } from './commands/similarity.ts'
import { addSpanCommands } from './commands/spans.ts'
import { addStudyCommands } from './commands/study.ts'
import { addTextInImageCommand } from './commands/text-in-image.ts'
import { addVersionCommands } from './commands/versions.ts'
import type { CliTools } from './tools.ts'

/** All commands; they throw what commander and the engine throw. */
export function createProgram(tools: CliTools): Command {
  const program = new Command('gleaner')
    .description('Curates image-text data: from web archives to scored, filtered datasets.')
    .version(SOFTWARE_VERSION)
    // Behind a command `--version` is an option of that command.
    .enablePositionalOptions()
    .exitOverride()
    .showHelpAfterError('(gleaner --help shows every command)')
  addCorpusCommands(program, tools)
  addImportCommand(program, tools)
  addFailuresCommand(program, tools)
  addPairCommands(program, tools)
  addScoreCommands(program, tools)
  addSearchCommand(program, tools)
  addSimilarityCommand(program, tools)
  addDuplicateCommands(program, tools)
  addMapCommand(program, tools)
  addTextInImageCommand(program, tools)
  addJudgeCommands(program, tools)
  addExportCommand(program, tools)
  addVersionCommands(program, tools)
  addModelCommands(program, tools)
  addMeasureCommands(program, tools)
  addSpanCommands(program, tools)
  addStudyCommands(program, tools)
  addLabelCommands(program, tools)
  addMarkCommands(program, tools)
  addAltCommands(program, tools)
  addPromptCommands(program, tools)
  addGenerateCommand(program, tools)
  addDoctorCommand(program, tools)
  return program
}
