import type { z } from 'zod'
import { altKindCalls } from './alt-kinds.ts'
import { columns } from './columns.ts'
import { corpora } from './corpora.ts'
import { duplicates } from './duplicates.ts'
import { facets } from './facets.ts'
import { exporting } from './exporting.ts'
import { fetching } from './fetching.ts'
import { jobs } from './jobs.ts'
import { judging } from './judging.ts'
import { labels } from './labels.ts'
import type { Reply } from './call.ts'
import type { Job } from './jobs.ts'
import { maps } from './maps.ts'
import { marks } from './marks.ts'
import { models } from './models.ts'
import { pairs } from './pairs.ts'
import { pictureTexts } from './picture-texts.ts'
import { pictures } from './pictures.ts'
import { ratings } from './ratings.ts'
import { promptBases } from './prompt-bases.ts'
import { prompts } from './prompts.ts'
import { results } from './results.ts'
import { scores } from './scores.ts'
import { search } from './search.ts'
import { spans } from './spans.ts'
import { studies } from './studies.ts'
import { studyMeasures } from './study-measures.ts'
import { system } from './system.ts'
import { tables } from './tables.ts'
import { texts } from './texts.ts'
import type { TextsStatus } from './texts.ts'
import { training } from './training.ts'
import { versions } from './versions.ts'

/** Everything the engine can be asked. Both ends are typed from it. */
export const contract = {
  ...corpora,
  ...columns,
  ...facets,
  ...altKindCalls,
  ...jobs,
  ...pairs,
  ...pictures,
  ...pictureTexts,
  ...scores,
  ...search,
  ...judging,
  ...exporting,
  ...fetching,
  ...models,
  ...system,
  ...tables,
  ...spans,
  ...labels,
  ...maps,
  ...marks,
  ...texts,
  ...duplicates,
  ...training,
  ...studies,
  ...studyMeasures,
  ...ratings,
  ...results,
  ...prompts,
  ...promptBases,
  ...versions,
}
export type Contract = typeof contract
export type CallName = keyof Contract

/** What a caller may write: fields with a default may be left out. */
export type CallInput<N extends CallName> = z.input<Contract[N]['input']>
/** What a handler gets: parsed, defaults filled in. */
export type CallArgs<N extends CallName> = z.output<Contract[N]['input']>
export type CallOutput<N extends CallName> = z.output<Contract[N]['output']>

export type Handlers = {
  [N in CallName]: (args: CallArgs<N>) => Promise<CallOutput<N>> | CallOutput<N>
}

/** What of a corpus can change. */
export type CorpusPart =
  | 'pairs'
  | 'images'
  | 'scores'
  | 'labels'
  | 'spans'
  | 'training'
  | 'prompts'
  | 'studies'
  | 'ratings'
  | 'judgings'
  /** Marks, tags and notes. */
  | 'marks'
  /** Kinds of alts. */
  | 'kinds'
  | 'versions'
  /** Groups of duplicates, and what people say of them. */
  | 'duplicates'
  /** Maps of pictures or texts. */
  | 'maps'
  /** Text in pictures. */
  | 'pictureTexts'

/** What the engine tells without being asked. */
export interface EngineEvents {
  /** A job started, moved or ended. At most ten a second and job. */
  'jobs.changed': Job
  /** Rows of a corpus changed; views read again. */
  'corpus.changed': { corpus: string; what: CorpusPart[] }
  /** The models on this machine changed. */
  'models.changed': Record<string, never>
  /** The index of a corpus's texts grew, or ended; at most ten times a second. */
  'texts.changed': TextsStatus & { corpus: string }
  /** As `system.notes` lists them. */
  'notes.added': { note: string }
}
export type EventName = keyof EngineEvents

/** What the shell tells the renderer beside the engine's events. */
export interface ShellEvents {
  /** The engine's process: it is started again by itself. */
  'engine.state': { state: 'starting' | 'ready' | 'crashed'; message: string | null }
  /** A menu entry or a file given to the program. */
  'shell.command': { command: string; paths: string[] }
}

/** What the renderer may ask the shell itself (dialogs, folders, clipboard); not the engine. */
export interface ShellCalls {
  /** Files to import: web archives, and tables where these are wanted too. */
  'shell.openArchives': { input: { title: string; tables: boolean }; output: string[] }
  'shell.openFolder': { input: { title: string }; output: string | null }
  /** Files of one kind; `extensions` without their dot. */
  'shell.openFiles': {
    input: { title: string; kind: string; extensions: string[] }
    output: string[]
  }
  /** Where a file is to be written; the dialog asks before an existing one. */
  'shell.saveFile': {
    input: { title: string; suggested: string; kind: string; extensions: string[] }
    output: string | null
  }
  'shell.saveCorpus': { input: { suggested: string }; output: string | null }
  /** Prints the page of a report (`report.html`) as PDF. @throws `io` */
  'shell.reportPdf': { input: { html: string; out: string }; output: Record<string, never> }
  /**
   * Begins to drag a picture of a corpus out of the window, as a file under a name that its address
   * gives; to be called while a button of the pointer is down.
   */
  'shell.dragPicture': {
    input: { corpus: string; sha256: string; url: string }
    output: Record<string, never>
  }
  'shell.showInFolder': { input: { path: string }; output: Record<string, never> }
  'shell.openExternal': { input: { url: string }; output: Record<string, never> }
  /** The size of everything in the window, 1 = 100 %; `to` = null reads it. Kept over restarts. */
  'shell.zoom': { input: { to: number | null }; output: { zoom: number } }
  'shell.platform': {
    input: Record<string, never>
    output: { platform: string; version: string; electron: string; chrome: string }
  }
}
export type ShellCallName = keyof ShellCalls

/** What `window.gleaner` is in the renderer. */
export interface Bridge {
  call(name: string, input: unknown): Promise<Reply<unknown>>
  on(name: string, listener: (value: unknown) => void): () => void
  /** The path on disk of a file that was dropped on the window. */
  pathOf(file: unknown): string
}

export * from './call.ts'
export * from './alt-kinds.ts'
export * from './columns.ts'
export * from './corpora.ts'
export * from './duplicates.ts'
export * from './error.ts'
export * from './facets.ts'
export * from './exporting.ts'
export * from './fetching.ts'
export * from './jobs.ts'
export * from './judging.ts'
export * from './labels.ts'
export * from './maps.ts'
export * from './marks.ts'
export * from './models.ts'
export * from './pairs.ts'
export * from './ratings.ts'
export * from './power.ts'
export * from './results.ts'
export * from './prompt-bases.ts'
export * from './prompt-evaluation.ts'
export * from './prompt-projection.ts'
export * from './prompt-rules.ts'
export * from './prompts.ts'
export * from './scores.ts'
export * from './search.ts'
export * from './spans.ts'
export * from './studies.ts'
export * from './study-measures.ts'
export * from './system.ts'
export * from './tables.ts'
export * from './texts.ts'
export * from './training-data.ts'
export * from './training.ts'
export * from './versions.ts'
