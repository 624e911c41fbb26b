import type { DeviceState } from '#shared/contract/index.ts'
import type { AltKindRules } from '#shared/contract/alt-kinds.ts'
import type { CorpusPart, EngineEvents, EventName } from '#shared/contract/index.ts'
import type { ModelsFolders } from '../inference/models/types.ts'
import type { Entries } from '../jobs/run/entries.ts'
import type { Runner } from '../jobs/run/runner.ts'
import type { ApprovedCommands } from './home/approved-commands.ts'
import type { Home, KeptFile, RecentFile, RulesFile, SettingsFile } from './home/home.ts'
import type { PromptSession } from '../jobs/image-to-prompt/prompt-session.ts'
import type { BlindPictures } from './blind-pictures.ts'
import type { Notes } from './home/notes.ts'
import type { OpenCorpora } from './home/open-corpora.ts'
import type { Readers } from './readers.ts'

/** Events that anyone may send. That a corpus changed is said by `announce` alone. */
export type FreeEvent = Exclude<EventName, 'corpus.changed'>

/** What jobs are started with; wired in `engine.ts`. */
export interface EngineParts {
  home: Home
  settings: SettingsFile
  recent: RecentFile
  /** For useless alts. */
  rules: RulesFile
  /** For alts that a machine wrote. */
  altKindRules: KeptFile<AltKindRules>
  notes: Notes
  runner: Runner
  corpora: OpenCorpora
  entries: Entries
  /** `resources/` of the program. */
  resources: string
  folders: ModelsFolders
  /** Devices that this machine has a way to. @throws AppError; the next call then asks again */
  devices(): Promise<DeviceState['device'][]>
  /** What came of trying each of them; kept until `again`. @throws AppError */
  deviceStates(again?: boolean): Promise<DeviceState[]>
  /** Something in a corpus changed: drops what was read of it before, and tells the window. */
  announce(corpus: string, what: CorpusPart[]): void
  emit<N extends FreeEvent>(name: N, value: EngineEvents[N]): void
  blindPictures: BlindPictures
  promptSession: PromptSession
  readers: Readers
  commands: ApprovedCommands
  /** Commands of launchers are run only where a person allowed them in a dialog. */
  asksBeforeCommands: boolean
  resumeJobs: boolean
}
