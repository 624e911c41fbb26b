import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer } from 'vitest/node'
import type { TestSpecification } from 'vitest/node'
import vue from '@vitejs/plugin-vue'

// What the tests start runs from the sources: read and stripped of its types once, not each time.
process.env['NODE_COMPILE_CACHE'] ??= resolve(import.meta.dirname, '.setup/compile-cache')

/** The integration tests first: one of them at the end would leave the other cores idle. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): number =>
      Number(moduleId.includes('/test/integration/'))
    return (await super.sort(files)).sort((a, b) => isLong(b) - isLong(a))
  }
}

export default defineConfig({
  plugins: [vue()],
  test: {
    include: ['test/layers.test.ts', 'test/unit/**/*.test.ts', 'test/integration/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A busy machine is no fault of the program; what needed it is told at the end.
    retry: 1,
    pool: 'forks',
    // About a quarter of their time the tests wait for processes of their own.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongFirst },
  },
})
