/**
 * `npm run fidelity [-- --full]`: compares inference with independent implementations and writes
 * docs/fidelity.md. On Debian it first unpacks Mesa's software driver for WebGPU into
 * `.setup/vulkan`, without installing it; bookworm's own is too old, its backports' is not.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { environment, guarded, nodePath, ROOT, setUp } from './setup.mjs'

const DRIVER = join(ROOT, '.setup/vulkan')

/** The mirror that this machine's apt uses. */
function mirror() {
  const { stdout } = spawnSync('apt-get', ['indextargets', '--format', '$(REPO_URI)'], {
    encoding: 'utf8',
  })
  const found = stdout?.split('\n').find((line) => /\/debian\/?$/.test(line))
  if (!found) throw new Error('apt knows no mirror of Debian')
  return found.replace(/\/$/, '')
}

const PACKAGES = [
  [
    'pool/main/m/mesa/mesa-vulkan-drivers_25.0.7-2~bpo12+1_amd64.deb',
    '3899f1800424c60a05df5d6913076a526ca8fdbabec43672cd397563d1ca3263',
  ],
  [
    'pool/main/libd/libdrm/libdrm2_2.4.123-1~bpo12+1_amd64.deb',
    '9cc2f341964286295124a32d3625edb76730500625e54a1e682761f883064d7b',
  ],
  [
    'pool/main/libd/libdrm/libdrm-amdgpu1_2.4.123-1~bpo12+1_amd64.deb',
    '334e2ae389af0e9cb607c2ccfbbf7ae9feb34131ff998550baffeeeae6cda296',
  ],
  [
    'pool/main/v/vulkan-loader/libvulkan1_1.3.239.0-1_amd64.deb',
    '622f28b807ba55a1f5ad1622ff83aa2c5b11fedbec074850e04c10a8f28b43d3',
  ],
]

/** null when what came is not what was meant; mirrors now and then give half a file. */
async function download(path, sha256) {
  const response = await fetch(`${mirror()}/${path}`, { signal: AbortSignal.timeout(120_000) })
  if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`)
  const bytes = Buffer.from(await response.arrayBuffer())
  return createHash('sha256').update(bytes).digest('hex') === sha256 ? bytes : null
}

async function unpackDriver() {
  const isDebian = process.platform === 'linux' && process.arch === 'x64'
  if (!isDebian || existsSync(DRIVER) || spawnSync('dpkg', ['--version']).status !== 0) return
  const folder = `${DRIVER}.part`
  try {
    mkdirSync(folder, { recursive: true })
    for (const [path, sha256] of PACKAGES) {
      const bytes = (await download(path, sha256)) ?? (await download(path, sha256))
      if (!bytes) throw new Error(`${path} has another checksum than it should`)
      const file = join(folder, 'package.deb')
      writeFileSync(file, bytes)
      if (spawnSync('dpkg', ['-x', file, folder]).status !== 0) throw new Error(`dpkg -x ${path}`)
      rmSync(file)
    }
    renameSync(folder, DRIVER)
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    process.stderr.write(
      `no software driver for webgpu (${error.message}); its row is left as it was\n`,
    )
  }
}

guarded(async () => {
  setUp({ electron: false, build: false })
  await unpackDriver()
  const { status } = spawnSync(
    nodePath(),
    [join(ROOT, 'test/fidelity/run.ts'), ...process.argv.slice(2)],
    { cwd: ROOT, stdio: 'inherit', env: environment() },
  )
  // The page is part of what `npm test` holds to prettier.
  const prettier = join(ROOT, 'node_modules/prettier/bin/prettier.cjs')
  spawnSync(nodePath(), [prettier, '--write', '--log-level', 'warn', 'docs/fidelity.md'], {
    cwd: ROOT,
    stdio: 'inherit',
  })
  process.exitCode = status ?? 1
})
