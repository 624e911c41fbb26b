/**
 * `npm run dist`: the app for this platform, unpacked, in `dist/`. The engine is a plain Node
 * program, so its Node is shipped beside Electron and nothing is put into an asar archive.
 */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { electronPath, environment, guarded, nodePath, ROOT, setUp, SetupError } from './setup.mjs'

/** The folder of Electron itself, above its executable. */
function electronFolder() {
  const path = electronPath()
  return process.platform === 'darwin' ? dirname(dirname(dirname(dirname(path)))) : dirname(path)
}

function resourcesFolder(unpacked) {
  return process.platform === 'darwin'
    ? join(unpacked, 'Gleaner.app/Contents/Resources')
    : join(unpacked, 'resources')
}

guarded(() => {
  setUp()
  const folder = electronFolder()
  const version = readFileSync(join(folder, 'version'), 'utf8').trim().replace(/^v/, '')
  const { status } = spawnSync(
    nodePath(),
    [
      join(ROOT, 'node_modules/electron-builder/out/cli/cli.js'),
      '--dir',
      '--config',
      join(ROOT, 'build/electron-builder.json'),
      `-c.electronDist=${folder}`,
      `-c.electronVersion=${version}`,
    ],
    { cwd: ROOT, stdio: 'inherit', env: environment() },
  )
  if (status !== 0) throw new SetupError('electron-builder failed; its output stands above.')

  const name = readdirSync(join(ROOT, 'dist')).find((entry) => /unpacked$|^mac/.test(entry))
  if (!name) throw new SetupError('electron-builder left no app in dist/.')
  const app = join(ROOT, 'dist', name)
  const runtime = join(resourcesFolder(app), 'runtime')
  mkdirSync(runtime, { recursive: true })
  const node = process.platform === 'win32' ? 'node.exe' : 'node'
  copyFileSync(realpathSync(nodePath()), join(runtime, node))
  chmodSync(join(runtime, node), 0o755)
  if (process.platform === 'linux') {
    mkdirSync(join(app, 'bin'), { recursive: true })
    copyFileSync(join(ROOT, 'build/gleaner.sh'), join(app, 'bin/gleaner'))
    chmodSync(join(app, 'bin/gleaner'), 0o755)
  }
  if (folder.startsWith(join(ROOT, '.setup'))) {
    writeFileSync(
      join(app, 'NOT-FOR-SHIPPING.txt'),
      `Made with a stand-in for Electron ${version}, since the official download could not be reached.\nFor trying out on this machine only.\n`,
    )
    process.stdout.write('This package holds a stand-in for Electron: do not ship it.\n')
  }
  process.stdout.write(`made ${app}\n`)
})
