import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'
import { PromptBaseInput } from '#shared/contract/jobs.ts'
import { PromptBaseName } from '#shared/contract/index.ts'
import { AppError } from '#shared/errors.ts'
import { optionOf } from '../options.ts'
import { deviceOption } from './words.ts'

/** What the commands about prompt bases share. */
export interface ModelOptions {
  model?: string
  sentenceModel?: string
  device: PromptBaseInput['device']
}

export function withModels(command: Command): Command {
  const filling = PromptBaseInput.shape
  return command
    .addOption(
      optionOf('--model <id>', 'picture-text model; default: the default model', filling.model),
    )
    .addOption(
      optionOf(
        '--sentence-model <id>',
        'text encoder; default: one that was made for sentences',
        filling.sentenceModel,
      ),
    )
    .addOption(deviceOption())
}

/** @throws AppError `invalid-input` */
export function baseNameOf(base: string): string {
  const parsed = PromptBaseName.safeParse(base)
  if (parsed.success) return parsed.data
  throw new AppError(
    'invalid-input',
    `"${base}" is no name of a prompt base.`,
    'A base lies in the home folder and is called by its name: letters, digits, dots, hyphens, underscores and spaces.',
  )
}

export function numberIn(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() !== '' && value >= low && value <= high) return value
    throw new InvalidArgumentError(`A number from ${low} to ${high}.`)
  }
}
