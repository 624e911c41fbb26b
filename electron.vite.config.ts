import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'

/** Programs of their own: the shell, the engine's processes and its worker threads. */
const main = {
  index: 'src/main/index.ts',
  engine: 'src/main/engine/entry.ts',
  cli: 'src/main/cli/cli.ts',
  'extract-worker': 'src/main/jobs/ingest/extract-worker.ts',
  'query-worker': 'src/main/store/reads/query-worker.ts',
  'inference-host': 'src/main/inference/host/host.ts',
  'picture-host': 'src/main/images/picture-host.ts',
  'span-worker': 'src/main/jobs/spans/span-worker.ts',
}

/** Native modules and what loads files beside itself stay outside the bundle. */
const external = ['electron', 'better-sqlite3', 'onnxruntime-node', 'sharp', 'chardetng-wasm']

export default defineConfig({
  main: {
    build: {
      externalizeDeps: false,
      rollupOptions: {
        input: main,
        external,
        output: {
          format: 'es',
          entryFileNames: '[name].js',
          chunkFileNames: 'chunks/[name]-[hash].js',
        },
      },
    },
  },
  preload: {
    build: {
      externalizeDeps: false,
      // A sandboxed preload script must be CommonJS in one file.
      rollupOptions: {
        input: { index: 'src/preload/index.ts' },
        external: ['electron'],
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    plugins: [vue()],
    build: { rollupOptions: { input: 'src/renderer/index.html' } },
  },
})
