import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'
import { ENTRY_SOURCES, builtName } from './src/main/jobs/run/entries.ts'

/** Programs of their own: the shell, the engine, the command line, and what the engine starts. */
const main = {
  index: 'src/main/index.ts',
  engine: 'src/main/engine/entry.ts',
  cli: 'src/main/cli/cli.ts',
  ...Object.fromEntries(
    Object.entries(ENTRY_SOURCES).map(([name, source]) => [builtName(name), `src/main/${source}`]),
  ),
}

/** Native modules and what loads files beside itself stay outside the bundle. */
const external = [
  'electron',
  'better-sqlite3',
  'onnxruntime-node',
  'sharp',
  'tokenizers',
  'chardetng-wasm',
]

export default defineConfig({
  main: {
    build: {
      externalizeDeps: false,
      rollupOptions: {
        input: main,
        external,
        output: {
          format: 'es',
          // V8 takes a `const` of a module for granted, a `var` it looks up each time.
          topLevelVar: false,
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
