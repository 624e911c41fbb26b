import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml'
import type { Document, Node, Pair } from 'yaml'
import type { PromptRefusal } from '#shared/contract/prompts.ts'
import { AppError, systemMessage } from '#shared/errors.ts'
import { promptsOfRows } from './prompt-rows.ts'
import type { PromptReading, PromptRow } from './prompt-rows.ts'
import { rowsOfObject } from './read-json.ts'

/** References that are followed in a file: each may stand for a tree. */
const MAX_ALIASES = 1000
/** Values that are read out of a file, those of references each time. */
const MAX_VALUES = 500_000
/** A group holds prompts, a prompt its fields: nothing lies deeper than this. */
const MAX_DEPTH = 6

/**
 * Reads YAML: a list of prompts, a list of groups with their `prompts`, or groups by name
 * (`computer: [a computer, ...]`), also below a key `prompts` or `groups`. Plain words stay as they
 * are written: `no` and `1984` are texts.
 */
export function readYaml(text: string, name: string): PromptReading {
  const lines = new LineCounter()
  const document = parse(text, lines, name)
  const plain = plainReader(document, name)
  const lineOf = (node: unknown): number =>
    lines.linePos((node as Node | null)?.range?.[0] ?? 0).line
  const rows: PromptRow[] = []
  const refused: PromptRefusal[] = []

  function take(node: unknown, group?: string): void {
    const line = lineOf(node)
    const value = plain(node)
    const entry =
      group === undefined
        ? typeof value === 'string'
          ? { prompt: value }
          : value
        : typeof value === 'string'
          ? { group, prompt: value }
          : Array.isArray(value)
            ? { group, prompts: value }
            : { group, ...(value as object | null) }
    const list = isSeq(node) ? node : isMap(node) ? listIn(node) : null
    const found = rowsOfObject(entry, line, (i) => lineOf(list?.items[i] ?? node))
    if (found) rows.push(...found)
    else refused.push({ line, reason: 'not-a-row', detail: 'it is no prompt and no group' })
  }

  const root = unwrapped(document.contents)
  if (isSeq(root)) for (const item of root.items) take(item)
  else if (isMap(root)) {
    for (const { key, value } of root.items as Pair[]) take(value ?? key, String(plain(key) ?? ''))
  }
  return promptsOfRows(rows, refused)
}

function parse(text: string, lines: LineCounter, name: string): Document {
  let document: Document
  try {
    document = parseDocument(text, { lineCounter: lines, schema: 'core', logLevel: 'silent' })
  } catch (error) {
    // Thousands of brackets exhaust the stack.
    throw new AppError('damaged', `${name} is no YAML`, undefined, {
      cause: error,
      details: systemMessage(error),
    })
  }
  const [problem] = document.errors
  if (!problem) return document
  throw new AppError(
    'damaged',
    `${name} is no YAML: line ${problem.linePos?.[0].line ?? 1}`,
    'Correct that line, or quote the prompt there.',
    { details: problem.message },
  )
}

/** A list or the groups below the one key that only says what they are. */
function unwrapped(node: unknown): unknown {
  if (!isMap(node)) return node
  const holder = (node.items as Pair[]).find(
    ({ key, value }) =>
      isScalar(key) &&
      /^(prompts|groups|ladders)$/i.test(String(key.value)) &&
      (isSeq(value) || isMap(value)),
  )
  return holder ? holder.value : node
}

function listIn(map: unknown): { items: unknown[] } | null {
  if (!isMap(map)) return null
  const found = (map.items as Pair[]).find(
    ({ key, value }) =>
      isScalar(key) && /^(prompts|levels|texts|ladder)$/i.test(String(key.value)) && isSeq(value),
  )
  return found ? (found.value as { items: unknown[] }) : null
}

/** Nodes as plain values, scalars as they are written. Deeper than a prompt is nothing. */
function plainReader(document: Document, name: string): (node: unknown) => unknown {
  let aliases = 0
  let values = 0
  function plain(node: unknown, depth: number): unknown {
    if (depth > MAX_DEPTH) return null
    if (++values > MAX_VALUES) {
      throw new AppError(
        'invalid-input',
        `${name} was not read: its YAML holds more than ${MAX_VALUES} values.`,
        'Write prompts out in full, in several files.',
      )
    }
    if (isAlias(node)) {
      if (++aliases > MAX_ALIASES) {
        throw new AppError(
          'invalid-input',
          `${name} was not read: its YAML has more than ${MAX_ALIASES} references (*name).`,
          'Write the prompts out in full.',
        )
      }
      return plain(node.resolve(document), depth + 1)
    }
    if (isScalar(node)) {
      const isBlank = node.value === null || node.value === undefined
      return isBlank ? null : typeof node.value === 'string' ? node.value : (node.source ?? null)
    }
    if (isSeq(node)) return node.items.map((item) => plain(item, depth + 1))
    if (!isMap(node)) return null
    const pairs = node.items as Pair[]
    return Object.fromEntries(
      pairs.map(({ key, value }) => [String(plain(key, depth + 1)), plain(value, depth + 1)]),
    )
  }
  return (node) => plain(node, 0)
}
