import { accessSync, constants, existsSync, mkdirSync, statfsSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import type { DeviceState, DoctorCheck } from '#shared/contract/system.ts'
import { errorLine } from '#shared/errors.ts'
import type { Settings } from '#shared/settings.ts'
import { listModels } from '../../inference/models/registry.ts'
import type { ModelsFolders } from '../../inference/models/types.ts'
import type { Home } from '../home/home.ts'
import { formatBytes } from '#shared/format.ts'
import { SOFTWARE_VERSION } from '#shared/version.ts'

/** A corpus of pictures fills less than this rarely. */
const LITTLE_DISK = 5e9

/** Looks at what this machine has, and says what is wrong with it and what to do. */
export async function runDoctor(args: {
  home: Home
  folders: ModelsFolders
  settings: Settings
  deviceStates(again?: boolean): Promise<DeviceState[]>
}): Promise<DoctorCheck[]> {
  const { home, folders, settings, deviceStates } = args
  const checks: DoctorCheck[] = [
    ok('Gleaner', SOFTWARE_VERSION),
    ok('Node', `${process.versions.node} on ${process.platform}-${process.arch}`),
    ok('processor', `${availableParallelism()} threads, ${formatBytes(totalmem())} of memory`),
    checkFolder('data folder', home.root),
    checkDisk(home.root),
  ]
  checks.push(...(await checkDevices(() => deviceStates(true))))
  const models = await listModels(folders, settings)
  const installed = models.filter((model) => model.state === 'installed')
  checks.push({
    name: 'models',
    ok: installed.length > 0,
    value: installed.map((model) => model.id).join(', ') || 'none installed',
    hint: installed.length > 0 ? null : 'Add a model folder, or fetch one.',
    ...(installed.length > 0
      ? {}
      : { commandHint: 'Add a model folder, or fetch one: gleaner models list.' }),
  })
  for (const model of models.filter((each) => each.state === 'broken')) {
    checks.push({
      name: `model ${model.id}`,
      ok: false,
      value: model.problem ?? 'broken',
      hint: 'Remove it, or add it again.',
    })
  }
  return checks
}

function ok(name: string, value: string): DoctorCheck {
  return { name, ok: true, value, hint: null }
}

function checkFolder(name: string, path: string): DoctorCheck {
  try {
    mkdirSync(path, { recursive: true })
    accessSync(path, constants.W_OK)
    return ok(name, path)
  } catch (error) {
    return {
      name,
      ok: false,
      value: `${path} cannot be written to: ${errorLine(error)}`,
      hint: 'Set GLEANER_HOME to a folder that can.',
    }
  }
}

function checkDisk(path: string): DoctorCheck {
  if (!existsSync(path)) return { name: 'free space', ok: false, value: 'unknown', hint: null }
  const { bavail, bsize } = statfsSync(path)
  const free = bavail * bsize
  return {
    name: 'free space',
    ok: free > LITTLE_DISK,
    value: formatBytes(free),
    hint: free > LITTLE_DISK ? null : 'Pictures need room: free some, or set GLEANER_HOME.',
  }
}

/** Every device is tried for real, so that a broken native module or driver is found here. */
async function checkDevices(states: () => Promise<DeviceState[]>): Promise<DoctorCheck[]> {
  try {
    return (await states()).map((state) => ({
      name: `device ${state.device}`,
      ok: state.works,
      value: state.works
        ? [state.name, `${rate(state.gflops ?? 0)} GFLOP/s`].filter(Boolean).join(', ')
        : [state.reason, state.details].filter(Boolean).join(' '),
      hint: state.hint,
      // Without a graphics card the processor does all of it.
      optional: state.device !== 'cpu',
    }))
  } catch (error) {
    return [
      {
        name: 'devices',
        ok: false,
        value: errorLine(error),
        hint: 'Install Gleaner again; scoring does not work without it.',
        optional: false,
      },
    ]
  }
}

function rate(gflops: number): string {
  return gflops < 10 ? gflops.toFixed(1) : gflops.toFixed(0)
}
