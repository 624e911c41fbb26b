import type { Launcher } from '#shared/settings.ts'
import { t, type TextKey } from '../../texts/index.ts'

/** What each kind of launcher is called. */
export const LAUNCHER_KINDS = {
  local: 'train.launchers.kinds.local',
  ssh: 'train.launchers.kinds.ssh',
  batch: 'train.launchers.kinds.batch',
} as const satisfies Record<Launcher['kind'], TextKey>

/** What is typed on most machines, to begin with. */
export const LAUNCHER_PRESETS: readonly { about: TextKey; launcher: Launcher }[] = [
  {
    about: 'train.launchers.presets.local',
    launcher: {
      name: t('train.launchers.presets.localName'),
      kind: 'local',
      submit: 'python3 {script}',
      host: null,
      folder: null,
      status: null,
      cancel: null,
    },
  },
  {
    about: 'train.launchers.presets.ssh',
    launcher: {
      name: t('train.launchers.presets.sshName'),
      kind: 'ssh',
      submit: 'python3 {script}',
      host: 'user@machine',
      folder: 'gleaner-runs',
      status: null,
      cancel: null,
    },
  },
  {
    about: 'train.launchers.presets.batch',
    launcher: {
      name: t('train.launchers.presets.batchName'),
      kind: 'batch',
      submit: 'sbatch --parsable --gres=gpu:1 {script}',
      host: null,
      folder: null,
      status: 'squeue --noheader --jobs {run}',
      cancel: 'scancel {run}',
    },
  },
]
