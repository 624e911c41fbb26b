/** Disks of a few megabytes and read-only ones, where this machine lets them be mounted. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const quiet = { stdio: 'ignore' } as const

function tried(work: () => void): boolean {
  try {
    work()
    return true
  } catch {
    return false
  }
}

/** Whether a disk can be mounted here: Linux, root, and not in a container that forbids it. */
export const canMount =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  tried(() => {
    const folder = mkdtempSync(join(tmpdir(), 'mount-try-'))
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], quiet)
      execFileSync('umount', [folder], quiet)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

export const NO_MOUNT = 'no disk can be mounted here (it needs root and CAP_SYS_ADMIN)'

export interface SmallDisk {
  path: string
  /** Takes all room that is left but this much. */
  fill(leaveKB?: number): void
  /** Gives it back. */
  free(): void
  makeReadonly(): void
  remove(): void
}

/** A disk of its own in memory. @param size as `mount` takes it: `4m` */
export function smallDisk(size: string): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), 'small-disk-'))
  const ballast = join(path, 'ballast')
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path], quiet)
  return {
    path,
    fill(leaveKB = 0) {
      mkdirSync(ballast, { recursive: true })
      const left = (): number => {
        const { bavail, bsize } = statfsSync(path)
        return bavail * bsize - leaveKB * 1024
      }
      for (let n = 0, piece = 1 << 20; piece >= 4096;) {
        const fits =
          left() >= piece &&
          tried(() => writeFileSync(join(ballast, String(n++)), Buffer.alloc(piece)))
        if (!fits) piece /= 2
      }
    },
    free: () => rmSync(ballast, { recursive: true, force: true }),
    makeReadonly: () => void execFileSync('mount', ['-o', 'remount,ro', path], quiet),
    remove() {
      execFileSync('umount', ['-l', path], quiet)
      rmSync(path, { recursive: true, force: true })
    },
  }
}
