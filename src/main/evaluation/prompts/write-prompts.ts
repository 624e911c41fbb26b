import { stringify as csv } from 'csv-stringify/sync'
import { stringify as yaml } from 'yaml'
import type { PromptFormat, PromptText } from '#shared/contract/prompts.ts'

/**
 * Prompts as the text of a file that `readPrompts` reads back as they are: CSV with the columns
 * group, kind, level, prompt; the same as JSON Lines; YAML as groups with their prompts.
 */
export function writePrompts(prompts: readonly PromptText[], format: PromptFormat): string {
  const rows = prompts.map(({ group, kind, level, text }) => ({ group, kind, level, prompt: text }))
  switch (format) {
    case 'csv':
      return csv(rows, { header: true, columns: ['group', 'kind', 'level', 'prompt'] })
    case 'jsonl':
      return rows.map((row) => `${JSON.stringify(row)}\n`).join('')
    case 'yaml':
      return yaml(yamlGroups(prompts), { lineWidth: 0 })
  }
}

interface YamlGroup {
  group: string
  kind: string
  prompts: { level: number; kind?: string; prompt: string }[]
}

function yamlGroups(prompts: readonly PromptText[]): unknown[] {
  const groups = new Map<string, YamlGroup>()
  for (const { group, kind, level, text } of prompts) {
    const known = groups.get(group) ?? { group, kind, prompts: [] }
    groups.set(group, known)
    known.prompts.push({ level, ...(kind === known.kind ? {} : { kind }), prompt: text })
  }
  // Levels are said only where counting from 1 would not give them.
  return [...groups.values()].map((one) =>
    one.prompts.every(({ level, kind }, i) => level === i + 1 && kind === undefined)
      ? { ...one, prompts: one.prompts.map(({ prompt }) => prompt) }
      : one,
  )
}
