/**
 * The app for this platform, unpacked. The engine is a plain Node program, so its Node is shipped
 * beside Electron and nothing is put into an asar archive.
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
import { writeLicences } from './licences.mjs'
import { electronPath, environment, nodePath, ROOT, SetupError } from './setup.mjs'

/** The folder of Electron itself, above its executable. */
function electronFolder() {
  const path = electronPath()
  return process.platform === 'darwin' ? dirname(dirname(dirname(dirname(path)))) : dirname(path)
}

/** Where a package keeps what is not Electron. @param app its folder */
export function resourcesFolder(app) {
  return process.platform === 'darwin'
    ? join(app, 'Gleaner.app/Contents/Resources')
    : join(app, 'resources')
}

/** Packs what was built; returns the app's folder. @param out a folder for it */
export function packageApp(out) {
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
      `-c.directories.output=${out}`,
    ],
    { cwd: ROOT, stdio: 'inherit', env: environment() },
  )
  if (status !== 0) throw new SetupError('electron-builder failed; its output stands above.')

  const name = readdirSync(out).find((entry) => /unpacked$|^mac/.test(entry))
  if (!name) throw new SetupError(`electron-builder left no app in ${out}.`)
  const app = join(out, name)
  const runtime = join(resourcesFolder(app), 'runtime')
  mkdirSync(runtime, { recursive: true })
  const node = process.platform === 'win32' ? 'node.exe' : 'node'
  copyFileSync(realpathSync(nodePath()), join(runtime, node))
  chmodSync(join(runtime, node), 0o755)
  writeLicences(ROOT, join(resourcesFolder(app), 'licences'))
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
  return app
}
