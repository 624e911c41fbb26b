import { readdirSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

interface FileMatcher {
  createFilter(): (file: string, stat: ReturnType<typeof statSync>) => boolean
}
const require = createRequire(import.meta.url)
/** electron-builder's own reading of the patterns. */
const builder = require('app-builder-lib/out/fileMatcher.js') as {
  getNodeModuleFileMatcher(
    from: string,
    to: string,
    expand: (pattern: string) => string,
    ofPlatform: object,
    packager: object,
  ): FileMatcher
}

const root = resolve(import.meta.dirname, '../../..')
const { files } = JSON.parse(readFileSync(join(root, 'build/electron-builder.json'), 'utf8')) as {
  files: string[]
}

/** What of a package in node_modules is put into the program for a platform. */
function packaged(name: string, platform: string, arch: string): string[] {
  const expand = (pattern: string): string =>
    pattern.replaceAll('${platform}', platform).replaceAll('${arch}', arch)
  const packager = { config: { files }, debugLogger: { isEnabled: false } }
  const isTaken = builder.getNodeModuleFileMatcher(root, root, expand, {}, packager).createFilter()
  const folder = join(root, 'node_modules', name)
  return readdirSync(folder)
    .filter((file) => isTaken(join(folder, file), statSync(join(folder, file))))
    .sort()
}

test.each([
  ['linux', 'x64', 'tokenizers.linux-x64-gnu.node'],
  ['linux', 'arm64', 'tokenizers.linux-arm64-gnu.node'],
  ['win32', 'x64', 'tokenizers.win32-x64-msvc.node'],
  ['win32', 'arm64', 'tokenizers.win32-arm64-msvc.node'],
  ['darwin', 'x64', 'tokenizers.darwin-x64.node'],
  ['darwin', 'arm64', 'tokenizers.darwin-arm64.node'],
])(
  'of the tokenizers for 13 platforms the program for %s %s has its own',
  (platform, arch, own) => {
    expect(packaged('tokenizers', platform, arch)).toEqual(
      ['LICENSE', 'index.js', 'package.json', own].sort(),
    )
  },
)

test('what is bundled, or only builds the program, is left out', () => {
  for (const name of ['re2js', 'vue', 'vitest', 'electron-builder']) {
    expect(packaged(name, 'linux', 'x64'), name).toEqual([])
  }
  expect(packaged('sharp', 'linux', 'x64')).toContain('package.json')
})
